package org.climaterescue.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.climaterescue.agent.DispatcherDouble.next;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.climaterescue.agent.fetch.TestOrigin;
import org.climaterescue.protocol.Failure;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.Heartbeat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How an agent learns how large files are, whom it tells, and what it does when they do not fit. */
// JUnit opens everything before each test.
@SuppressWarnings("NullAway.Init")
class SizesTest {

    private static final byte[] CONTENT = TestOrigin.bytes(1_000_000, 40);

    @TempDir
    Path dir;

    private final BlockingQueue<Progressed> progress = new LinkedBlockingQueue<>();
    private final List<Semaphore> paces = new ArrayList<>();
    private DispatcherDouble dispatcher;
    private TestOrigin origin;

    @Nullable
    private NodeAgent agent;

    @BeforeEach
    void open() throws IOException {
        dispatcher = new DispatcherDouble();
        dispatcher.heartbeatSeconds = 3600;
        origin = new TestOrigin();
    }

    @AfterEach
    void close() {
        letGo();
        if (agent != null) {
            agent.close();
        }
        dispatcher.close();
        origin.close();
    }

    @Test
    void aSizeThatTheDispatcherDidNotKnowIsToldOnceBeforeTheNextHeartbeat() throws Exception {
        serveSlowly("/slow");
        start(100_000_000, 2);
        assertThat(next(dispatcher.heartbeats).assignments()).isEmpty();

        String assignment = dispatcher.give("t-1", origin.url("/slow"), null, null);

        Heartbeat.Progress told = next(dispatcher.heartbeats).assignments().getFirst();
        assertThat(told.assignmentId()).isEqualTo(assignment);
        assertThat(told.sizeBytes()).isEqualTo(1_000_000);
        letGo();
        next(dispatcher.completions);
        assertThat(dispatcher.heartbeats).isEmpty();
    }

    @Test
    void aBurstOfSmallFilesIsNotABurstOfHeartbeats() throws Exception {
        start(100_000_000, 4);
        assertThat(next(dispatcher.heartbeats).assignments()).isEmpty();
        long began = System.nanoTime();
        for (int i = 0; i < 300; i++) {
            origin.serve("/" + i, TestOrigin.bytes(10, i));
            dispatcher.give("t-" + i, origin.url("/" + i), null, null);
        }
        for (int i = 0; i < 300; i++) {
            next(dispatcher.completions);
        }
        // What is at work when a breath is over is told, so at most one a second.
        long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds();
        assertThat((long) dispatcher.heartbeats.size())
                .isLessThanOrEqualTo(seconds + 1)
                .isLessThan(100);
    }

    @Test
    void sizesThatAreLearnedTogetherAreToldTogetherAndAKnownOneIsNoNews() throws Exception {
        serveSlowly("/known");
        serveSlowly("/one");
        serveSlowly("/two");
        start(100_000_000, 3);
        assertThat(next(dispatcher.heartbeats).assignments()).isEmpty();

        dispatcher.give("t-known", origin.url("/known"), 1_000_000L, null);
        dispatcher.give("t-1", origin.url("/one"), null, null);
        dispatcher.give("t-2", origin.url("/two"), 77L, null);

        assertThat(next(dispatcher.heartbeats).assignments())
                .extracting(Heartbeat.Progress::sizeBytes)
                .containsExactly(1_000_000L, 1_000_000L, 1_000_000L);
        letGo();
        for (int i = 0; i < 3; i++) {
            next(dispatcher.completions);
        }
        assertThat(dispatcher.heartbeats).isEmpty();
    }

    @Test
    void aFileWithoutRoomIsNotBegunAndTheReportSaysHowLargeItIs() throws Exception {
        serveSlowly("/large");
        dispatcher.give("t-1", origin.url("/large"), 10L, null);
        start(900_000, 1);

        Failure failure = next(dispatcher.failures).body();

        assertThat(failure.reason()).isEqualTo(FailureReason.DISK_FULL);
        assertThat(failure.sizeBytes()).isEqualTo(1_000_000);
        assertNothingCameOf("t-1");
    }

    @Test
    void theRoomOfADownloadUnderWayIsNotGivenToAnother() throws Exception {
        serveSlowly("/first");
        dispatcher.give("t-1", origin.url("/first"), null, null);
        start(1_500_000, 2);
        while (next(progress).bytes == 0) {
            assertThat(dispatcher.failures).isEmpty();
        }

        serveSlowly("/second");
        dispatcher.give("t-2", origin.url("/second"), null, null);

        Failure failure = next(dispatcher.failures).body();
        assertThat(failure.reason()).isEqualTo(FailureReason.DISK_FULL);
        assertThat(failure.sizeBytes()).isEqualTo(1_000_000);
        assertNothingCameOf("t-2");
        letGo();
        assertThat(next(dispatcher.completions).body().sizeBytes()).isEqualTo(1_000_000);
    }

    /** A file of which only the first bytes come until the test says so. */
    private void serveSlowly(String path) {
        Semaphore pace = new Semaphore(1);
        origin.serve(path, CONTENT).pace = pace;
        paces.add(pace);
    }

    private void letGo() {
        paces.forEach(pace -> pace.release(1000));
    }

    private void start(long capacity, int slots) throws AgentException {
        var config = new AgentConfig(dispatcher.uri(), dir, "test", null, null, capacity, slots, null, null, true);
        agent = NodeAgent.start(config, new AgentListener() {
            @Override
            public void progressed(Download download, long done) {
                progress.add(new Progressed(download.taskId(), done));
            }
        });
    }

    private void assertNothingCameOf(String task) {
        assertThat(progress).filteredOn(one -> one.task.equals(task)).allMatch(one -> one.bytes == 0);
    }

    /** So many bytes of a task's file are on the disk. */
    private record Progressed(String task, long bytes) {}
}

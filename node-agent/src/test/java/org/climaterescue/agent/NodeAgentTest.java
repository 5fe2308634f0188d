package org.climaterescue.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.climaterescue.agent.DispatcherDouble.next;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.IntPredicate;
import org.climaterescue.agent.fetch.Backoff;
import org.climaterescue.agent.fetch.FetchSettings;
import org.climaterescue.agent.fetch.TestOrigin;
import org.climaterescue.agent.store.StoredCopy;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.Failure;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.Heartbeat;
import org.climaterescue.protocol.NodeRegistration;
import org.climaterescue.protocol.NodeStatus;
import org.climaterescue.protocol.StopReason;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

// JUnit opens everything before each test.
@SuppressWarnings("NullAway.Init")
class NodeAgentTest {

    private static final byte[] CONTENT = TestOrigin.bytes(1_000_000, 30);
    private static final Tuning QUICK = new Tuning(
            new FetchSettings(
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(5),
                    4,
                    new Backoff(Duration.ofMillis(10), Duration.ofMillis(50))),
            new Backoff(Duration.ofMillis(20), Duration.ofMillis(200)),
            new Backoff(Duration.ofHours(1), Duration.ofHours(1)),
            5,
            Duration.ofSeconds(2));

    @TempDir
    Path dir;

    private final Events events = new Events();
    private final List<NodeAgent> agents = new ArrayList<>();
    private DispatcherDouble dispatcher;
    private TestOrigin origin;

    @BeforeEach
    void open() throws IOException {
        dispatcher = new DispatcherDouble();
        origin = new TestOrigin();
    }

    @AfterEach
    void close() {
        agents.forEach(NodeAgent::close);
        dispatcher.close();
        origin.close();
    }

    @Test
    void aTaskBecomesAFileAndAReport() throws Exception {
        origin.serve("/data/t.csv", CONTENT);
        String assignment = dispatcher.give("t-1", origin.url("/data/t.csv"), 1_000_000L, TestOrigin.sha256(CONTENT));
        start();
        DispatcherDouble.Report<Completion> report = next(dispatcher.completions);
        assertThat(report.assignmentId()).isEqualTo(assignment);
        assertThat(report.body().sha256()).isEqualTo(TestOrigin.sha256(CONTENT));
        assertThat(report.body().sizeBytes()).isEqualTo(1_000_000);
        assertThat(report.body().etag()).startsWith("\"");
        assertThat(report.body().contentType()).isEqualTo("text/csv");
        StoredCopy copy = next(events.stored);
        assertThat(copy.path()).startsWith("127.0.0.1+").endsWith("/data/t.csv");
        assertThat(dir.resolve(copy.path())).hasBinaryContent(CONTENT);
        assertThat(next(events.reported).copiesTarget()).isEqualTo(3);
    }

    @Test
    void noMoreTasksThanSlotsAreAtWork() throws Exception {
        List<Semaphore> paces = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Semaphore pace = new Semaphore(0);
            origin.serve("/" + i, CONTENT).pace = pace;
            paces.add(pace);
            dispatcher.give("t-" + i, origin.url("/" + i), null, null);
        }
        start();
        assertThat(next(dispatcher.polls).wanted()).isEqualTo(2);
        String first = next(events.started);
        next(events.started);
        Heartbeat heartbeat = next(dispatcher.heartbeats);
        while (heartbeat.assignments().size() < 2) {
            heartbeat = next(dispatcher.heartbeats);
        }
        assertThat(heartbeat.assignments()).hasSize(2);
        assertThat(dispatcher.polls).isEmpty();
        assertThat(events.started).isEmpty();
        paces.forEach(pace -> pace.release(1000));
        for (int i = 0; i < 5; i++) {
            next(dispatcher.completions);
        }
        assertThat(first).isNotEmpty();
    }

    @Test
    void aMachineThatWasOfflineTakesAllItCanOnceBytesArrive() throws Exception {
        Semaphore pace = new Semaphore(0);
        origin.serve("/slow", CONTENT).pace = pace;
        dispatcher.give("t-slow", origin.url("/slow"), null, null);
        Backoff brief = new Backoff(Duration.ofMillis(20), Duration.ofMillis(20));
        start(
                config(dir, 100_000_000, 4, null, true),
                new Tuning(QUICK.fetch(), QUICK.away(), brief, QUICK.pollSeconds(), QUICK.farewell()));
        next(events.started);
        for (int i = 0; i < 5; i++) {
            dispatcher.give("t-away-" + i, "http://127.0.0." + (i % 3 + 2) + ":1/" + i, null, null);
            assertThat(next(dispatcher.failures).body().reason()).isEqualTo(FailureReason.NETWORK);
        }
        dispatcher.give("t-tried", "http://127.0.0.2:1/", null, null);
        next(dispatcher.failures);
        awaitCallForWork(wanted -> wanted == 1);

        pace.release(1);
        next(events.bytes);
        origin.serve("/next", CONTENT).pace = pace;
        dispatcher.give("t-next", origin.url("/next"), null, null);

        awaitCallForWork(wanted -> wanted > 1);
        pace.release(1000);
    }

    @Test
    void aVolunteerIsToldOnceThatTheNodeIsDrainedAndWhenItGetsWorkAgain() throws Exception {
        dispatcher.heartbeatSeconds = 60;
        dispatcher.nodeStatus = NodeStatus.DRAINING;
        dispatcher.give("t-1", origin.url("/missing"), null, null);
        dispatcher.give("t-2", origin.url("/missing"), null, null);
        start(config(dir, 100_000_000, 1, null, true), QUICK);
        next(dispatcher.failures);
        next(dispatcher.failures);
        dispatcher.nodeStatus = NodeStatus.ACTIVE;
        dispatcher.give("t-3", origin.url("/missing"), null, null);
        next(dispatcher.failures);

        assertThat(events.drains).containsExactly("drained", "resumed");
    }

    @Test
    void aVolunteerHearsOfADrainAlsoWhileNoSlotIsFree() throws Exception {
        Semaphore pace = new Semaphore(0);
        origin.serve("/slow", CONTENT).pace = pace;
        dispatcher.give("t-slow", origin.url("/slow"), null, null);
        start(config(dir, 100_000_000, 1, null, true), QUICK);
        next(events.started);

        dispatcher.nodeStatus = NodeStatus.DRAINING;

        assertThat(next(events.drains)).isEqualTo("drained");
        pace.release(1000);
    }

    private void awaitCallForWork(IntPredicate wanted) {
        await().until(dispatcher.polls::poll, call -> call != null && wanted.test(call.wanted()));
    }

    @Test
    void bytesThatAreNotTheCatalogsAreReportedAndNotKept() throws Exception {
        origin.serve("/t.csv", CONTENT);
        dispatcher.give("t-1", origin.url("/t.csv"), null, "0".repeat(64));
        start();
        Failure failure = next(dispatcher.failures).body();
        assertThat(failure.reason()).isEqualTo(FailureReason.DIGEST_MISMATCH);
        assertThat(filesIn(dir)).isEmpty();
        assertThat(dir.resolve(".rescue/partial")).isEmptyDirectory();
    }

    @Test
    void aBusyOriginsWishIsPassedOn() throws Exception {
        origin.answer("/t.csv", exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "77");
            exchange.sendResponseHeaders(429, -1);
        });
        dispatcher.give("t-1", origin.url("/t.csv"), null, null);
        start();
        Failure failure = next(dispatcher.failures).body();
        assertThat(failure.reason()).isEqualTo(FailureReason.ORIGIN_BUSY);
        assertThat(failure.httpStatus()).isEqualTo(429);
        assertThat(failure.retryAfterSeconds()).isEqualTo(77);
    }

    @Test
    void whatCannotBeFetchedIsReportedWithItsReason() throws Exception {
        dispatcher.give("t-1", "magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a", null, null);
        dispatcher.give("t-2", origin.url("/missing"), null, null);
        dispatcher.give("t-3", "http://127.0.0.1:1/", null, null);
        start(config(dir, 100_000_000, 1, null, false), QUICK);
        assertThat(next(dispatcher.failures).body().reason()).isEqualTo(FailureReason.OTHER);
        assertThat(next(dispatcher.failures).body().reason()).isEqualTo(FailureReason.BLOCKED_ADDRESS);
        assertThat(next(dispatcher.failures).body().reason()).isEqualTo(FailureReason.BLOCKED_ADDRESS);
    }

    @Test
    void aDownloadStopsWhenTold() throws Exception {
        Semaphore pace = new Semaphore(2);
        origin.serve("/slow", CONTENT).pace = pace;
        String assignment = dispatcher.give("t-1", origin.url("/slow"), null, null);
        start();
        next(events.started);
        dispatcher.stop(assignment, StopReason.CANCELLED);
        assertThat(next(events.stopped)).isEqualTo("cancelled");
        dispatcher.heartbeats.clear();
        next(dispatcher.heartbeats);
        assertThat(next(dispatcher.heartbeats).assignments()).isEmpty();
        assertThat(dispatcher.completions).isEmpty();
        assertThat(dispatcher.releases).isEmpty();
        assertThat(dir.resolve(".rescue/partial")).isEmptyDirectory();
        pace.release(1000);
    }

    @Test
    void theBytesDoneStandInTheHeartbeats() throws Exception {
        Semaphore pace = new Semaphore(5);
        origin.serve("/slow", CONTENT).pace = pace;
        String assignment = dispatcher.give("t-1", origin.url("/slow"), null, null);
        start();
        Heartbeat heartbeat = next(dispatcher.heartbeats);
        while (heartbeat.assignments().isEmpty()
                || heartbeat.assignments().getFirst().bytesDone() < 5 * 65_536) {
            heartbeat = next(dispatcher.heartbeats);
        }
        assertThat(heartbeat.assignments())
                .containsExactly(new Heartbeat.Progress(assignment, 5L * 65_536, 1_000_000L));
        pace.release(1000);
        next(dispatcher.completions);
    }

    @Test
    void aDownloadOutlivesADispatcherRestart() throws Exception {
        Semaphore pace = new Semaphore(2);
        origin.serve("/slow", CONTENT).pace = pace;
        dispatcher.give("t-1", origin.url("/slow"), null, null);
        start();
        next(events.started);
        dispatcher.goAway();
        next(events.lost);
        pace.release(1000);
        next(events.stored);
        assertThat(dispatcher.completions).isEmpty();
        dispatcher.comeBack();
        assertThat(next(dispatcher.completions).body().sha256()).isEqualTo(TestOrigin.sha256(CONTENT));
        next(events.back);
        assertThat(events.lost).isEmpty();
        assertThat(dispatcher.registrations).hasSize(1);
    }

    @Test
    void anAgentThatStartsFirstWaitsForItsDispatcher() throws Exception {
        dispatcher.goAway();
        start();
        next(events.lost);
        dispatcher.comeBack();
        next(dispatcher.registrations);
        next(dispatcher.polls);
    }

    @Test
    void aForgottenNodeJoinsAgain() throws Exception {
        start();
        String id = next(events.joined);
        dispatcher.tokens.clear();
        assertThat(next(events.joined)).isEqualTo(id);
        origin.serve("/t.csv", CONTENT);
        dispatcher.give("t-1", origin.url("/t.csv"), null, null);
        assertThat(next(dispatcher.completions).body().nodeId()).isEqualTo(id);
    }

    @Test
    void aRefusedReportIsFinal() throws Exception {
        dispatcher.completionStatus = 409;
        origin.serve("/t.csv", CONTENT);
        dispatcher.give("t-1", origin.url("/t.csv"), null, null);
        start();
        next(dispatcher.completions);
        assertThat(next(events.refused)).contains("409").contains("lease_lost");
        dispatcher.give("t-2", origin.url("/missing"), null, null);
        next(dispatcher.failures);
        assertThat(dispatcher.completions).isEmpty();
    }

    @Test
    void closingGivesTheLeasesBackAndSignsOff() throws Exception {
        Semaphore pace = new Semaphore(2);
        origin.serve("/slow", CONTENT).pace = pace;
        String assignment = dispatcher.give("t-1", origin.url("/slow"), null, null);
        NodeAgent agent = start();
        next(events.started);
        agent.close();
        agent.awaitEnd();
        assertThat(next(dispatcher.releases).assignmentId()).isEqualTo(assignment);
        assertThat(next(dispatcher.signedOff)).isEqualTo(agent.nodeId().orElseThrow());
        pace.release(1000);
    }

    @Test
    void closingIsQuickAlsoWhenTheDispatcherIsAway() throws Exception {
        Semaphore pace = new Semaphore(2);
        origin.serve("/slow", CONTENT).pace = pace;
        dispatcher.give("t-1", origin.url("/slow"), null, null);
        NodeAgent agent = start();
        next(events.started);
        dispatcher.goAway();
        long asked = System.nanoTime();
        agent.close();
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(5));
        pace.release(1000);
    }

    @Test
    void theIdentityAndAHalfDownloadSurviveARestart() throws Exception {
        Semaphore pace = new Semaphore(4);
        TestOrigin.File file = origin.serve("/slow", CONTENT);
        file.pace = pace;
        dispatcher.joinKey = "key";
        dispatcher.give("t-1", origin.url("/slow"), null, null);
        NodeAgent first = start(config(dir, 100_000_000, 2, "key", true), QUICK);
        String id = next(events.joined);
        while (next(events.bytes) < 4 * 65_536) {
            assertThat(events.stored).isEmpty();
        }
        first.close();
        pace.release(1000);

        dispatcher.give("t-1", origin.url("/slow"), null, null);
        start(config(dir, 100_000_000, 2, null, true), QUICK);
        assertThat(next(events.joined)).isEqualTo(id);
        assertThat(next(dispatcher.completions).body().sha256()).isEqualTo(TestOrigin.sha256(CONTENT));
        assertThat(origin.requests.getLast().header("Range")).isEqualTo("bytes=262144-");
        assertThat(dispatcher.registrations)
                .extracting(NodeRegistration::nodeId)
                .containsExactly(null, id);
    }

    @Test
    void aFileThatIsHeldIsReportedWithoutADownload() throws Exception {
        origin.serve("/t.csv", CONTENT);
        String url = origin.url("/t.csv");
        dispatcher.give("t-1", url, null, null);
        start();
        next(dispatcher.completions);
        dispatcher.give("t-1", url, null, null);
        next(dispatcher.completions);
        dispatcher.give("t-2", url, null, TestOrigin.sha256(CONTENT));
        next(dispatcher.completions);
        assertThat(origin.requests).hasSize(1);
        dispatcher.give("t-3", url, null, null);
        assertThat(next(dispatcher.completions).body().sha256()).isEqualTo(TestOrigin.sha256(CONTENT));
        assertThat(origin.requests).hasSize(2);
        assertThat(origin.requests.getLast().header("If-None-Match")).isNotNull();
        assertThat(filesIn(dir)).hasSize(1);
    }

    @Test
    void theCapacityIsOfferedLessWhatIsStored() throws Exception {
        origin.serve("/t.csv", CONTENT);
        dispatcher.give("t-1", origin.url("/t.csv"), null, null);
        dispatcher.give("t-2", origin.url("/t.csv?again"), null, null);
        start(config(dir, 1_500_000, 1, null, true), QUICK);
        assertThat(next(dispatcher.polls).capacityBytes()).isEqualTo(1_500_000);
        next(dispatcher.completions);
        assertThat(next(dispatcher.polls).capacityBytes()).isEqualTo(500_000);
        assertThat(next(dispatcher.failures).body().reason()).isEqualTo(FailureReason.DISK_FULL);
        assertThat(filesIn(dir)).hasSize(1);
    }

    @Test
    void aLeaseThatComesBackWhileItsFirstDownloadRunsIsServedByIt() throws Exception {
        Semaphore pace = new Semaphore(2);
        origin.serve("/slow", CONTENT).pace = pace;
        dispatcher.give("t-1", origin.url("/slow"), null, null);
        dispatcher.give("t-1", origin.url("/slow"), null, null);
        start();
        next(events.started);
        next(events.started);
        pace.release(1000);
        next(dispatcher.completions);
        next(dispatcher.completions);
        assertThat(origin.requests).hasSize(1);
    }

    @Test
    void aNodeThatIsRefusedSaysSoInOneLine() throws Exception {
        dispatcher.joinKey = "key";
        NodeAgent agent = start(config(dir, 1_000_000, 1, "wrong", true), QUICK);
        assertThatThrownBy(agent::awaitEnd)
                .isInstanceOf(AgentException.class)
                .hasMessageContaining("refuses this node")
                .hasMessageNotContaining("\n")
                .hasMessageNotContaining("wrong");
    }

    @Test
    void aDirectoryHasOneAgent() throws Exception {
        start();
        assertThatThrownBy(this::start)
                .isInstanceOf(AgentException.class)
                .hasMessageContaining("another agent")
                .hasMessageNotContaining("\n");
    }

    private NodeAgent start() throws AgentException {
        return start(config(dir, 100_000_000, 2, null, true), QUICK);
    }

    private NodeAgent start(AgentConfig config, Tuning tuning) throws AgentException {
        NodeAgent agent = NodeAgent.start(config, events, tuning);
        agents.add(agent);
        return agent;
    }

    private AgentConfig config(
            Path directory, long capacity, int slots, @Nullable String joinKey, boolean allowPrivate) {
        return new AgentConfig(
                dispatcher.uri(), directory, "test", null, null, capacity, slots, null, joinKey, allowPrivate);
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        try (var all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile)
                    .filter(path -> !path.startsWith(directory.resolve(".rescue")))
                    .toList();
        }
    }

    /** Everything that an agent says. */
    private static final class Events implements AgentListener {

        final BlockingQueue<String> joined = new LinkedBlockingQueue<>();
        final BlockingQueue<String> lost = new LinkedBlockingQueue<>();
        final BlockingQueue<String> back = new LinkedBlockingQueue<>();
        final BlockingQueue<String> drains = new LinkedBlockingQueue<>();
        final BlockingQueue<String> started = new LinkedBlockingQueue<>();
        final BlockingQueue<Long> bytes = new LinkedBlockingQueue<>();
        final BlockingQueue<StoredCopy> stored = new LinkedBlockingQueue<>();
        final BlockingQueue<Completion.Result> reported = new LinkedBlockingQueue<>();
        final BlockingQueue<String> refused = new LinkedBlockingQueue<>();
        final BlockingQueue<String> stopped = new LinkedBlockingQueue<>();

        @Override
        public void joined(String nodeId) {
            joined.add(nodeId);
        }

        @Override
        public void dispatcherLost(String why) {
            lost.add(why);
        }

        @Override
        public void dispatcherBack() {
            back.add("back");
        }

        @Override
        public void drained() {
            drains.add("drained");
        }

        @Override
        public void resumed() {
            drains.add("resumed");
        }

        @Override
        public void started(Download download) {
            started.add(download.taskId());
        }

        @Override
        public void progressed(Download download, long bytesDone) {
            bytes.add(bytesDone);
        }

        @Override
        public void stored(Download download, StoredCopy copy) {
            stored.add(copy);
        }

        @Override
        public void reported(Download download, Completion.Result result) {
            reported.add(result);
        }

        @Override
        public void refused(Download download, String why) {
            refused.add(why);
        }

        @Override
        public void stopped(Download download, String why) {
            stopped.add(why);
        }
    }
}

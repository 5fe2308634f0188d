package org.climaterescue.agent.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.climaterescue.agent.store.Partial;
import org.climaterescue.agent.store.Space;
import org.climaterescue.agent.store.Store;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.OriginUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FtpOriginTest {

    private static final byte[] CONTENT = TestOrigin.bytes(400_000, 20);
    private static final FetchSettings QUICK = new FetchSettings(
            Duration.ofSeconds(2), Duration.ofSeconds(2), 4, new Backoff(Duration.ofMillis(5), Duration.ofMillis(20)));

    private final List<Long> sizes = new ArrayList<>();

    @TempDir
    Path dir;

    @Test
    void aFileComesWholeAndFromTheAddressThatWasChecked() throws Exception {
        try (TestFtpServer server = new TestFtpServer(CONTENT)) {
            assertThat(fetch(server.url("/pub/t.csv"), true, bytes -> {})).isEqualTo(TestOrigin.sha256(CONTENT));
            assertThat(server.commands).contains("USER anonymous", "TYPE I", "RETR pub/t.csv");
            assertThat(sizes).containsExactly((long) CONTENT.length);
        }
    }

    @Test
    void aCutIsResumedWhereItHappened() throws Exception {
        try (TestFtpServer server = new TestFtpServer(CONTENT)) {
            server.cuts.add(150_000);
            assertThat(fetch(server.url("/pub/t.csv"), true, bytes -> {})).isEqualTo(TestOrigin.sha256(CONTENT));
            assertThat(server.commands).contains("REST 150000");
        }
    }

    @Test
    void aFileThatChangesBetweenTransfersIsNeverMixed() throws Exception {
        byte[] after = TestOrigin.bytes(CONTENT.length, 21);
        try (TestFtpServer server = new TestFtpServer(CONTENT)) {
            server.cuts.add(150_000);
            LongConsumer change = bytes -> {
                if (bytes >= 100_000 && server.modified.startsWith("2024")) {
                    server.content = after;
                    server.modified = "20250101000000";
                }
            };
            assertThat(fetch(server.url("/pub/t.csv"), true, change)).isEqualTo(TestOrigin.sha256(after));
            assertThat(server.commands).noneMatch(command -> command.startsWith("REST"));
        }
    }

    @Test
    void aMissingFileIsGone() throws Exception {
        try (TestFtpServer server = new TestFtpServer(CONTENT)) {
            assertReason(server.url("/pub/other.csv"), true, FailureReason.GONE);
        }
    }

    @Test
    void aPathCannotSmuggleACommand() throws Exception {
        try (TestFtpServer server = new TestFtpServer(CONTENT)) {
            assertReason(server.url("/pub/t.csv%0D%0ADELE%20t.csv"), true, FailureReason.OTHER);
            assertThat(server.commands).isEmpty();
        }
    }

    @Test
    void aPrivateServerIsRefused() throws Exception {
        try (TestFtpServer server = new TestFtpServer(CONTENT)) {
            assertReason(server.url("/pub/t.csv"), false, FailureReason.BLOCKED_ADDRESS);
            assertThat(server.commands).isEmpty();
        }
    }

    private void assertReason(String url, boolean allowPrivate, FailureReason reason) {
        assertThatThrownBy(() -> fetch(url, allowPrivate, bytes -> {}))
                .asInstanceOf(type(FetchFailure.class))
                .returns(reason, FetchFailure::reason);
    }

    private String fetch(String text, boolean allowPrivate, LongConsumer progress)
            throws IOException, FetchFailure, StoppedException, InterruptedException {
        OriginUrl url = OriginUrl.parse(text).orElseThrow();
        try (Store store = Store.open(dir, InstantSource.system());
                Fetcher fetcher = new Fetcher(QUICK, allowPrivate, 1);
                Partial partial = store.partial(url);
                Space.Claim room = new Space(store, 10_000_000).claim()) {
            Transfer transfer = new Transfer(url, partial, null, room, progress, sizes::add, new StopSignal());
            assertThat(fetcher.fetch(transfer)).isEqualTo(Fetched.COMPLETE);
            return store.keep(partial, url, "t-1").sha256();
        }
    }
}

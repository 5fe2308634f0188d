package org.climaterescue.agent.fetch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.assertj.core.api.AbstractObjectAssert;
import org.climaterescue.agent.store.Partial;
import org.climaterescue.agent.store.Space;
import org.climaterescue.agent.store.Store;
import org.climaterescue.agent.store.StoredCopy;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.OriginUrl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

// JUnit opens everything before each test.
@SuppressWarnings("NullAway.Init")
class FetcherTest {

    private static final FetchSettings QUICK = new FetchSettings(
            Duration.ofSeconds(2), Duration.ofSeconds(1), 4, new Backoff(Duration.ofMillis(5), Duration.ofMillis(20)));
    private static final String LONG_AGO = "Mon, 01 Jan 2024 00:00:00 GMT";

    @TempDir
    Path dir;

    private final StopSignal stop = new StopSignal();
    private long capacity = 100_000_000;
    private TestOrigin origin;
    private Store store;
    private Fetcher fetcher;

    @BeforeEach
    void open() throws IOException {
        origin = new TestOrigin();
        store = Store.open(dir, InstantSource.system());
        fetcher = new Fetcher(QUICK, true, 4);
    }

    @AfterEach
    void close() throws IOException {
        fetcher.close();
        store.close();
        origin.close();
    }

    @Test
    void aFileIsKeptByteForByte() throws Exception {
        byte[] content = TestOrigin.bytes(300_000, 1);
        origin.serve("/t.csv", content);
        StoredCopy copy = fetch(origin.url("/t.csv"));
        assertThat(dir.resolve(copy.path())).hasBinaryContent(content);
        assertThat(copy.sha256()).isEqualTo(TestOrigin.sha256(content));
        assertThat(copy.contentType()).isEqualTo("text/csv");
        TestOrigin.Request request = origin.requests.getFirst();
        assertThat(request.header("Accept-Encoding")).isEqualTo("identity");
        assertThat(request.header("User-Agent")).contains("climate-rescue");
        assertThat(request.header("Cookie")).isNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anEmptyFileIsAFile(boolean chunked) throws Exception {
        origin.serve("/empty", new byte[0]).chunked = chunked;
        assertThat(fetch(origin.url("/empty")).size()).isZero();
    }

    @Test
    void aFileWithoutALengthIsWholeAtItsLastChunk() throws Exception {
        byte[] content = TestOrigin.bytes(200_000, 2);
        origin.serve("/chunked", content).chunked = true;
        assertThat(fetch(origin.url("/chunked")).sha256()).isEqualTo(TestOrigin.sha256(content));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCutIsResumedWhereItHappened(boolean chunked) throws Exception {
        byte[] content = TestOrigin.bytes(500_000, 3);
        TestOrigin.File file = origin.serve("/big", content);
        file.chunked = chunked;
        file.cuts.add(200_000);
        file.cuts.add(100_000);
        assertThat(fetch(origin.url("/big")).sha256()).isEqualTo(TestOrigin.sha256(content));
        assertThat(origin.requests).hasSize(3);
        assertThat(origin.requests.get(1).header("Range")).matches("bytes=[1-9]\\d*-");
        assertThat(origin.requests.get(1).header("If-Range")).isEqualTo(file.etag);
    }

    @Test
    void aModificationTimeServesWhereThereIsNoTag() throws Exception {
        byte[] content = TestOrigin.bytes(500_000, 3);
        TestOrigin.File file = origin.serve("/big", content);
        file.etag = "W/\"weak\"";
        file.lastModified = LONG_AGO;
        file.cuts.add(200_000);
        assertThat(fetch(origin.url("/big")).sha256()).isEqualTo(TestOrigin.sha256(content));
        assertThat(origin.requests.get(1).header("If-Range")).isEqualTo(LONG_AGO);
    }

    @Test
    void withoutAValidatorItBeginsAnew() throws Exception {
        byte[] content = TestOrigin.bytes(500_000, 4);
        TestOrigin.File file = origin.serve("/big", content);
        file.etag = null;
        file.cuts.add(200_000);
        assertThat(fetch(origin.url("/big")).sha256()).isEqualTo(TestOrigin.sha256(content));
        assertThat(origin.requests.get(1).header("Range")).isNull();
    }

    @ParameterizedTest
    @CsvSource({"false,false,500000", "true,false,500000", "true,true,500000", "true,false,150000", "true,false,700000"
    })
    void aFileThatChangesBetweenRequestsIsNeverMixed(boolean noIfRange, boolean sameTag, int newLength)
            throws Exception {
        byte[] before = TestOrigin.bytes(500_000, 5);
        byte[] after = TestOrigin.bytes(sameTag ? newLength + 1 : newLength, 6);
        TestOrigin.File file = origin.serve("/moving", before);
        file.noIfRange = noIfRange;
        file.cuts.add(200_000);
        CountDownLatch begun = new CountDownLatch(1);
        LongConsumer onProgress = bytes -> {
            if (bytes >= 150_000 && begun.getCount() > 0) {
                file.content = after;
                file.etag = sameTag ? file.etag : "\"other\"";
                begun.countDown();
            }
        };
        StoredCopy copy = fetch(origin.url("/moving"), onProgress);
        assertThat(copy.sha256()).isEqualTo(TestOrigin.sha256(after));
    }

    @Test
    void anOriginThatOverlooksRangesSendsItAllAgain() throws Exception {
        byte[] content = TestOrigin.bytes(500_000, 7);
        TestOrigin.File file = origin.serve("/plain", content);
        file.noRanges = true;
        file.cuts.add(200_000);
        assertThat(fetch(origin.url("/plain")).sha256()).isEqualTo(TestOrigin.sha256(content));
    }

    @Test
    void aLeftOverPartIsTakenUpByTheNextRun() throws Exception {
        byte[] content = TestOrigin.bytes(1_000_000, 8);
        TestOrigin.File file = origin.serve("/big", content);
        for (int i = 0; i < QUICK.fruitlessTries(); i++) {
            file.cuts.add(100_000);
        }
        assertFailure(origin.url("/big")).returns(FailureReason.NETWORK, FetchFailure::reason);
        store.close();
        store = Store.open(dir, InstantSource.system());
        int before = origin.requests.size();
        assertThat(fetch(origin.url("/big")).sha256()).isEqualTo(TestOrigin.sha256(content));
        assertThat(origin.requests).hasSize(before + 1);
        assertThat(origin.requests.getLast().header("Range")).isEqualTo("bytes=400000-");
    }

    @Test
    void moreThanWasAnnouncedIsNotTaken() throws Exception {
        try (ServerSocket raw = rawOrigin("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and more")) {
            StoredCopy copy = fetch("http://127.0.0.1:" + raw.getLocalPort() + "/x");
            assertThat(dir.resolve(copy.path())).hasContent("hello");
        }
    }

    @Test
    void aBodyThatEndsWithItsConnectionIsWhole() throws Exception {
        try (ServerSocket raw = rawOrigin("HTTP/1.0 200 OK\r\n\r\nhello")) {
            StoredCopy copy = fetch("http://127.0.0.1:" + raw.getLocalPort() + "/x");
            assertThat(dir.resolve(copy.path())).hasContent("hello");
        }
    }

    @Test
    void bytesAreKeptAsServedWhateverTheirCoding() throws Exception {
        byte[] zipped = TestOrigin.bytes(1000, 9);
        origin.answer("/t.csv.gz", exchange -> {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            exchange.sendResponseHeaders(200, zipped.length);
            exchange.getResponseBody().write(zipped);
        });
        assertThat(dir.resolve(fetch(origin.url("/t.csv.gz")).path())).hasBinaryContent(zipped);
    }

    @Test
    void redirectsAreFollowedTenTimes() throws Exception {
        origin.serve("/hop10", "here".getBytes(UTF_8));
        for (int i = 0; i < 10; i++) {
            redirect("/hop" + i, "hop" + (i + 1));
        }
        redirect("/once-more", "/hop0");
        assertThat(dir.resolve(fetch(origin.url("/hop0")).path())).hasContent("here");
        assertFailure(origin.url("/once-more")).returns(FailureReason.ORIGIN_ERROR, FetchFailure::reason);
    }

    @Test
    void aPrivateAddressIsRefusedAlsoAfterARedirect() throws Exception {
        origin.serve("/secret", "secret".getBytes(UTF_8));
        fetcher.close();
        fetcher = new Fetcher(QUICK, false, 4);
        for (String host : new String[] {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433"}) {
            String url = origin.url("/secret").replace("127.0.0.1", host);
            assertFailure(url).returns(FailureReason.BLOCKED_ADDRESS, FetchFailure::reason);
        }
        assertThat(origin.requests).isEmpty();

        fetcher.close();
        // To this guard one name of this machine is public and the others are not.
        fetcher = new Fetcher(
                QUICK,
                new AddressGuard(
                        address -> address.getHostName().equals("public.example"), new AddressGuardTest.Names()),
                4);
        redirect("/door", origin.url("/secret"));
        assertFailure(origin.url("/door").replace("127.0.0.1", "public.example"))
                .returns(FailureReason.BLOCKED_ADDRESS, FetchFailure::reason);
        assertThat(origin.requests).extracting(TestOrigin.Request::path).containsExactly("/door");
    }

    @ParameterizedTest
    @CsvSource({
        "404,GONE",
        "410,GONE",
        "401,FORBIDDEN",
        "403,FORBIDDEN",
        "451,FORBIDDEN",
        "429,ORIGIN_BUSY",
        "503,ORIGIN_BUSY",
        "400,ORIGIN_ERROR",
        "418,ORIGIN_ERROR",
        "500,ORIGIN_ERROR",
        "502,ORIGIN_ERROR",
        "204,ORIGIN_ERROR",
        "304,ORIGIN_ERROR",
        "416,ORIGIN_ERROR"
    })
    void everyRefusalHasItsReason(int status, FailureReason reason) {
        origin.answer("/x", exchange -> exchange.sendResponseHeaders(status, -1));
        assertFailure(origin.url("/x")).returns(reason, FetchFailure::reason).returns(status, FetchFailure::httpStatus);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"120|120", "Mon, 01 Jan 2024 00:10:00 GMT|600", "Sun, 01 Jan 2023 00:00:00 GMT|0"})
    void retryAfterIsReadAsSecondsOrAsADateOfTheOriginsClock(String value, long seconds) throws Exception {
        String head = "HTTP/1.1 503 Busy\r\nDate: " + LONG_AGO + "\r\nRetry-After: " + value
                + "\r\nContent-Length: 0\r\n\r\n";
        try (ServerSocket raw = rawOrigin(head)) {
            assertFailure("http://127.0.0.1:" + raw.getLocalPort() + "/x")
                    .returns(FailureReason.ORIGIN_BUSY, FetchFailure::reason)
                    .returns(seconds, FetchFailure::retryAfterSeconds);
        }
    }

    @Test
    void silenceIsATimeoutAndAClosedPortIsTheNetwork() throws Exception {
        String url;
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            url = "http://127.0.0.1:" + silent.getLocalPort() + "/x";
            assertFailure(url).returns(FailureReason.TIMEOUT, FetchFailure::reason);
        }
        assertFailure(url).returns(FailureReason.NETWORK, FetchFailure::reason);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFileLargerThanTheRoomLeftIsAFullDisk(boolean chunked) {
        capacity = 300_000;
        TestOrigin.File file = origin.serve("/huge", TestOrigin.bytes(400_000, 10));
        file.chunked = chunked;
        assertFailure(origin.url("/huge")).returns(FailureReason.DISK_FULL, FetchFailure::reason);
    }

    @Test
    void aFullDiskIsAFullDisk() {
        assertThat(FetchFailure.ofDisk(new IOException("No space left on device"))
                        .reason())
                .isEqualTo(FailureReason.DISK_FULL);
        assertThat(FetchFailure.ofDisk(new IOException("Input/output error")).reason())
                .isEqualTo(FailureReason.OTHER);
    }

    @Test
    void aStoppedDownloadEndsAtOnceAndKeepsWhatItHas() throws Exception {
        TestOrigin.File file = origin.serve("/slow", TestOrigin.bytes(1_000_000, 11));
        Semaphore pace = new Semaphore(3);
        file.pace = pace;
        CountDownLatch underWay = new CountDownLatch(1);
        CompletableFuture<String> outcome = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                fetch(origin.url("/slow"), bytes -> {
                    if (bytes > 100_000) {
                        underWay.countDown();
                    }
                });
                outcome.complete("stored");
            } catch (StoppedException stopped) {
                outcome.complete("stopped");
            } catch (Exception other) {
                outcome.completeExceptionally(other);
            }
        });
        assertThat(underWay.await(5, TimeUnit.SECONDS)).isTrue();
        long asked = System.nanoTime();
        stop.stop();
        assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo("stopped");
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(QUICK.idleTimeout());
        assertThat(store.partialBytes()).isGreaterThan(100_000);
        pace.release(1000);
    }

    @Test
    void whatTheOriginStillHasIsNotSentAgain() throws Exception {
        origin.serve("/t.csv", "same".getBytes(UTF_8));
        StoredCopy copy = fetch(origin.url("/t.csv"));
        try (Partial partial = store.partial(url(origin.url("/t.csv")));
                Space.Claim room = new Space(store, capacity).claim()) {
            Transfer again =
                    new Transfer(url(origin.url("/t.csv")), partial, copy, room, bytes -> {}, size -> {}, stop);
            assertThat(fetcher.fetch(again)).isEqualTo(Fetched.UNCHANGED);
        }
        assertThat(origin.requests.getLast().header("If-None-Match")).isEqualTo(copy.etag());
    }

    private void redirect(String from, String location) {
        origin.answer(from, exchange -> {
            exchange.getResponseHeaders().set("Location", location);
            exchange.sendResponseHeaders(302, -1);
        });
    }

    private StoredCopy fetch(String url) throws Exception {
        return fetch(url, bytes -> {});
    }

    private StoredCopy fetch(String url, LongConsumer progress) throws Exception {
        try (Partial partial = store.partial(url(url));
                Space.Claim room = new Space(store, capacity).claim()) {
            partial.recover(progress, stop::isStopped);
            Transfer transfer = new Transfer(url(url), partial, null, room, progress, size -> {}, stop);
            assertThat(fetcher.fetch(transfer)).isEqualTo(Fetched.COMPLETE);
            return store.keep(partial, url(url), "t-" + url);
        }
    }

    private AbstractObjectAssert<?, FetchFailure> assertFailure(String url) {
        return assertThatThrownBy(() -> fetch(url)).asInstanceOf(type(FetchFailure.class));
    }

    private static OriginUrl url(String text) {
        return OriginUrl.parse(text).orElseThrow();
    }

    /** Says the same to everybody who connects, whatever they ask, and hangs up. */
    private static ServerSocket rawOrigin(String says) throws IOException {
        ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (true) {
                try (Socket socket = server.accept()) {
                    byte[] request = new byte[4096];
                    int length = socket.getInputStream().read(request);
                    assertThat(length).isPositive();
                    socket.getOutputStream().write(says.getBytes(UTF_8));
                } catch (IOException closed) {
                    return;
                }
            }
        });
        return server;
    }
}

package org.climaterescue.priorizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.climaterescue.mock.Content;
import org.climaterescue.mock.Fault;
import org.climaterescue.mock.MockOrigin;
import org.climaterescue.mock.MockPriorizer;
import org.climaterescue.mock.SampleCatalog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PriorizerClientTest {

    private static final Duration PAUSE = Duration.ofMillis(1);

    private final MockPriorizer priorizer = started();
    private final PriorizerClient client = client();
    private final List<Ranking.Entry> entries = new ArrayList<>();

    @AfterEach
    void stop() {
        client.close();
        priorizer.close();
    }

    @Test
    void everyEntryComesInOrderAndTheBadOneIsCounted() throws Exception {
        try (MockOrigin origin = MockOrigin.start()) {
            SampleCatalog catalog = SampleCatalog.serveOn(origin);
            priorizer.rank(catalog.assets());

            Ranking ranking = ask();

            assertThat(ranking).isEqualTo(new Ranking(catalog.assets().size(), 1));
            assertThat(entries)
                    .extracting(Ranking.Entry::rank)
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(1, catalog.assets().size())
                                    .boxed()
                                    .toList());
            assertThat(entries)
                    .extracting(Ranking.Entry::url)
                    .containsExactlyElementsOf(catalog.assets().stream()
                            .map(asset -> asset.url().toString())
                            .toList());
            assertThat(entries).extracting(Ranking.Entry::sizeBytes).containsNull();
        }
    }

    @Test
    void everyMemberArrives() throws Exception {
        priorizer.answer("""
                {"generated": {"by": ["x"]}, "asset": [{"path": "/p", "name": "n", "priority": 3, "size_mb": 0.5, "ds_id": "d",
                  "res_id": "r", "asset_id": 17, "url": "https://example.org/a", "more": [1, {"url": 2}]}], "end": true}
                """);

        ask();

        assertThat(entries)
                .containsExactly(new Ranking.Entry(3, "https://example.org/a", "/p", "n", 500_000L, "d", "r", "17"));
    }

    @Test
    void onlyTheUrlAndTheRankAreNeeded() throws Exception {
        priorizer.answer("""
                {"asset": [{"url": "https://example.org/a", "priority": 1, "size_mb": null, "asset_id": null}]}
                """);

        ask();

        assertThat(entries)
                .containsExactly(new Ranking.Entry(1, "https://example.org/a", null, null, null, null, null, null));
    }

    @Test
    void oneBadEntryHarmsNoOther() throws Exception {
        List<String> bad = List.of(
                "null",
                "7",
                "[{\"url\": \"https://example.org/nested\", \"priority\": 1}]",
                "{}",
                "{\"url\": \"https://example.org/no-rank\"}",
                "{\"priority\": 1}",
                "{\"url\": \" \", \"priority\": 1}",
                "{\"url\": {\"href\": \"x\"}, \"priority\": 1}",
                "{\"url\": \"https://example.org/x\", \"priority\": \"first\"}",
                "{\"url\": \"https://example.org/x\", \"priority\": 0}",
                "{\"url\": \"https://example.org/x\", \"priority\": 1.5}",
                "{\"url\": \"https://example.org/x\", \"priority\": 99999999999}",
                "{\"url\": \"https://example.org/x\", \"priority\": 1, \"size_mb\": -1}",
                "{\"url\": \"https://example.org/x\", \"priority\": 1, \"size_mb\": \"big\"}");
        priorizer.answer(bad.stream()
                .collect(Collectors.joining(
                        ",",
                        "{\"asset\": [{\"url\": \"https://example.org/first\", \"priority\": 1},",
                        ",{\"url\": \"https://example.org/last\", \"priority\": 2}]}")));

        assertThat(ask()).isEqualTo(new Ranking(2, bad.size()));
        assertThat(entries)
                .extracting(Ranking.Entry::url)
                .containsExactly("https://example.org/first", "https://example.org/last");
    }

    @Test
    void anEmptyRankingIsARanking() throws Exception {
        assertThat(ask()).isEqualTo(new Ranking(0, 0));
    }

    @Test
    void whatIsNoRankingIsRefused() {
        for (String nonsense : new String[] {
            "",
            "[]",
            "{}",
            "hello",
            "{\"asset\": 3}",
            "{\"asset\": [",
            "{\"asset\": [{\"url\": \"x\"",
            "<html>busy</html>"
        }) {
            priorizer.answer(nonsense);

            try (PriorizerClient fresh = client()) {
                assertThatThrownBy(() -> fresh.ask(this::afresh))
                        .as(nonsense)
                        .isInstanceOf(PriorizerUnavailable.class)
                        .hasMessageStartingWith("it gave no ranking");
            }
        }
    }

    @Test
    void aRefusalIsSaidWithItsStatus() {
        for (int status : new int[] {400, 404, 429, 503}) {
            priorizer.answer("").ranking().failing(Fault.status(status));
            try (PriorizerClient fresh = client()) {
                assertThatThrownBy(() -> fresh.ask(this::afresh))
                        .isInstanceOf(PriorizerUnavailable.class)
                        .hasMessage("it answered " + status);
            }
        }
    }

    @Test
    void whatMayPassIsTriedAgainAndOnlyTheLastAnswerCounts() throws Exception {
        for (Fault fault : List.of(
                Fault.status(500), Fault.status(503), Fault.status(429), Fault.cutAfter(20_000), Fault.cutAfter(0))) {
            priorizer.answer(many(1000));
            priorizer.ranking().failing(fault, PriorizerClient.TRIES - 1);

            assertThat(ask()).as("%s", fault).isEqualTo(new Ranking(1000, 0));
            assertThat(entries).as("%s", fault).hasSize(1000);
            assertThat(priorizer.ranking().load().requests()).as("%s", fault).isEqualTo(PriorizerClient.TRIES);
        }
    }

    @Test
    void whatWillNotPassIsNotTriedAgain() {
        priorizer.ranking().failing(Fault.status(404));

        assertThatThrownBy(this::ask).isInstanceOf(PriorizerUnavailable.class);

        assertThat(priorizer.ranking().load().requests()).isOne();
    }

    @Test
    void aDeadPriorizerIsLeftAloneForAMinuteAndThenTriedOnce() throws Exception {
        var clock = new MovedClock();
        try (var patient = client(Duration.ofSeconds(10), Duration.ofSeconds(10), clock)) {
            priorizer.ranking().failing(Fault.status(503));
            assertThatThrownBy(() -> patient.ask(this::afresh)).hasMessage("it answered 503");
            long asked = priorizer.ranking().load().requests();
            assertThat(asked).isEqualTo(PriorizerClient.TRIES).isEqualTo(PriorizerClient.FAILURES_IN_A_ROW);

            assertThatThrownBy(() -> patient.ask(this::afresh)).hasMessageContaining("left alone");
            assertThat(priorizer.ranking().load().requests()).isEqualTo(asked);

            for (int minute = 1; minute <= 3; minute++) {
                clock.move(PriorizerClient.LEFT_ALONE.plusSeconds(1));
                assertThatThrownBy(() -> patient.ask(this::afresh)).hasMessage("it answered 503");
                assertThatThrownBy(() -> patient.ask(this::afresh)).hasMessageContaining("left alone");
                assertThat(priorizer.ranking().load().requests()).isEqualTo(asked + minute);
            }

            clock.move(PriorizerClient.LEFT_ALONE.plusSeconds(1));
            priorizer.answer(many(3));
            assertThat(patient.ask(this::afresh)).isEqualTo(new Ranking(3, 0));
            priorizer.ranking().failing(Fault.status(503), PriorizerClient.TRIES - 1);
            assertThat(patient.ask(this::afresh)).as("as usual").isEqualTo(new Ranking(3, 0));
        }
    }

    @Test
    void failuresOfSeveralQuestionsInARowCountTogether() {
        priorizer.ranking().failing(Fault.status(404));
        for (int question = 1; question <= PriorizerClient.FAILURES_IN_A_ROW; question++) {
            assertThatThrownBy(this::ask).hasMessage("it answered 404");
        }

        assertThatThrownBy(this::ask).hasMessageContaining("left alone");
    }

    @Test
    void whatFailsAtTheCallerIsNeitherTriedAgainNorHeldAgainstThePriorizer() throws Exception {
        priorizer.answer(many(3));
        for (int i = 1; i <= 2 * PriorizerClient.FAILURES_IN_A_ROW; i++) {
            assertThatThrownBy(() -> client.ask(() -> entry -> {
                        throw new IllegalStateException("the disk is full");
                    }))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(priorizer.ranking().load().requests()).isEqualTo(i);
        }

        assertThat(ask()).isEqualTo(new Ranking(3, 0));
    }

    @Test
    void anAnswerThatBreaksOffIsNoRanking() {
        priorizer.answer(many(1000));
        priorizer.ranking().failing(Fault.cutAfter(20_000));

        assertThatThrownBy(this::ask).isInstanceOf(PriorizerUnavailable.class).hasMessageContaining("broke off");
        assertThat(entries).as("told before it broke").isNotEmpty().hasSizeLessThan(1000);
    }

    @Test
    void aPriorizerThatIsAwayIsSaidToBe() {
        priorizer.close();

        assertThatThrownBy(this::ask).isInstanceOf(PriorizerUnavailable.class).hasMessageStartingWith("no answer");
    }

    @Test
    void theTimeoutHoldsUntilTheLastByte() {
        priorizer.answer(many(1000)).ranking().failing(Fault.throttle(1000), 1);

        try (var hasty = client(Duration.ofMinutes(5), Duration.ofSeconds(1), Clock.systemUTC())) {
            assertThatThrownBy(() -> hasty.ask(this::afresh))
                    .isInstanceOf(PriorizerUnavailable.class)
                    .hasMessageContaining("took longer than 1 s");
        }
    }

    @Test
    void silenceEndsAQuestionBeforeTheAnswerAndInIt() throws IOException {
        priorizer.ranking().failing(Fault.delay(Duration.ofMinutes(5)), 1);
        try (var hasty = client(Duration.ofSeconds(1), Duration.ofMinutes(5), Clock.systemUTC())) {
            assertThatThrownBy(() -> hasty.ask(this::afresh))
                    .isInstanceOf(PriorizerUnavailable.class)
                    .hasMessageContaining("timed out");
        }
        try (ServerSocket stuck = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var hasty = new PriorizerClient(
                        URI.create("http://127.0.0.1:" + stuck.getLocalPort()),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(5))) {
            Thread.ofVirtual().start(() -> beginToAnswer(stuck));

            assertThatThrownBy(() -> hasty.ask(this::afresh))
                    .isInstanceOf(PriorizerUnavailable.class)
                    .hasMessageContaining("stood still for more than 1 s");
            assertThat(entries).as("told before").hasSize(1);
        }
    }

    private static void beginToAnswer(ServerSocket server) {
        try (Socket connection = server.accept()) {
            connection.getOutputStream().write("""
                    HTTP/1.1 200 OK\r
                    Content-Length: 100000\r
                    \r
                    {"asset": [{"url": "https://example.org/a", "priority": 1},""".getBytes(StandardCharsets.UTF_8));
            connection.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    @Test
    void aPathInTheBaseIsKept() throws Exception {
        try (MockOrigin server = MockOrigin.start();
                PriorizerClient under = new PriorizerClient(
                        URI.create(server.url("/priorizer/").toString()),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10))) {
            server.serve("/priorizer/ranking", Content.of("{\"asset\": []}"));

            assertThat(under.ask(this::afresh)).isEqualTo(new Ranking(0, 0));
        }
    }

    @Test
    void aLongRankingIsHandedOnAsItComes() throws Exception {
        priorizer.answer(many(200_000));
        AtomicLong ranks = new AtomicLong();

        Ranking ranking = client.ask(() -> entry -> ranks.addAndGet(entry.rank()));

        assertThat(ranking).isEqualTo(new Ranking(200_000, 0));
        assertThat(ranks.get()).isEqualTo(200_000L * 200_001 / 2);
    }

    private Ranking ask() throws PriorizerUnavailable, InterruptedException {
        return client.ask(this::afresh);
    }

    private Consumer<Ranking.Entry> afresh() {
        entries.clear();
        return entries::add;
    }

    private PriorizerClient client() {
        return client(Duration.ofSeconds(10), Duration.ofSeconds(10), Clock.systemUTC());
    }

    private PriorizerClient client(Duration silence, Duration timeout, Clock clock) {
        return new PriorizerClient(priorizer.url(), silence, timeout, PAUSE, clock);
    }

    private static String many(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(rank -> "{\"url\": \"https://example.org/%d\", \"priority\": %d}".formatted(rank, rank))
                .collect(Collectors.joining(",", "{\"asset\": [", "]}"));
    }

    /** Stands still until it is moved. */
    private static final class MovedClock extends Clock {

        private Instant now = Instant.EPOCH;

        void move(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private static MockPriorizer started() {
        try {
            return MockPriorizer.start();
        } catch (IOException noPort) {
            throw new AssertionError(noPort);
        }
    }
}

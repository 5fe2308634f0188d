package org.climaterescue.priorizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
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

    private final MockPriorizer priorizer = started();
    private final PriorizerClient client = new PriorizerClient(priorizer.url(), Duration.ofSeconds(10));
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

            assertThatThrownBy(this::ask)
                    .as(nonsense)
                    .isInstanceOf(PriorizerUnavailable.class)
                    .hasMessageContaining("/ranking gave no ranking");
        }
    }

    @Test
    void aRefusalIsSaidWithItsStatus() {
        priorizer.ranking().failing(Fault.status(503), 1);

        assertThatThrownBy(this::ask).isInstanceOf(PriorizerUnavailable.class).hasMessageContaining("answered 503");
    }

    @Test
    void anAnswerThatBreaksOffIsNoRanking() {
        priorizer.answer(many(1000));
        priorizer.ranking().failing(Fault.cutAfter(20_000), 1);

        assertThatThrownBy(this::ask).isInstanceOf(PriorizerUnavailable.class).hasMessageContaining("broke off");
        assertThat(entries).as("told before it broke").isNotEmpty().hasSizeLessThan(1000);
    }

    @Test
    void aPriorizerThatIsAwayIsSaidToBe() {
        priorizer.close();

        assertThatThrownBy(this::ask)
                .isInstanceOf(PriorizerUnavailable.class)
                .hasMessageContaining("no answer from " + priorizer.url());
    }

    @Test
    void theTimeoutHoldsBeforeTheFirstByteAndUntilTheLast() {
        try (PriorizerClient hasty = new PriorizerClient(priorizer.url(), Duration.ofSeconds(1))) {
            priorizer.ranking().failing(Fault.delay(Duration.ofMinutes(5)), 1);
            assertThatThrownBy(() -> hasty.ask(entries::add))
                    .isInstanceOf(PriorizerUnavailable.class)
                    .hasMessageContaining("timed out");

            priorizer.answer(many(1000)).ranking().failing(Fault.throttle(1000), 1);
            assertThatThrownBy(() -> hasty.ask(entries::add))
                    .isInstanceOf(PriorizerUnavailable.class)
                    .hasMessageContaining("took longer than 1 s");
        }
    }

    @Test
    void aPathInTheBaseIsKept() throws Exception {
        try (MockOrigin server = MockOrigin.start();
                PriorizerClient under =
                        new PriorizerClient(URI.create(server.url("/priorizer/").toString()), Duration.ofSeconds(10))) {
            server.serve("/priorizer/ranking", Content.of("{\"asset\": []}"));

            assertThat(under.ask(entries::add)).isEqualTo(new Ranking(0, 0));
        }
    }

    @Test
    void aLongRankingIsHandedOnAsItComes() throws Exception {
        priorizer.answer(many(200_000));
        AtomicLong ranks = new AtomicLong();

        Ranking ranking = client.ask(entry -> ranks.addAndGet(entry.rank()));

        assertThat(ranking).isEqualTo(new Ranking(200_000, 0));
        assertThat(ranks.get()).isEqualTo(200_000L * 200_001 / 2);
    }

    private Ranking ask() throws PriorizerUnavailable, InterruptedException {
        return client.ask(entries::add);
    }

    private static String many(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(rank -> "{\"url\": \"https://example.org/%d\", \"priority\": %d}".formatted(rank, rank))
                .collect(Collectors.joining(",", "{\"asset\": [", "]}"));
    }

    private static MockPriorizer started() {
        try {
            return MockPriorizer.start();
        } catch (IOException noPort) {
            throw new AssertionError(noPort);
        }
    }
}

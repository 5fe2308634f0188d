package org.climaterescue.dispatcher.priority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.climaterescue.db.Sql;
import org.climaterescue.db.Transactions;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.climaterescue.mock.Fault;
import org.climaterescue.mock.MockPriorizer;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Tasks follow what the priorizer says. */
class RankingTest extends FleetTest {

    private final MockPriorizer priorizer = started();

    @Override
    protected Map<String, String> settings() {
        return Map.of(
                "PRIORIZER_URL",
                priorizer.url().toString(),
                "RESCUE_PRIORIZER_REFRESH",
                "0",
                "RESCUE_HOST_CONNECTIONS",
                "1000");
    }

    @AfterAll
    void stopPriorizer() {
        priorizer.close();
    }

    /** Also so that the failures of several tests never come in a row. */
    @BeforeEach
    void nothingIsRanked() {
        rank();
        assertThat(refresh().at("/source")).isEqualTo("priorizer");
    }

    @Test
    void rankedWorkGoesOutBeforeUnrankedAtEqualPriorityAndCopies() {
        String unranked = submit(1);
        String second = submit(1);
        String first = submit(1);
        String urgent = submit(", 'priority':6");
        rank(url(first), url(second));

        Answer answer = refresh();

        assertThat(answer.at("/source")).isEqualTo("priorizer");
        assertThat(answer.body().at("/ranked").asInt()).isEqualTo(2);
        assertThat(answer.body().at("/changed").asInt()).isEqualTo(2);
        assertThat(given("a", 4)).containsExactly(urgent, first, second, unranked);
    }

    @Test
    void aRankingReplacesTheOneBefore() {
        String one = submit(1);
        String two = submit(1);
        String three = submit(1);
        rank(url(one), url(two), url(three));
        refresh();
        rank(url(three), url(two));

        Answer answer = refresh();

        assertThat(answer.body().at("/ranked").asInt()).isEqualTo(2);
        assertThat(answer.body().at("/changed").asInt()).isEqualTo(2);
        assertThat(rankOf(one)).isNull();
        assertThat(rankOf(two)).isEqualTo(2);
        assertThat(rankOf(three)).isEqualTo(1);
        assertThat(given("a", 3)).containsExactly(three, two, one);
    }

    @Test
    void anEmptyRankingUnranksEverything() {
        String task = submit(1);
        rank(url(task));
        refresh();
        rank();

        assertThat(refresh().body().at("/ranked").asInt()).isZero();
        assertThat(rankOf(task)).isNull();
    }

    @Test
    void anUnknownUrlBecomesOneTask() {
        String url = fresh();
        priorizer.answer("""
                {"asset": [{"path": "/p", "name": "a name", "priority": 4, "size_mb": 0.5, "ds_id": "a dataset", "url": "%s"}]}
                """.formatted(url));

        assertThat(refresh().body().at("/changed").asInt()).isOne();
        assertThat(refresh().body().at("/changed").asInt()).isZero();

        List<JsonNode> tasks = tasksOf(url);
        assertThat(tasks).hasSize(1);
        JsonNode task = dispatcher
                .get("/tasks/" + tasks.getFirst().at("/task_id").asText())
                .body();
        assertThat(task.at("/rank").asInt()).isEqualTo(4);
        assertThat(task.at("/name").asText()).isEqualTo("a name");
        assertThat(task.at("/dataset").asText()).isEqualTo("a dataset");
        assertThat(task.at("/size_bytes").asLong()).isEqualTo(500_000);
        assertThat(task.at("/initiated_by").asText())
                .isEqualTo(dispatcher.get("/whoami").at("/instance_id"));
        assertThat(given("a", 1)).containsExactly(task.at("/task_id").asText());
    }

    @Test
    void whatWasCancelledIsNotSubmittedAgainAndComesBackWithItsRank() {
        String cancelled = submit(1);
        String other = submit(1);
        dispatcher.post("/tasks/" + cancelled + "/cancel", "");
        rank(url(cancelled));

        assertThat(refresh().body().at("/ranked").asInt()).isOne();

        assertThat(tasksOf(url(cancelled))).hasSize(1);
        assertThat(standing(cancelled)).isEqualTo("cancelled");
        dispatcher.post("/tasks/" + cancelled + "/retry", "");
        assertThat(given("a", 2)).containsExactly(cancelled, other);
    }

    @Test
    void whatComesBackTakesTheRankThatItWasGivenMeanwhile() {
        String task = submit(1);
        String other = submit(1);
        rank(url(other), url(task));
        refresh();
        String lease = claim("a");
        String waiting = claim("a");
        fail("a", waiting, "network");
        rank(url(task));

        refresh();
        release("a", lease);
        dispatcher.advance(Duration.ofMinutes(2));

        assertThat(given("b", 2)).containsExactly(task, other);
    }

    @Test
    void aRefreshThatChangesNothingWritesNothing() {
        rank(url(submit(1)), fresh(), url(submit(1)), "http://nothing.example.org/" + test);
        refresh();
        String before = versions();

        Answer answer = refresh();

        assertThat(answer.body().at("/ranked").asInt()).isEqualTo(4);
        assertThat(answer.body().at("/changed").asInt()).isZero();
        assertThat(versions()).isEqualTo(before);
    }

    @Test
    void whileThePriorizerIsAwayTheLastKnownRankingStandsAlsoForWhatIsSubmittedAnew() {
        String old = submit(1);
        String url = url(old);
        rank(url);
        refresh();
        priorizer.ranking().failing(Fault.status(404));

        Answer away = refresh();

        assertThat(away.at("/source")).isEqualTo("last_known");
        assertThat(away.body().at("/ranked").asInt()).isOne();
        assertThat(away.body().at("/changed").asInt()).isZero();
        assertThat(rankOf(old)).isEqualTo(1);
        dispatcher.advance(Duration.ofDays(8));
        String unranked = submit(1);
        String anew = dispatcher
                .post("/tasks", "{'dataset_url':'" + url + "','size_bytes':1000,'copies':1}")
                .at("/task_id");
        assertThat(rankOf(anew)).isEqualTo(1);
        assertThat(refresh().body().at("/changed").asInt())
                .as("the older capture")
                .isOne();
        assertThat(rankOf(old)).isNull();
        assertThat(given("a", 3)).containsExactly(anew, old, unranked);
        assertThat(dispatcher.get("/priorities").at("/error")).isEqualTo("it answered 404");
    }

    @Test
    void whatCannotBeUsedIsSkippedAndCountedAndOfEqualUrlsTheBestRankWins() {
        String url = "http://best" + test + ".example.org/a";
        priorizer.answer("""
                {"asset": [
                  {"priority": 9, "url": "%s"},
                  {"priority": 2, "url": "HTTP://BEST%d.example.org:80/a"},
                  {"priority": 5, "url": "%s"},
                  {"priority": 1, "url": "not a url"},
                  {"priority": 1, "url": "http://user:secret@example.org/"},
                  {"priority": 1, "url": "http://nul.example.org/\\u0000"},
                  {"priority": 1},
                  {"priority": "first", "url": "http://example.org/"},
                  {"priority": 3, "url": "http://long%d.example.org/", "name": "%s", "size_mb": null}]}
                """.formatted(url, test, url, test, "x".repeat(2000)));

        assertThat(refresh().body().at("/ranked").asInt()).isEqualTo(2);

        Answer last = dispatcher.get("/priorities");
        assertThat(last.body().at("/entries").asInt()).isEqualTo(4);
        assertThat(last.body().at("/skipped").asInt()).isEqualTo(5);
        assertThat(last.at("/source")).isEqualTo("priorizer");
        assertThat(last.at("/refreshed_at")).isNotEmpty().isEqualTo(last.at("/answered_at"));
        assertThat(last.body().has("error")).isFalse();
        assertThat(tasksOf(url)).hasSize(1);
        assertThat(rankOf(tasksOf(url).getFirst().at("/task_id").asText())).isEqualTo(2);
    }

    @Test
    void ofEqualUrlsTheBestRankWinsHoweverFarApartTheyAre() {
        String entry = "{\"priority\": %d, \"url\": \"" + fresh() + "\"}";
        List<String> entries = new ArrayList<>(Collections.nCopies(1500, entry.formatted(7)));
        entries.add(entry.formatted(3));
        entries.addAll(Collections.nCopies(1500, entry.formatted(9)));
        priorizer.answer("{\"asset\": [" + String.join(",", entries) + "]}");

        assertThat(refresh().body().at("/ranked").asInt()).isOne();

        assertThat(rankOf(tasksOf(fresh()).getFirst().at("/task_id").asText())).isEqualTo(3);
    }

    @Test
    void callsAtOnceShareOneRefreshWhichBeginsAfterThem() {
        String task = submit(1);
        rank(url(task));
        priorizer.ranking().failing(Fault.delay(Duration.ofSeconds(3)), 1);
        CompletableFuture<Answer> first = dispatcher.posting("/priorities/refresh", "");
        await().until(() -> priorizer.ranking().load().open() == 1);
        List<CompletableFuture<Answer>> others = IntStream.range(0, 5)
                .mapToObj(i -> dispatcher.posting("/priorities/refresh", ""))
                .toList();

        assertThat(first.join().body().at("/changed").asInt()).isOne();
        assertThat(others).allSatisfy(other -> {
            assertThat(other.join()).isEqualTo(others.getFirst().join());
            assertThat(other.join().body().at("/ranked").asInt()).isOne();
            assertThat(other.join().body().at("/changed").asInt()).isZero();
        });
        assertThat(priorizer.ranking().load().requests()).isEqualTo(2);
    }

    @Test
    void theLogSaysOnceThatThePriorizerIsAwayAndOnceThatItIsBack() {
        var log = (Logger) LoggerFactory.getLogger(Priorities.class);
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        log.setLevel(Level.INFO);
        log.addAppender(lines);
        try {
            priorizer.ranking().failing(Fault.status(404), 2);
            for (int i = 0; i < 4; i++) {
                refresh();
            }
        } finally {
            log.detachAppender(lines);
            log.setLevel(null);
        }
        assertThat(lines.list).extracting(ILoggingEvent::getLevel).containsExactly(Level.WARN, Level.INFO);
    }

    @Test
    void claimsThatRaceRefreshesLoseNothingAndGiveNothingTwice() {
        int count = 120;
        List<String> tasks = IntStream.range(0, count).mapToObj(i -> submit(1)).toList();
        List<String> urls = new ArrayList<>(tasks.stream().map(this::url).toList());
        var random = new Random(test);
        List<String> given = Collections.synchronizedList(new ArrayList<>());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<Void>> nodes = IntStream.range(0, 3)
                    .mapToObj(node -> CompletableFuture.runAsync(
                            () -> {
                                List<String> more;
                                do {
                                    more = given("racer" + node, 2);
                                    given.addAll(more);
                                } while (!more.isEmpty());
                            },
                            threads))
                    .toList();
            while (!nodes.stream().allMatch(CompletableFuture::isDone)) {
                Collections.shuffle(urls, random);
                rank(urls.subList(0, count / 2).toArray(String[]::new));
                refresh();
                assertThat(dispatcher.brokenLaws()).isEmpty();
            }
            nodes.forEach(CompletableFuture::join);
        }
        Set<String> rest = new HashSet<>(tasks);
        assertThat(given).doesNotHaveDuplicates();
        assertThat(rest.containsAll(given)).isTrue();
        given.forEach(rest::remove);
        // A round may find a row gone from where it read it; the next one finds it where it is.
        assertThat(given("last", 1000)).containsExactlyInAnyOrderElementsOf(rest);
    }

    private Answer refresh() {
        Answer answer = dispatcher.post("/priorities/refresh", "");
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
        return answer;
    }

    private void rank(String... urls) {
        ObjectNode ranking = Json.mapper().createObjectNode();
        ArrayNode entries = ranking.putArray("asset");
        for (int i = 0; i < urls.length; i++) {
            entries.addObject().put("url", urls[i]).put("priority", i + 1).putNull("size_mb");
        }
        priorizer.answer(ranking.toString());
    }

    /** The tasks that a node is given, in order. */
    private List<String> given(String node, int most) {
        List<String> tasks = new ArrayList<>();
        dispatcher
                .post("/dispatch", "{'node_id':'" + node(node) + "', 'capacity_gb':1000, 'max_tasks':" + most + "}")
                .body()
                .at("/assignment/assigned_tasks")
                .forEach(task -> tasks.add(task.at("/task_id").asText()));
        return tasks;
    }

    private @Nullable Integer rankOf(String task) {
        JsonNode rank = dispatcher.get("/tasks/" + task).body().path("rank");
        return rank.isMissingNode() ? null : rank.asInt();
    }

    private String fresh() {
        return "http://fresh" + test + ".example.org/file";
    }

    private List<JsonNode> tasksOf(String url) {
        List<JsonNode> tasks = new ArrayList<>();
        dispatcher
                .get("/tasks?limit=1000&host=" + URI.create(url).getHost())
                .body()
                .at("/items")
                .forEach(task -> {
                    if (url.equals(task.at("/canonical_url").asText(url))) {
                        tasks.add(task);
                    }
                });
        return tasks;
    }

    /** Which transaction wrote each row, and where it lies. */
    private String versions() {
        return dispatcher
                .bean(Transactions.class)
                .in(connection -> Sql.of(connection, """
                        select string_agg(x.place, ' ' order by x.place) as versions from (
                            select 'task ' || xmin || ctid as place from task union all
                            select 'ready ' || xmin || ctid from ready union all
                            select 'ranking ' || xmin || ctid from ranking union all
                            select 'capture ' || xmin || ctid from capture union all
                            select 'host ' || xmin || ctid from host union all
                            select 'event ' || xmin || ctid from event) x
                        """).one(row -> row.text("versions")));
    }

    private static MockPriorizer started() {
        try {
            return MockPriorizer.start();
        } catch (IOException noPort) {
            throw new UncheckedIOException(noPort);
        }
    }
}

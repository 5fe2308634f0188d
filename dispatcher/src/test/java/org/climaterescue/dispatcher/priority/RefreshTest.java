package org.climaterescue.dispatcher.priority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.climaterescue.db.Sql;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.TestDispatcher;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.mock.Fault;
import org.climaterescue.mock.MockPriorizer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the priorizer is asked, and by whom: two dispatchers on one database. */
@SuppressWarnings("NullAway.Init") // set before each test
class RefreshTest {

    /** So many that they come in several pages, and the driver begins to remember statements. */
    private static final int FILES = 3500;

    /** Which transaction wrote each row, and where it lies. */
    private static final String VERSIONS = """
            select string_agg(x.place, ' ' order by x.place) from (
                select 'task ' || xmin || ctid as place from task union all
                select 'ready ' || xmin || ctid from ready union all
                select 'ranking ' || xmin || ctid from ranking) x""";

    private final String database = TestDatabase.create();
    private MockPriorizer priorizer;
    private TestDispatcher here;
    private TestDispatcher there;

    @BeforeEach
    void startPriorizer() throws IOException {
        priorizer = MockPriorizer.start();
        priorizer.answer(IntStream.rangeClosed(1, FILES)
                .mapToObj(rank ->
                        "{\"url\": \"http://host%d.example.org/%d\", \"priority\": %d}".formatted(rank % 7, rank, rank))
                .collect(Collectors.joining(",", "{\"asset\": [", "]}")));
    }

    @AfterEach
    void stop() {
        assertThat(here.brokenLaws()).isEmpty();
        here.close();
        there.close();
        priorizer.close();
    }

    @Test
    void whoAsksWhileARefreshIsUnderWaySharesTheNextOneOverAllInstances() {
        start("0");
        priorizer.ranking().failing(Fault.delay(Duration.ofSeconds(3)), 1);
        CompletableFuture<Answer> first = here.posting("/priorities/refresh", "");
        await().until(() -> priorizer.ranking().load().open() == 1);

        CompletableFuture<Answer> alsoHere = here.posting("/priorities/refresh", "");
        Answer there = this.there.post("/priorities/refresh", "");

        assertThat(first.join().body().at("/changed").asInt()).isEqualTo(FILES);
        assertThat(there.body().at("/ranked").asInt()).isEqualTo(FILES);
        assertThat(there.body().at("/changed").asInt()).isZero();
        assertThat(alsoHere.join()).isEqualTo(there);
        assertThat(priorizer.ranking().load().requests()).isEqualTo(2);
        assertThat(number("select count(*) from task")).isEqualTo(FILES);
    }

    @Test
    void anAnswerThatBreaksOffChangesNothing() {
        start("0");
        here.post("/priorities/refresh", "");
        String before = text(VERSIONS);
        priorizer.answer(IntStream.rangeClosed(1, FILES)
                .mapToObj(rank -> "{\"url\": \"http://cut.example.org/%d\", \"priority\": %d}".formatted(rank, rank))
                .collect(Collectors.joining(",", "{\"asset\": [", "]}")));
        priorizer.ranking().failing(Fault.cutAfter(150_000));

        Answer answer = here.post("/priorities/refresh", "");

        assertThat(answer.at("/source")).isEqualTo("last_known");
        assertThat(answer.body().at("/ranked").asInt()).isEqualTo(FILES);
        assertThat(text(VERSIONS)).isEqualTo(before);
    }

    @Test
    void aPriorizerThatIsDeadCostsOnlyTheFirstOfManyRefreshesItsTries() {
        start("0");
        priorizer.ranking().failing(Fault.status(503));
        for (int i = 0; i < 4; i++) {
            assertThat(here.post("/priorities/refresh", "").at("/source")).isEqualTo("last_known");
        }

        assertThat(priorizer.ranking().load().requests()).isEqualTo(3);
        assertThat(here.get("/priorities").at("/error")).contains("left alone");
    }

    @Test
    void aRefreshThatFailsHereIsNotRepeatedBeforeAMinuteByAnyInstance() {
        execute("alter table ranking rename to ranking_away");
        start("10m");
        Callable<Boolean> failedOnce = () -> number("select begun_no from ranking_refresh"
                        + " where not exists (select from pg_locks where locktype = 'advisory' and granted"
                        + " and database = (select oid from pg_database where datname = current_database()))")
                == 1;
        await().atMost(Duration.ofSeconds(30)).until(failedOnce);

        for (TestDispatcher one : List.of(here, there, here)) {
            one.bean(Priorities.class).runOnce();
        }
        assertThat(priorizer.ranking().load().requests()).isOne();

        execute("alter table ranking_away rename to ranking");
        here.advance(Duration.ofSeconds(61));
        there.bean(Priorities.class).runOnce();
        here.bean(Priorities.class).runOnce();
        assertThat(priorizer.ranking().load().requests()).isEqualTo(2);
        assertThat(here.get("/priorities").at("/source")).isEqualTo("priorizer");
    }

    @Test
    void whoeverIsInterruptedWhileHeWaitsIsToldToComeAgain() throws Exception {
        start("0");
        priorizer.ranking().failing(Fault.delay(Duration.ofMinutes(1)), 1);
        var refused = new CompletableFuture<Integer>();
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                here.bean(Priorities.class).refresh();
                refused.complete(0);
            } catch (ProblemException refusal) {
                refused.complete(refusal.status());
            } catch (Throwable other) {
                refused.completeExceptionally(other);
            }
        });
        await().until(() -> priorizer.ranking().load().open() == 1);

        caller.interrupt();

        assertThat(refused.get(30, TimeUnit.SECONDS)).isEqualTo(503);
    }

    @Test
    void aRefreshWhoseHolderIsCutOffIsDoneByWhoeverWaits() {
        start("0");
        priorizer.ranking().failing(Fault.delay(Duration.ofSeconds(4)), 1);
        CompletableFuture<Answer> first = here.posting("/priorities/refresh", "");
        await().until(() -> priorizer.ranking().load().open() == 1);
        CompletableFuture<Answer> second = there.posting("/priorities/refresh", "");
        await().until(() -> number("select count(*) from pg_locks where locktype = 'advisory' and not granted"
                        + " and database = (select oid from pg_database where datname = current_database())")
                == 1);

        assertThat(number("select count(pg_terminate_backend(l.pid)) from pg_locks l"
                        + " where l.locktype = 'advisory' and l.granted and l.pid in (select pid from pg_stat_activity"
                        + " where datname = current_database() and application_name ~ ' priorities$')"))
                .isOne();

        assertThat(second.join().body().at("/ranked").asInt()).isEqualTo(FILES);
        assertThat(first.join().status()).isEqualTo(503);
        assertThat(priorizer.ranking().load().requests()).isEqualTo(2);
    }

    @Test
    void allInstancesTogetherAskOnScheduleAndTheFirstTimeAtTheStart() {
        start("10m");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(here.get("/priorities").at("/source")).isEqualTo("priorizer"));
        here.bean(Priorities.class).runOnce();
        there.bean(Priorities.class).runOnce();
        assertThat(priorizer.ranking().load().requests()).isOne();

        here.advance(Duration.ofMinutes(11));
        for (TestDispatcher one : List.of(here, there, here)) {
            one.bean(Priorities.class).runOnce();
        }

        assertThat(priorizer.ranking().load().requests()).isEqualTo(2);
    }

    @Test
    void withoutAPriorizerThereIsNobodyToAsk() {
        here = TestDispatcher.on(database, Map.of());
        there = TestDispatcher.on(database, Map.of());

        Answer answer = here.post("/priorities/refresh", "");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.at("/code")).isEqualTo("no_priorizer");
        assertThat(answer.at("/detail")).contains("PRIORIZER_URL");
    }

    @Test
    void onlyOperatorsMayAskAndEverybodyMayRead() {
        start("0", Map.of("RESCUE_OPERATOR_KEY", "k", "DISPATCHER_HOST", "127.0.0.1"));

        assertThat(here.post("/priorities/refresh", "").status()).isEqualTo(401);

        Answer last = here.get("/priorities");
        assertThat(last.status()).isEqualTo(200);
        assertThat(last.body().has("refreshed_at")).isFalse();
        assertThat(priorizer.ranking().load().requests()).isZero();
    }

    private void start(String every) {
        start(every, Map.of());
    }

    private void start(String every, Map<String, String> more) {
        var settings = new HashMap<>(more);
        settings.put("PRIORIZER_URL", priorizer.url().toString());
        settings.put("RESCUE_PRIORIZER_REFRESH", every);
        here = TestDispatcher.on(database, settings);
        there = TestDispatcher.on(database, settings);
    }

    private long number(String sql) {
        String found = text(sql);
        return found.isEmpty() ? 0 : Long.parseLong(found);
    }

    private String text(String sql) {
        try (Connection connection = DriverManager.getConnection(database)) {
            return Sql.of(connection, "select coalesce((" + sql + ")::text, '') as found")
                    .one(row -> row.text("found"));
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    private void execute(String sql) {
        try (Connection connection = DriverManager.getConnection(database)) {
            Sql.of(connection, sql).update();
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }
}

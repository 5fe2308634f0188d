package org.climaterescue.dispatcher.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.climaterescue.db.Database;
import org.climaterescue.db.Sql;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.TestDispatcher;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two dispatchers on one database and an origin that stands two connections: whose turn it is holds over both. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TurnsTest {

    /** The number of the lock that a round holds. */
    private static final long ROUND = 0x726f756e64L;

    /** Waiting rooms look for themselves once a second; whoever is served much sooner than that was woken. */
    private static final Duration WOKEN = Duration.ofMillis(500);

    private TestDispatcher here;
    private TestDispatcher there;
    private int test;
    private int tasks;

    @BeforeAll
    void start() {
        String database = TestDatabase.create();
        here = TestDispatcher.on(database, Map.of("RESCUE_HOST_CONNECTIONS", "2"));
        there = TestDispatcher.on(database, Map.of("RESCUE_HOST_CONNECTIONS", "2"));
    }

    @AfterAll
    void stop() {
        here.close();
        there.close();
    }

    @BeforeEach
    void nextTest() {
        test++;
    }

    @AfterEach
    void end() {
        assertThat(here.brokenLaws()).isEmpty();
        for (String status : new String[] {"pending", "assigned"}) {
            here.get("/tasks?limit=1000&status=" + status)
                    .body()
                    .at("/items")
                    .forEach(task -> here.post("/tasks/" + task.at("/task_id").asText() + "/cancel", ""));
        }
        await().until(() -> waiting(here) + waiting(there) == 0);
    }

    @Test
    void aRoundThatWaitsForItsTurnHoldsNobodyUp() {
        ask(here, "a", 0).join();
        CompletableFuture<Answer> asked;
        try (var turn = new Turn()) {
            submit();
            asked = ask(here, "a", 30);
            turn.awaitWaiters(1);

            assertThat(there.posting("/nodes/" + node("a") + "/heartbeat", "{'capacity_gb':1,'assignments':[]}"))
                    .succeedsWithin(Duration.ofSeconds(10));
            assertThat(asked).isNotDone();
        }
        assertThat(given(asked.join())).isEqualTo(1);
    }

    @Test
    void nobodyGetsASecondTaskWhileAnotherWaitsAtAnotherDispatcher() {
        for (int i = 0; i < 4; i++) {
            CompletableFuture<Answer> first = ask(here, "w" + i, 30, 2);
            awaitNotice("w" + i);
            CompletableFuture<Answer> second = ask(there, "x" + i, 30, 2);
            awaitNotice("x" + i);
            try (var turn = new Turn()) {
                submit();
                submit();
                // Whichever dispatcher comes first serves the other's node too.
                turn.awaitWaiters(2);
            }
            assertThat(given(first.join())).isEqualTo(1);
            assertThat(given(second.join())).isEqualTo(1);
            end();
        }
    }

    @Test
    void nodesThatWorkThroughOneDispatcherLeaveTheirOriginToOneThatWaitsAtAnother() {
        for (int i = 0; i < 6; i++) {
            submit();
        }
        Answer a = ask(here, "a", 0).join();
        assertThat(given(ask(here, "b", 0).join())).isEqualTo(1);
        CompletableFuture<Answer> waits = ask(there, "c", 30);
        awaitNotice("c");

        CompletableFuture<Answer> again;
        try (var turn = new Turn()) {
            end("complete", "a", a);
            again = ask(here, "a", 30);
            awaitWaiting(here, 1);
            turn.awaitWaiters(2);
        }
        assertThat(given(waits.join())).isEqualTo(1);
        assertThat(again).isNotDone();
        end("complete", "c", waits.join());
        assertThat(given(again.join())).isEqualTo(1);
    }

    @Test
    void nodesThatWaitedAtADispatcherThatHasDiedHoldNobodyUp() throws SQLException {
        ask(here, "ghost", 0).join();
        try (Connection connection = here.bean(Database.class).connect("test")) {
            Sql.of(connection, "insert into serving values ('dead', clock_timestamp() + interval '3 s')")
                    .update();
            Sql.of(connection, """
                            insert into waiting (node_no, dispatcher, since, until, capacity_bytes, floor)
                            select node_no, 'dead', clock_timestamp() - interval '50 s', clock_timestamp() + interval '1 h',
                                   1000000, 1
                            from node where node_id = ?
                            """, node("ghost")).update();
        }
        submit();

        assertThat(given(ask(here, "a", 0).join())).isZero();
        assertThat(ask(here, "a", 30)).succeedsWithin(Duration.ofSeconds(10)).matches(answer -> given(answer) == 1);
    }

    @Test
    void whoIsServedIsNotWaitedForAnyMore() {
        CompletableFuture<Answer> waits = ask(there, "c", 30);
        awaitNotice("c");
        CompletableFuture<Answer> other = ask(there, "d", 2);
        awaitNotice("d");

        submit();

        assertThat(given(waits.join())).isEqualTo(1);
        await().until(() -> number(
                        "select count(*) as n from waiting where node_no in "
                                + "(select node_no from node where node_id = ?)",
                        node("c"))
                == 0);
        assertThat(given(other.join())).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"complete", "fail", "release", "cancel"})
    void anAssignmentThatEndsWakesWhoeverWaitsForItsOriginAtAnyInstance(String end) {
        List<Duration> waits = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            submit();
            submit();
            Answer first = ask(here, "a", 0).join();
            ask(here, "b", 0).join();
            submit();
            TestDispatcher waitsAt = i % 2 == 0 ? here : there;
            CompletableFuture<Answer> asked = ask(waitsAt, "c", 30);
            awaitWaiting(waitsAt, 1);

            long began = System.nanoTime();
            end(end, "a", first);
            assertThat(given(asked.join())).isEqualTo(1);
            waits.add(Duration.ofNanos(System.nanoTime() - began));

            here.delete("/nodes/" + node("b"));
            here.delete("/nodes/" + node("c"));
            end();
        }
        // One that was served soon may have been lucky; those that came late may have met a busy machine.
        assertThat(waits.stream().sorted().toList().get(1)).isLessThan(WOKEN);
    }

    private void end(String how, String node, Answer given) {
        String lease = given.at("/assignment/assigned_tasks/0/assignment_id");
        String by = "{'node_id':'" + node(node) + "'";
        switch (how) {
            case "complete" ->
                here.post(
                        "/assignments/" + lease + "/complete",
                        by + ",'sha256':'" + "a".repeat(64) + "','size_bytes':1000}");
            case "fail" -> here.post("/assignments/" + lease + "/fail", by + ",'reason':'network'}");
            case "release" -> here.post("/assignments/" + lease + "/release", by + "}");
            default -> here.post("/tasks/" + given.at("/assignment/assigned_tasks/0/task_id") + "/cancel", "");
        }
    }

    private void submit() {
        Answer accepted = here.post(
                "/tasks",
                "{'dataset_url':'http://turns" + test + ".test/" + ++tasks + "', 'size_bytes':1000, 'copies':1}");
        assertThat(accepted.status()).isEqualTo(202);
    }

    private CompletableFuture<Answer> ask(TestDispatcher dispatcher, String node, int seconds) {
        return ask(dispatcher, node, seconds, 1);
    }

    private CompletableFuture<Answer> ask(TestDispatcher dispatcher, String node, int seconds, int tasks) {
        return dispatcher.posting(
                "/dispatch",
                "{'node_id':'" + node(node) + "', 'capacity_gb':1, 'wait_seconds':" + seconds + ", 'max_tasks':" + tasks
                        + "}");
    }

    private String node(String name) {
        return name + "-" + test;
    }

    /** A machine that is busy is given time. */
    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(30));
    }

    private static int given(Answer answer) {
        return answer.body().at("/assignment/assigned_tasks").size();
    }

    private static long waiting(TestDispatcher dispatcher) {
        return dispatcher.bean(AllocationRounds.class).reportActiveTasks().orElseThrow();
    }

    private static void awaitWaiting(TestDispatcher dispatcher, long calls) {
        await().until(() -> waiting(dispatcher) == calls);
    }

    /** Until the other dispatcher may know that a node waits. */
    private void awaitNotice(String node) {
        await().until(() ->
                number("select count(*) as n from waiting join node using (node_no) where node_id = ?", node(node))
                        == 1);
    }

    private long number(String sql, @Nullable Object... parameters) {
        try (Connection connection = here.bean(Database.class).connect("test")) {
            return Sql.of(connection, sql, parameters).one(row -> row.number("n"));
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    /** The turn, taken from all dispatchers until it is given back. */
    private final class Turn implements AutoCloseable {

        private final Connection connection;

        Turn() {
            try {
                connection = here.bean(Database.class).connect("test");
                Sql.of(connection, "select pg_advisory_lock(?)", ROUND).one(row -> true);
            } catch (SQLException e) {
                throw new AssertionError("the turn could not be taken", e);
            }
        }

        /** Until so many rounds wait for it. */
        void awaitWaiters(int rounds) {
            await().until(() -> number("""
                            select count(*) as n from pg_locks
                            where locktype = 'advisory' and not granted
                              and database = (select oid from pg_database where datname = current_database())
                            """) == rounds);
        }

        @Override
        public void close() {
            try {
                connection.close();
            } catch (SQLException e) {
                throw new AssertionError("the turn could not be given back", e);
            }
        }
    }
}

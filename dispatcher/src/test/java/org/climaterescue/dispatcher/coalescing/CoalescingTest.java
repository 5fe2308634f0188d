package org.climaterescue.dispatcher.coalescing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.climaterescue.db.Database;
import org.climaterescue.db.Sql;
import org.climaterescue.dispatcher.TestDispatcher;
import org.climaterescue.protocol.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Crowds that read the same, while the test holds what is read. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CoalescingTest {

    private static final int CROWD = 500;
    private static final String TASK = "/tasks/t-1";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private TestDispatcher dispatcher;

    @BeforeAll
    void start() {
        dispatcher = TestDispatcher.start(Map.of());
        assertThat(dispatcher
                        .post("/tasks", "{'dataset_url':'http://crowd.test/1'}")
                        .at("/task_id"))
                .isEqualTo("t-1");
    }

    @AfterAll
    void stop() {
        client.close();
        dispatcher.close();
    }

    /** The first crowd meets a database that goes away, the second one that is slow. */
    @ParameterizedTest
    @ValueSource(strings = {"/stats", "/hosts", "/hosts?limit=1", TASK, TASK + "/status"})
    void equalReadsAtOnceAreOneExecutionWhoseErrorIsSharedAndNotKeptAndWhoseResultIsShared(String path)
            throws SQLException {
        Coalescing.Counters before = counters();

        List<HttpResponse<String>> failed;
        try (Connection lock = lock()) {
            List<CompletableFuture<HttpResponse<String>>> crowd = crowd(path, before);
            dispatcher.awaitALockIsWaitedFor();
            Sql.of(lock, """
                            select pg_terminate_backend(pid) from pg_stat_activity
                            where datname = current_database() and wait_event_type = 'Lock'
                            """).list(row -> true);
            failed = crowd.stream().map(CompletableFuture::join).toList();
        }
        Coalescing.Counters afterFailure = counters();
        assertThat(failed)
                .allMatch(answer -> answer.statusCode() == 503 && answer.body().contains("database_unavail"));
        assertThat(afterFailure.actualExecutions() - before.actualExecutions()).isEqualTo(1);

        List<CompletableFuture<HttpResponse<String>>> crowd;
        try (Connection _ = lock()) {
            crowd = crowd(path, afterFailure);
        }
        long released = System.nanoTime();
        List<HttpResponse<String>> served =
                crowd.stream().map(CompletableFuture::join).toList();
        Coalescing.Counters after = counters();
        System.out.printf(
                "%d reads of %s: %d execution, all answered %d ms after it could go on%n",
                CROWD,
                path,
                after.actualExecutions() - afterFailure.actualExecutions(),
                Duration.ofNanos(System.nanoTime() - released).toMillis());
        assertThat(served).allMatch(answer -> answer.statusCode() == 200);
        assertThat(served.stream().map(HttpResponse::body).distinct()).hasSize(1);
        assertThat(after.actualExecutions() - afterFailure.actualExecutions()).isEqualTo(1);
        assertThat(after.deduplicatedRequests() - afterFailure.deduplicatedRequests())
                .isEqualTo(CROWD - 1);

        assertThat(getting(path).join().statusCode()).isEqualTo(200);
        boolean kept = path.equals("/stats");
        assertThat(counters().actualExecutions() - after.actualExecutions()).isEqualTo(kept ? 0 : 1);
        assertThat(counters().cacheHits() - after.cacheHits()).isEqualTo(kept ? 1 : 0);
    }

    /** The read that is under way has looked at the task before it was cancelled, and is not done yet. */
    @Test
    void whoeverHasChangedATaskSeesItThoughAnEqualReadIsUnderWay() throws SQLException, IOException {
        String task = dispatcher
                .post("/tasks", "{'dataset_url':'http://crowd.test/changed'}")
                .at("/task_id");
        try (Connection test = dispatcher.bean(Database.class).connect("test")) {
            slowDownReadsOfTasks(test);
            Sql.of(test, "select pg_advisory_lock(4711)").list(row -> true);
            Coalescing.Counters before = counters();
            var early = getting("/tasks/" + task);
            dispatcher.awaitALockIsWaitedFor();

            assertThat(dispatcher.post("/tasks/" + task + "/cancel", "").status())
                    .isEqualTo(200);
            var late = getting("/tasks/" + task);
            await().until(() -> counters().totalRequests() == before.totalRequests() + 2);
            Sql.of(test, "select pg_advisory_unlock(4711)").list(row -> true);

            assertThat(status(early)).isEqualTo("pending");
            assertThat(status(late)).isEqualTo("cancelled");
        }
    }

    @Test
    void whatIsReadTwiceIsReadAnew() {
        dispatcher.post("/tasks", "{'dataset_url':'http://steered.test/1'}");
        assertThat(dispatcher.get("/hosts").at("/items/0/host")).isEqualTo("steered.test");
        dispatcher.patch("/hosts/steered.test", "{'paused':true}");
        assertThat(dispatcher.get("/hosts").at("/items/0/paused")).isEqualTo("true");
        dispatcher.patch("/hosts/steered.test", "{'paused':false}");
        assertThat(dispatcher.get("/hosts").at("/items/0/paused")).isEqualTo("false");
    }

    @Test
    void whoeverHasWaitedForLongEnoughIsToldWhenToComeAgain() throws SQLException, IOException {
        try (TestDispatcher impatient = TestDispatcher.start(Map.of("RESCUE_COALESCE_WAIT", "300ms"));
                Connection lock = impatient.bean(Database.class).connect("test")) {
            lock.setAutoCommit(false);
            Sql.of(lock, "lock table task in access exclusive mode").update();

            var answers =
                    Stream.generate(() -> getting(impatient, TASK)).limit(3).toList();

            for (var answer : answers) {
                assertThat(answer.join().statusCode()).isEqualTo(503);
                assertThat(answer.join().headers().firstValue("Retry-After")).hasValue("5");
                assertThat(Json.mapper()
                                .readTree(answer.join().body())
                                .at("/code")
                                .asText())
                        .isEqualTo("busy");
            }
            lock.rollback();
            await().until(() -> getting(impatient, TASK).join().statusCode() == 404);
        }
    }

    private static String status(CompletableFuture<HttpResponse<String>> answer) throws IOException {
        return Json.mapper().readTree(answer.join().body()).at("/status").asText();
    }

    /** From now on whoever reads where a task stands waits for a lock in the middle of that. */
    private static void slowDownReadsOfTasks(Connection connection) throws SQLException {
        Sql.of(connection, """
                        create function passes() returns boolean language plpgsql volatile as $$
                        begin
                            perform pg_advisory_xact_lock_shared(4711);
                            return true;
                        end $$
                        """).update();
        Sql.of(connection, """
                        do $$ begin
                            execute format('create or replace view task_now as select v.* from (%s) v where passes()',
                                           rtrim(pg_get_viewdef('task_now'), ';'));
                        end $$
                        """).update();
    }

    private Connection lock() throws SQLException {
        Connection lock = dispatcher.bean(Database.class).connect("test");
        lock.setAutoCommit(false);
        Sql.of(lock, "lock table task, host in access exclusive mode").update();
        return lock;
    }

    /** Reads that have all come in. */
    private List<CompletableFuture<HttpResponse<String>>> crowd(String path, Coalescing.Counters before) {
        var crowd = Stream.generate(() -> getting(path)).limit(CROWD).toList();
        await().atMost(Duration.ofSeconds(25))
                .until(() -> counters().totalRequests() == before.totalRequests() + CROWD);
        return crowd;
    }

    private Coalescing.Counters counters() {
        return dispatcher.bean(Coalescing.class).counters();
    }

    private CompletableFuture<HttpResponse<String>> getting(String path) {
        return getting(dispatcher, path);
    }

    private CompletableFuture<HttpResponse<String>> getting(TestDispatcher from, String path) {
        return client.sendAsync(HttpRequest.newBuilder(from.uri().resolve(path)).build(), BodyHandlers.ofString());
    }
}

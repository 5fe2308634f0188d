package org.climaterescue.dispatcher.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.climaterescue.db.Database;
import org.climaterescue.db.Sql;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.TestDispatcher;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Two dispatchers on one database: nodes wait at one, work comes to the other. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SeveralInstancesTest {

    /** Waiting rooms look for themselves once a second; whoever is served much sooner than that on average was woken. */
    private static final Duration WOKEN = Duration.ofMillis(400);

    private static final int ROUNDS = 15;

    private TestDispatcher here;
    private TestDispatcher there;
    private int tasks;

    @BeforeAll
    void start() {
        String database = TestDatabase.create();
        here = TestDispatcher.on(database, Map.of("RESCUE_HOST_CONNECTIONS", "1000"));
        there = TestDispatcher.on(database, Map.of("RESCUE_HOST_CONNECTIONS", "1000"));
    }

    @AfterAll
    void stop() {
        here.close();
        there.close();
    }

    @Test
    void workThatOneInstanceAcceptsWakesNodesThatWaitAtAnother() {
        List<Duration> waits = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            waits.add(fromAcceptanceToAssignment());
        }

        List<Duration> sorted = waits.stream().sorted().toList();
        System.out.printf(
                "from the acceptance at one instance to the assignment at another: median %d ms, longest %d ms of %d%n",
                sorted.get(ROUNDS / 2).toMillis(), sorted.getLast().toMillis(), ROUNDS);
        assertThat(sorted.get(ROUNDS / 2)).isLessThan(WOKEN);
    }

    @Test
    void theBellIsHeardAgainAfterTheDatabaseHasCutItsConnections() throws SQLException {
        try (Connection connection = here.bean(Database.class).connect("test")) {
            int cut = Sql.of(connection, """
                            select pg_terminate_backend(pid) from pg_stat_activity
                            where datname = current_database() and application_name ~ ' (listen|notify)$'
                            """).list(row -> true).size();
            assertThat(cut).isEqualTo(4);
        }

        // One that was served soon may have been lucky.
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Stream.generate(this::fromAcceptanceToAssignment)
                        .limit(4)
                        .allMatch(waited -> waited.compareTo(WOKEN) < 0));
    }

    /** Work that comes while a connection is cut costs a second, and is not lost. */
    private Duration fromAcceptanceToAssignment() {
        var asked = here.posting("/dispatch", "{'node_id':'waits', 'capacity_gb':1000, 'wait_seconds':30}");
        await().until(() ->
                here.bean(AllocationRounds.class).reportActiveTasks().orElseThrow() == 1);
        Answer accepted = there.post(
                "/tasks", "{'dataset_url':'http://several.test/" + ++tasks + "', 'size_bytes':1, 'copies':1}");
        long began = System.nanoTime();
        Answer given = asked.join();
        Duration waited = Duration.ofNanos(System.nanoTime() - began);
        assertThat(given.at("/assignment/assigned_tasks/0/task_id")).isEqualTo(accepted.at("/task_id"));
        return waited;
    }
}

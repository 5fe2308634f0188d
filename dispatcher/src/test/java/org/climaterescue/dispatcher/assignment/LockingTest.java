package org.climaterescue.dispatcher.assignment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.climaterescue.db.Database;
import org.climaterescue.db.Pipeline;
import org.climaterescue.db.Sql;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.allocation.ReadyQueue;
import org.climaterescue.db.allocation.ReadyQueue.Appetite;
import org.climaterescue.db.allocation.ReadyQueue.Pick;
import org.climaterescue.db.allocation.ReadyQueue.Place;
import org.climaterescue.db.ledger.Ledger;
import org.climaterescue.db.ledger.TaskChanges;
import org.climaterescue.db.ledger.TaskFacts;
import org.climaterescue.db.node.Nodes;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.climaterescue.protocol.AssignmentId;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.TaskId;
import org.junit.jupiter.api.Test;

/** What one transaction must wait for before it may look at a task. */
class LockingTest extends FleetTest {

    @Override
    protected Map<String, String> settings() {
        return Map.of("RESCUE_HOST_CONNECTIONS", "100");
    }

    @Test
    void aCancelWaitsForTheClaimThatIsTakingItsTask() {
        String task = submit(1);
        register("a");

        CompletableFuture<Answer> cancelled = transactions().in(connection -> {
            claimAll(connection, "a");
            CompletableFuture<Answer> cancel = dispatcher.posting("/tasks/" + task + "/cancel", "");
            awaitWhoWaits();
            return cancel;
        });

        assertThat(cancelled.join().status()).isEqualTo(200);
        assertThat(dispatcher.get("/tasks/" + task).at("/assignments/0/status")).isEqualTo("cancelled");
    }

    @Test
    void ofTwoCopiesAtOnceTheSecondIsCountedAfterTheFirst() {
        String task = submit(1);
        String late = claim("a");
        dispatcher.advance(Duration.ofSeconds(121));
        String later = claim("b");
        dispatcher.advance(Duration.ofSeconds(121));
        // Nothing of the task is offered or worked on any more, so no other lock stands in for the task's.
        complete("c", claim("c"), DIGEST);

        CompletableFuture<Answer> second = transactions().in(connection -> {
            dispatcher
                    .bean(CustodyDesk.class)
                    .carryOut(
                            connection,
                            List.of(AssignmentOrders.complete(
                                    AssignmentId.parse(late).orElseThrow(),
                                    known(connection, "a"),
                                    new Completion(node("a"), DIGEST, 1000L, null, null, null, null))));
            CompletableFuture<Answer> other = dispatcher.posting(
                    "/assignments/" + later + "/complete",
                    "{'node_id':'%s','sha256':'%s','size_bytes':1000}".formatted(node("b"), DIGEST));
            awaitWhoWaits();
            return other;
        });

        assertThat(second.join().body().at("/copies_held").asInt()).isEqualTo(3);
        assertThat(dispatcher.get("/tasks/" + task).body().at("/copies")).hasSize(3);
    }

    /** Reports lock tasks, and so leases, in ascending order: whoever locks them otherwise could wait for one that waits for it. */
    @Test
    void aHeartbeatLocksTheLeasesOfItsNodeInTheOrderOfTheirTasks() throws SQLException {
        submit(1);
        submit(1);
        AssignmentId first = AssignmentId.parse(claim("a")).orElseThrow();
        AssignmentId second = AssignmentId.parse(claim("a")).orElseThrow();
        assertThat(first.task()).isLessThan(second.task());

        CompletableFuture<Answer> beat;
        try (Connection report = dispatcher.bean(Database.class).connect("test")) {
            report.setAutoCommit(false);
            lock(report, first);
            beat = dispatcher.posting(
                    "/nodes/" + node("a") + "/heartbeat",
                    "{'capacity_gb':1,'assignments':[{'assignment_id':'" + second + "','bytes_done':1}]}");
            awaitWhoWaits();

            assertThat(lock(report, second)).as("the second lease is free").isTrue();
            report.rollback();
        }
        assertThat(beat.join().at("/renewed/0/assignment_id")).isEqualTo(second.toString());
    }

    /** Two transactions that do both could wait for each other otherwise. */
    @Test
    void urlsThatAreLeftAndUrlsThatAreTakenAreLockedInOneOrder() throws Exception {
        List<Long> byKey = transactions()
                .in(connection -> Sql.of(
                                connection,
                                "select task_id from capture where task_id = any (?) order by url_sha256",
                                new long[] {number(submit(1)), number(submit(1))})
                        .list(row -> row.number("task_id")));
        Ledger ledger = dispatcher.bean(Ledger.class);
        try (Connection holder = dispatcher.bean(Database.class).connect("test");
                Connection writer = dispatcher.bean(Database.class).connect("test")) {
            holder.setAutoCommit(false);
            writer.setAutoCommit(false);
            assertThat(lockUrl(holder, byKey.getFirst())).isTrue();
            Map<Long, TaskFacts> facts = ledger.lock(Pipeline.on(writer), byKey, Set.of());
            var taken = new TaskChanges(Objects.requireNonNull(facts.get(byKey.getFirst())));
            taken.takeUrl(true);
            var left = new TaskChanges(Objects.requireNonNull(facts.get(byKey.getLast())));
            left.freeUrl(true);
            CompletableFuture<Void> written = CompletableFuture.runAsync(() -> {
                try {
                    ledger.write(writer, List.of(left, taken));
                    writer.rollback();
                } catch (SQLException failure) {
                    throw new AssertionError(failure);
                }
            });
            awaitWhoWaits();

            assertThat(lockUrl(holder, byKey.getLast()))
                    .as("the second URL is free")
                    .isTrue();
            holder.rollback();
            written.join();
        }
    }

    private static long number(String task) {
        return TaskId.parse(task).orElseThrow().number();
    }

    private static boolean lockUrl(Connection connection, long task) throws SQLException {
        return Sql.of(connection, "select from capture where task_id = ? for update skip locked", task)
                .first(row -> true)
                .isPresent();
    }

    private static boolean lock(Connection connection, AssignmentId lease) throws SQLException {
        return Sql.of(connection, "select from assignment where token = ? for no key update skip locked", lease.token())
                .first(row -> true)
                .isPresent();
    }

    private void claimAll(Connection connection, String node) throws SQLException {
        ReadyQueue queue = dispatcher.bean(ReadyQueue.class);
        int nodeNo = known(connection, node).nodeNo();
        List<Pick> picks =
                queue.page(connection, Place.START, new Appetite(1, 1_000_000, true, Duration.ZERO), 10).stream()
                        .map(row -> new Pick(row.place().taskId(), row.place().slot(), row.since(), nodeNo, 1000))
                        .toList();
        assertThat(queue.claim(connection, picks, Duration.ofMinutes(2)).claimed())
                .hasSize(1);
    }

    private Nodes.Known known(Connection connection, String node) throws SQLException {
        return dispatcher.bean(Nodes.class).find(connection, node(node)).orElseThrow();
    }

    private Transactions transactions() {
        return dispatcher.bean(Transactions.class);
    }

    /** Until some statement waits for a lock. */
    private void awaitWhoWaits() {
        await().until(() -> {
            try (Connection connection = dispatcher.bean(Database.class).connect("test")) {
                return Sql.of(connection, """
                                select count(*) as n from pg_stat_activity
                                where datname = current_database() and wait_event_type = 'Lock'
                                """).one(row -> row.number("n")) > 0;
            }
        });
    }
}

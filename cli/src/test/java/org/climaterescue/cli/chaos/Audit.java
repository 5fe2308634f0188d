package org.climaterescue.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.SoftAssertions.assertSoftly;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;
import org.climaterescue.db.invariant.Finding;
import org.climaterescue.db.invariant.Invariants;

/** Compares what the system says when all is over with what the actors were told meanwhile. */
final class Audit {

    private final String jdbcUrl;
    private final Testimony testimony;
    private final Calls calls;
    private final Random chance;

    Audit(String jdbcUrl, Testimony testimony, Calls calls, Random chance) {
        this.jdbcUrl = jdbcUrl;
        this.testimony = testimony;
        this.calls = calls;
        this.chance = chance;
    }

    /** How many tasks are not at their end. */
    long unfinished() throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl)) {
            return Long.parseLong(texts(connection, """
                    select count(*) from task_now where status not in ('rescued', 'failed')
                    """).getFirst());
        }
    }

    void check() throws SQLException, InterruptedException {
        // Before the pages are read: nodes are at work, and a late copy may be acknowledged between the two.
        Set<Testimony.HeldCopy> acknowledged = Set.copyOf(testimony.copies());
        Map<String, JsonNode> tasks = new HashMap<>();
        for (Testimony.Equals request : testimony.requests()) {
            for (String task : request.tasks()) {
                tasks.put(task, calls.get(chance, "/tasks/" + task));
            }
        }
        assertSoftly(all -> {
            everyAcknowledgedSubmissionFinished(all, tasks);
            equalRequestsGaveOneTask(all);
            everyAcknowledgedCompletionIsVisible(all, acknowledged, tasks);
        });
        try (Connection connection = DriverManager.getConnection(jdbcUrl)) {
            assertThat(Invariants.check(connection)).allMatch(Finding::holds);
            assertSoftly(all -> {
                try {
                    theStateIsSound(all, connection);
                } catch (SQLException e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    private void everyAcknowledgedSubmissionFinished(SoftAssertions all, Map<String, JsonNode> tasks) {
        for (Testimony.Equals request : testimony.requests()) {
            for (String task : request.tasks()) {
                JsonNode found = Objects.requireNonNull(tasks.get(task), task);
                all.assertThat(found.at("/dataset_url").asText()).isEqualTo(request.url());
                all.assertThat(found.at("/status").asText())
                        .as("task %s", found)
                        .isEqualTo(ChaosPlan.isDead(request.url()) ? "failed" : "rescued");
            }
        }
    }

    /** Exactly one of equal requests is accepted; that one's answer may have been lost. */
    private void equalRequestsGaveOneTask(SoftAssertions all) {
        for (Testimony.Equals request : testimony.requests()) {
            int accepted = request.accepted().get();
            boolean lost = accepted == 0 && request.unanswered().get() > 0;
            all.assertThat(accepted == 1 || lost)
                    .as("%d of the equal requests for %s were accepted", accepted, request.url())
                    .isTrue();
            all.assertThat(request.tasks()).as(request.url()).hasSize(1);
        }
    }

    private static void everyAcknowledgedCompletionIsVisible(
            SoftAssertions all, Set<Testimony.HeldCopy> acknowledged, Map<String, JsonNode> tasks) {
        for (Testimony.HeldCopy copy : acknowledged) {
            List<String> digests = new ArrayList<>();
            Objects.requireNonNull(tasks.get(copy.taskId()), copy.taskId())
                    .at("/copies")
                    .forEach(held -> {
                        if (held.at("/node_id").asText().equals(copy.nodeId())) {
                            digests.add(held.at("/sha256").asText());
                        }
                    });
            all.assertThat(digests).as("%s of %s", copy, copy.nodeId()).containsExactly(copy.sha256());
        }
    }

    private void theStateIsSound(SoftAssertions all, Connection connection) throws SQLException {
        all.assertThat(texts(connection, """
                        select coalesce(canonical_url, url) || ': ' || count(*) from task
                        group by coalesce(canonical_url, url) having count(*) > 1
                        """)).as("two tasks of one URL").isEmpty();
        all.assertThat(texts(connection, """
                        select 'assignment ' || task_id from assignment
                        union all select 'ready ' || task_id from ready
                        union all select 'backoff ' || task_id from backoff
                        """)).as("left over").isEmpty();
        all.assertThat(texts(connection, """
                        select task_id::text from standing s join task t using (task_id)
                        where s.status = 'rescued'
                          and (select count(*) from copy c where c.task_id = s.task_id) < t.copies_target
                        """)).as("rescued with too few copies").isEmpty();
        Set<String> known = testimony.requests().stream()
                .flatMap(request -> request.tasks().stream())
                .collect(Collectors.toCollection(HashSet::new));
        all.assertThat(Integer.parseInt(
                        texts(connection, "select count(*) from task").getFirst()))
                .as("tasks that were acknowledged, and no others")
                .isEqualTo(known.size());
        mostAtOnce(connection)
                .forEach((host, most) -> all.assertThat(most)
                        .as("assignments on %s at once, by the chain of custody", host)
                        .isLessThanOrEqualTo(ChaosPlan.limit(host)));
    }

    /**
     * The most assignments of each host that were active at once by the chain of custody.
     *
     * <p>What can be claimed of it: a round takes the lock of rounds, then counts, then notes what it gives out, then commits. So
     * at the time that is noted of an assignment, every other one that was noted before and has not been noted as ended was
     * in that round's count: the round before has committed, and an ending that the count saw was noted before it. An ending
     * is noted a little before it is committed, so these spans are never too long; they may be too short by the rest of a
     * transaction, which is why {@link Watch} looks as well.
     */
    Map<String, Integer> mostAtOnce(Connection connection) throws SQLException {
        Map<String, Integer> most = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        with ending as (
                            select distinct on (token) token, at from event
                            where kind in ('completed', 'failed', 'expired', 'released', 'assignment_cancelled')
                              and token is not null
                            order by token, event_no
                        ), step as (
                            select t.host_no, e.at, 1 as change
                            from event e join task t using (task_id) where e.kind = 'assigned'
                            union all
                            select t.host_no, x.at, -1
                            from event e join task t using (task_id) join ending x using (token) where e.kind = 'assigned'
                        ), load as (
                            select host_no, sum(change) over (partition by host_no order by at, change rows unbounded preceding) as active
                            from step
                        )
                        select h.name, max(l.active)::integer from load l join host h using (host_no) group by h.name
                        """)) {
            while (row.next()) {
                most.put(row.getString(1), row.getInt(2));
            }
        }
        assertThat(most).isNotEmpty();
        return most;
    }

    static List<String> texts(Connection connection, String sql) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                found.add(row.getString(1));
            }
        }
        return found;
    }
}

package org.climaterescue.db.ledger;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.climaterescue.db.Pipeline;
import org.climaterescue.db.Sql;
import org.climaterescue.db.host.Hosts;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.Sha256;
import org.climaterescue.protocol.TaskStatus;
import org.climaterescue.protocol.Verification;
import org.jspecify.annotations.Nullable;

/** Locks tasks, reads their facts, and writes what was decided. Every method needs an open transaction. */
@Singleton
public final class Ledger {

    /** The first key of the advisory locks on voices; no other lock of this program has two keys. */
    private static final int VOICES = 0x564f4943;

    /** The second key: nodes share locks, so that a transaction with reports of many nodes does not fill the server's table. */
    private static final int SHARES = 64;

    private final LedgerWriter writer;

    public Ledger(Hosts hosts) {
        this.writer = new LedgerWriter(hosts);
    }

    /**
     * Keeps the voices of these nodes as they are until this transaction ends, so that a copy which it stores is the vote of whom
     * its node speaks for at the commit. Comes before the tasks' locks, and waits for nobody but {@link #changeVoice}.
     */
    private static void keepVoices(Pipeline reads, Collection<Integer> nodeNos) throws SQLException {
        // In order: requests queue behind one that waits for the lock alone, and could wait in a circle.
        int[] shares = nodeNos.stream()
                .mapToInt(nodeNo -> nodeNo % SHARES)
                .distinct()
                .sorted()
                .toArray();
        reads.list(
                "select pg_advisory_xact_lock_shared(?, share) from unnest(?) as share", row -> true, VOICES, shares);
    }

    /**
     * Waits for the transactions that keep a node's voice, in one that changes it and holds the lock on the node's row. After the
     * commit all copies are there to be seen that were stored with the former voice, and none with it will come.
     */
    public void changeVoice(Connection connection, int nodeNo) throws SQLException {
        Sql.of(connection, "select pg_advisory_xact_lock(?, ?)", VOICES, nodeNo % SHARES)
                .one(row -> true);
    }

    /**
     * Locks tasks and reads what a transition may depend on.
     *
     * <p>The order matters: first the task rows, in order of id (nobody waits in a circle), then their ready rows, which waits
     * for a claim that is taking one; only then, with a new snapshot that sees that claim's assignment, the assignments, which
     * waits for a heartbeat that is renewing one and sees it renewed; then everything else.
     *
     * @param reads sent with what it holds already
     * @param taskIds without repeats
     * @param holders nodes whose copies will be stored: before everything else their voices are kept as they are
     * @return the tasks that exist, by id
     */
    public Map<Long, TaskFacts> lock(Pipeline reads, Collection<Long> taskIds, Collection<Integer> holders)
            throws SQLException {
        long[] ids = taskIds.stream().mapToLong(Long::longValue).sorted().toArray();
        if (!holders.isEmpty()) {
            keepVoices(reads, holders);
        }
        reads.list("select from task where task_id = any (?) order by task_id for no key update", row -> true, ids);
        Map<Long, Integer> rows = new HashMap<>();
        Map<Long, TaskFacts.ReadyRow> ready = new HashMap<>();
        reads.list(
                """
                select task_id, copies, attempt, contested from ready
                where task_id = any (?) order by task_id, slot for update
                """,
                row -> {
                    long task = row.number("task_id");
                    rows.merge(task, 1, Integer::sum);
                    return ready.put(
                            task,
                            new TaskFacts.ReadyRow(
                                    row.integer("copies"), row.integer("attempt"), row.flag("contested")));
                },
                ids);
        Map<Long, List<TaskFacts.Lease>> leases = leases(reads, ids);
        Map<Long, List<TaskFacts.HeldCopy>> copies = copies(reads, ids);
        Map<Long, List<TaskFacts.PastFailure>> failures = failures(reads, ids);
        Map<Long, TaskFacts> facts = new LinkedHashMap<>();
        reads.list(
                """
                select t.task_id, t.host_no, t.size_bytes, t.sha256, t.priority, t.rank, t.copies_target,
                       sha256(convert_to(coalesce(t.canonical_url, t.url), 'UTF8')) as url_sha256,
                       s.status, s.copies, s.sha256 as held_sha256, s.size_bytes as held_bytes, s.verification,
                       b.retry_at, clock_timestamp() as now
                from task t
                left join standing s using (task_id)
                left join backoff b using (task_id)
                where t.task_id = any (?)
                order by t.task_id
                """,
                row -> {
                    long task = row.number("task_id");
                    return facts.put(
                            task,
                            new TaskFacts(
                                    row.time("now"),
                                    task,
                                    row.integer("host_no"),
                                    Sha256.of(row.bytes("url_sha256")),
                                    row.numberOrNull("size_bytes"),
                                    digest(row.bytesOrNull("sha256")),
                                    row.integer("priority"),
                                    row.integerOrNull("rank"),
                                    row.integer("copies_target"),
                                    standing(row),
                                    leases.getOrDefault(task, List.of()),
                                    copies.getOrDefault(task, List.of()),
                                    failures.getOrDefault(task, List.of()),
                                    rows.getOrDefault(task, 0),
                                    ready.get(task),
                                    row.timeOrNull("retry_at")));
                },
                ids);
        reads.send();
        return facts;
    }

    /**
     * Whose assignments have ended, by token. What came of an assignment is asked first, for it outlives the chain of custody, and one
     * lookup finds it: who reports again, after an answer that was lost, is known by that. A token that is missing here and among
     * the leases of its task was never given out, or ended before the history that is kept.
     */
    public Map<Long, Ended> ended(Connection connection, long[] taskIds, long[] tokens) throws SQLException {
        Map<Long, Ended> found = new HashMap<>();
        Sql.of(connection, """
                        select x.token, x.node_no, n.voice
                        from (select token, node_no from copy where task_id = any (?) and token = any (?)
                              union all
                              select token, node_no from failure where task_id = any (?) and token = any (?)) x
                        join node n using (node_no)
                        """, taskIds, tokens, taskIds, tokens)
                .list(row -> found.put(row.number("token"), ended(row)));
        long[] others =
                Arrays.stream(tokens).filter(token -> !found.containsKey(token)).toArray();
        if (others.length > 0) {
            Sql.of(connection, """
                            select distinct on (e.token) e.token, e.node_no, n.voice
                            from event e join node n using (node_no)
                            where e.task_id = any (?) and e.token = any (?)
                              and e.kind in ('completed', 'failed', 'expired', 'released', 'assignment_cancelled')
                            order by e.token
                            """, taskIds, others).list(row -> found.put(row.number("token"), ended(row)));
        }
        return found;
    }

    private static Ended ended(Sql.Row row) throws SQLException {
        return new Ended(row.integer("node_no"), row.text("voice"));
    }

    /** Writes what was decided about tasks that this transaction has locked. */
    public void write(Connection connection, Collection<TaskChanges> changes) throws SQLException {
        writer.write(connection, changes);
    }

    /**
     * An assignment that has ended.
     *
     * @param nodeNo whose it was
     * @param voice whose vote a copy of that node will be
     */
    public record Ended(int nodeNo, String voice) {}

    private static Map<Long, List<TaskFacts.Lease>> leases(Pipeline reads, long[] ids) throws SQLException {
        return grouped(
                reads,
                """
                select a.task_id, a.node_no, n.voice, a.token, a.attempt, a.bytes_done, a.assigned_at,
                       a.progress_at, a.omissions, a.lease_until <= clock_timestamp() as overdue
                from assignment a join node n using (node_no)
                where a.task_id = any (?) order by a.task_id, a.node_no for no key update of a
                """,
                ids,
                row -> new TaskFacts.Lease(
                        row.integer("node_no"),
                        row.text("voice"),
                        row.number("token"),
                        row.integer("attempt"),
                        row.number("bytes_done"),
                        row.integer("omissions"),
                        row.flag("overdue"),
                        row.time("assigned_at"),
                        row.time("progress_at")));
    }

    private static Map<Long, List<TaskFacts.HeldCopy>> copies(Pipeline reads, long[] ids) throws SQLException {
        return grouped(
                reads,
                """
                select task_id, node_no, voice, token, sha256, size_bytes, late, rejected from copy
                where task_id = any (?) order by task_id, completed_at, node_no
                """,
                ids,
                row -> new TaskFacts.HeldCopy(
                        row.integer("node_no"),
                        row.text("voice"),
                        row.number("token"),
                        Sha256.of(row.bytes("sha256")),
                        row.number("size_bytes"),
                        row.flag("late"),
                        row.flag("rejected")));
    }

    private static Map<Long, List<TaskFacts.PastFailure>> failures(Pipeline reads, long[] ids) throws SQLException {
        return grouped(
                reads,
                """
                select task_id, node_no, reason, charged from failure where task_id = any (?) order by task_id, failure_no
                """,
                ids,
                row -> new TaskFacts.PastFailure(
                        row.integer("node_no"), row.word(FailureReason.class, "reason"), row.flag("charged")));
    }

    /** Filled when the pipeline is sent. */
    private static <T> Map<Long, List<T>> grouped(Pipeline reads, String sql, long[] ids, Sql.RowReader<T> reader)
            throws SQLException {
        Map<Long, List<T>> found = new HashMap<>();
        reads.list(
                sql,
                row -> found.computeIfAbsent(row.number("task_id"), none -> new ArrayList<>())
                        .add(reader.read(row)),
                ids);
        return found;
    }

    private static TaskFacts.@Nullable Standing standing(Sql.Row row) throws SQLException {
        TaskStatus status = row.wordOrNull(TaskStatus.class, "status");
        return status == null
                ? null
                : new TaskFacts.Standing(
                        status,
                        row.integer("copies"),
                        digest(row.bytesOrNull("held_sha256")),
                        row.numberOrNull("held_bytes"),
                        row.wordOrNull(Verification.class, "verification"));
    }

    private static @Nullable Sha256 digest(byte @Nullable [] bytes) {
        return bytes == null ? null : Sha256.of(bytes);
    }

    /** The database's clock. */
    public static Instant now(Connection connection) throws SQLException {
        return Sql.of(connection, "select clock_timestamp() as now").one(row -> row.time("now"));
    }
}

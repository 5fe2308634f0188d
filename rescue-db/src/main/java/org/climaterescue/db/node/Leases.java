package org.climaterescue.db.node;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.climaterescue.db.Pipeline;
import org.climaterescue.db.Pipeline.Reply;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.StopReason;
import org.jspecify.annotations.Nullable;

/** What heartbeats do to leases, and which leases have run out. Every method needs an open transaction. */
@Singleton
public final class Leases {

    /**
     * Renews exactly the listed leases of nodes, unless they have run out or no byte has come for too long. What is on the disk
     * is reserved in any case. A size that the origin has told is only compared here: what follows from it needs the task's lock,
     * which comes before the lease's.
     *
     * <p>The other leases of these nodes were left out, and that is counted.
     *
     * @param nodeNos the nodes whose heartbeats these are
     * @param listed what their heartbeats list
     */
    public Reply<List<Renewed>> renew(
            Pipeline beats, int[] nodeNos, List<Listed> listed, Duration lease, Duration stallAfter)
            throws SQLException {
        // All leases of the nodes are locked first, the unlisted ones as well, in the order of the ledger: a heartbeat
        // that locked those that it leaves out later would go back in that order, and wait in a circle with a report.
        return beats.list(
                """
                with held as materialized (
                    select task_id, node_no, token from assignment where node_no = any (?)
                    order by task_id, node_no for no key update
                ), listed as (
                    select h.task_id, h.node_no, x.bytes_done, x.size_bytes
                    from held h
                    join unnest(?::integer[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
                        as x (node_no, task_id, token, bytes_done, size_bytes) using (node_no, task_id, token)
                )
                update assignment a
                set lease_until = clock_timestamp() + make_interval(secs => ?),
                    progress_at = case when x.bytes_done > a.bytes_done then clock_timestamp() else a.progress_at end,
                    bytes_done = greatest(a.bytes_done, x.bytes_done),
                    reserved_bytes = greatest(a.reserved_bytes, x.bytes_done),
                    omissions = 0
                from listed x
                where a.task_id = x.task_id and a.node_no = x.node_no
                  and a.lease_until > clock_timestamp()
                  and (x.bytes_done > a.bytes_done or a.progress_at > clock_timestamp() - make_interval(secs => ?))
                returning a.node_no, a.task_id, a.token,
                          case when a.unsized or greatest(x.size_bytes, a.bytes_done) <> a.reserved_bytes
                               then x.size_bytes end as news
                """,
                row -> new Renewed(
                        row.integer("node_no"), row.number("task_id"), row.number("token"), row.numberOrNull("news")),
                nodeNos,
                listed.stream().mapToInt(Listed::nodeNo).toArray(),
                listed.stream().mapToLong(Listed::taskId).toArray(),
                listed.stream().mapToLong(Listed::token).toArray(),
                listed.stream().mapToLong(Listed::bytesDone).toArray(),
                listed.stream().map(Listed::sizeBytes).toArray(Long[]::new),
                seconds(lease),
                seconds(stallAfter));
    }

    /**
     * Counts the leases that the nodes' heartbeats left out. They are locked since {@link #renew}, but for those given out since.
     *
     * @return the leases that two heartbeats in a row have left out
     */
    public Reply<List<Lease>> omit(Pipeline beats, int[] nodeNos, List<Listed> listed) throws SQLException {
        return beats.list(
                """
                with unlisted as (
                    select a.task_id, a.node_no from assignment a
                    where a.node_no = any (?) and not exists (
                        select from unnest(?::integer[], ?::bigint[]) as x (node_no, token)
                        where x.node_no = a.node_no and x.token = a.token)
                    order by a.task_id, a.node_no for no key update of a
                ), omitted as (
                    update assignment a set omissions = a.omissions + 1
                    from unlisted u where a.task_id = u.task_id and a.node_no = u.node_no
                    returning a.node_no, a.task_id, a.token, a.omissions
                )
                select node_no, task_id, token from omitted where omissions >= 2
                """,
                row -> new Lease(row.integer("node_no"), row.number("task_id"), row.number("token")),
                nodeNos,
                listed.stream().mapToInt(Listed::nodeNo).toArray(),
                listed.stream().mapToLong(Listed::token).toArray());
    }

    /** A node's active leases. */
    public List<Lease> of(Connection connection, int nodeNo) throws SQLException {
        return Sql.of(connection, "select task_id, token from assignment where node_no = ?", nodeNo)
                .list(row -> new Lease(nodeNo, row.number("task_id"), row.number("token")));
    }

    /** Leases that have run out or on which no byte has come for too long; each is checked again under its task's lock. */
    public List<Overdue> overdue(Connection connection, Duration stallAfter, int limit) throws SQLException {
        return Sql.of(connection, """
                        select task_id, token, (select n.node_id from node n where n.node_no = a.node_no) as node_id,
                               lease_until <= clock_timestamp() as run_out
                        from assignment a
                        where lease_until <= clock_timestamp()
                           or progress_at <= clock_timestamp() - make_interval(secs => ?)
                        limit ?
                        """, seconds(stallAfter), limit)
                .list(row -> new Overdue(
                        row.number("task_id"), row.number("token"), row.text("node_id"), row.flag("run_out")));
    }

    /** Tasks whose wait after a failure is over. */
    public List<Long> due(Connection connection, int limit) throws SQLException {
        return Sql.of(
                        connection,
                        "select task_id from backoff where retry_at <= clock_timestamp() order by retry_at limit ?",
                        limit)
                .list(row -> row.number("task_id"));
    }

    /** Why listed assignments were not renewed: the reason to stop, read from the chain of custody. */
    public List<Stopped> stopped(Connection connection, long[] taskIds, long[] tokens) throws SQLException {
        return Sql.of(connection, """
                        select distinct on (token) token, kind, detail ->> 'reason' as reason
                        from event
                        where task_id = any (?) and token = any (?)
                          and kind in ('completed', 'failed', 'expired', 'released', 'assignment_cancelled')
                        order by token, event_no
                        """, taskIds, tokens)
                .list(row -> new Stopped(row.number("token"), reason(row.text("kind"), row.textOrNull("reason"))));
    }

    private static StopReason reason(String kind, @Nullable String said) {
        boolean told = kind.equals("assignment_cancelled") || (kind.equals("expired") && said != null);
        return told && said != null ? StopReason.valueOf(said.toUpperCase(Locale.ROOT)) : StopReason.EXPIRED;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    /** A lease, by node, task and token. */
    public record Lease(int nodeNo, long taskId, long token) {}

    /**
     * A lease that a heartbeat lists.
     *
     * @param bytesDone bytes on the node's disk
     * @param sizeBytes what the origin says that the file has; null if it has not said
     */
    public record Listed(
            int nodeNo,
            long taskId,
            long token,
            long bytesDone,
            @Nullable Long sizeBytes) {}

    /**
     * A lease that lasts longer now.
     *
     * @param news the size that was told, if it is not what is reserved; else null
     */
    public record Renewed(
            int nodeNo, long taskId, long token, @Nullable Long news) {}

    /** A lease to end; {@code runOut}: not renewed in time, else stalled. */
    public record Overdue(long taskId, long token, String nodeId, boolean runOut) {}

    /** Why an assignment that has ended is to be stopped. */
    public record Stopped(long token, StopReason reason) {}
}

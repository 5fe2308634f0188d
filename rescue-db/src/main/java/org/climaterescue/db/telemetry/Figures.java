package org.climaterescue.db.telemetry;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.climaterescue.db.Sql;
import org.climaterescue.db.node.Silence;
import org.climaterescue.protocol.NodeStatus;
import org.climaterescue.protocol.TaskStatus;
import org.jspecify.annotations.Nullable;

/** Counts and sums over the whole state. Unless they say otherwise they read every task: callers keep the answer for a while. */
@Singleton
public final class Figures {

    /** Tasks and bytes by status, by priority and status, and by host and status, in one pass. */
    public List<Sum> tasks(Connection connection) throws SQLException {
        return Sql.of(connection, """
                        select n.status, t.priority, h.name as host, grouping(t.priority) = 0 as by_priority,
                               grouping(h.name) = 0 as by_host, count(*) as tasks,
                               least(coalesce(sum(coalesce(n.size_bytes, t.size_bytes)), 0), 9223372036854775807)::bigint as bytes,
                               coalesce(sum(greatest(t.copies_target - n.copies, 0)), 0)::bigint as missing
                        from task t join task_now n using (task_id) join host h using (host_no)
                        group by grouping sets ((n.status), (n.status, t.priority), (n.status, h.name))
                        """)
                .list(row -> new Sum(
                        row.word(TaskStatus.class, "status"),
                        row.flag("by_priority") ? row.integer("priority") : null,
                        row.flag("by_host") ? row.text("host") : null,
                        row.number("tasks"),
                        row.number("bytes"),
                        row.number("missing")));
    }

    /** All copies there are, by the nodes that hold them. */
    public List<Held> held(Connection connection) throws SQLException {
        return Sql.of(connection, """
                        select node_no, count(*) as copies, sum(size_bytes)::bigint as bytes,
                               count(*) filter (where rejected) as rejected
                        from copy group by node_no
                        """)
                .list(row -> new Held(row.integer("node_no"), Copies.from(row), row.number("rejected")));
    }

    /** The copies of the last {@code seconds}. Reads little more than these: the index in time can be used, for the time is the statement's. */
    public Copies recentCopies(Connection connection, int seconds) throws SQLException {
        return Sql.of(connection, """
                        select count(*) as copies, coalesce(sum(size_bytes), 0)::bigint as bytes
                        from copy where completed_at > statement_timestamp() - make_interval(secs => ?)
                        """, (double) seconds).one(Copies::from);
    }

    /** What waits: copies that can be claimed, tasks in backoff, and for how long the oldest has waited. */
    public Waiting waiting(Connection connection) throws SQLException {
        return Sql.of(connection, """
                        select (select count(*) from ready) as ready, (select count(*) from backoff) as backoff,
                               (select extract(epoch from clock_timestamp() - min(since))::float8 from ready) as oldest
                        """)
                .one(row -> new Waiting(row.number("ready"), row.number("backoff"), row.real("oldest")));
    }

    /** Assignments under way. Reads no more than these. */
    public long active(Connection connection) throws SQLException {
        return Sql.of(connection, "select count(*) as active from assignment").one(row -> row.number("active"));
    }

    /** Nodes by status. */
    public List<NodeCount> nodes(Connection connection, Silence silence) throws SQLException {
        return Sql.of(
                        connection,
                        "select node_status(n, ?, ?) as status, count(*) as nodes from node n group by 1",
                        silence.suspectSeconds(),
                        silence.lostSeconds())
                .list(row -> new NodeCount(row.word(NodeStatus.class, "status"), row.number("nodes")));
    }

    /** Where the chain of custody ends now; 0 while it has no event. */
    public long lastEvent(Connection connection) throws SQLException {
        return Sql.of(
                        connection,
                        "select case when is_called then last_value else 0 end as last from event_event_no_seq")
                .one(row -> row.number("last"));
    }

    /**
     * What was appended to the chain of custody after an event, the newest first. A transaction that was still open then and
     * commits later may be missed: this is for people who watch, not for the record.
     */
    public List<Change> changes(Connection connection, long after, long until, int limit) throws SQLException {
        return Sql.of(connection, """
                        select e.event_no, e.at, e.task_id, e.kind::text as kind, e.task_status, n.node_id, e.token
                        from event e left join node n using (node_no)
                        where e.event_no > ? and e.event_no <= ?
                          -- Leaves the parts of the history aside that can hold none of them.
                          and e.at > now() - interval '1 day'
                        order by e.event_no desc limit ?
                        """, after, until, limit)
                .list(row -> new Change(
                        row.time("at"),
                        row.number("task_id"),
                        row.text("kind"),
                        row.word(TaskStatus.class, "task_status"),
                        row.textOrNull("node_id"),
                        row.numberOrNull("token")));
    }

    /**
     * One sum.
     *
     * @param priority null unless the sum is of one priority
     * @param host null unless the sum is of one host
     * @param bytes known sizes only
     * @param missing copies that are wanted and not held
     */
    public record Sum(
            TaskStatus status,
            @Nullable Integer priority,
            @Nullable String host,
            long tasks,
            long bytes,
            long missing) {}

    /** How many copies, and what they hold together. */
    public record Copies(long copies, long bytes) {

        private static Copies from(Sql.Row row) throws SQLException {
            return new Copies(row.number("copies"), row.number("bytes"));
        }
    }

    /**
     * What a node holds.
     *
     * @param rejected how many of its copies are
     */
    public record Held(int nodeNo, Copies copies, long rejected) {}

    /**
     * What waits.
     *
     * @param oldestSeconds 0 when nothing can be claimed
     */
    public record Waiting(long ready, long backoff, double oldestSeconds) {}

    /** Nodes of one status. */
    public record NodeCount(NodeStatus status, long nodes) {}

    /** One event, as far as a watcher needs it. */
    public record Change(
            Instant at,
            long taskId,
            String kind,
            TaskStatus status,
            @Nullable String nodeId,
            @Nullable Long token) {}
}

package org.climaterescue.db.node;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.climaterescue.db.Sql;
import org.jspecify.annotations.Nullable;

/**
 * What a node works on, for those who watch.
 *
 * @param sizeBytes null if nobody knows
 * @param bytesDone bytes on the node's disk, as of its last heartbeat
 * @param progressAt when the last byte was reported
 */
public record ActiveLease(
        long taskId,
        long token,
        String nodeId,
        String url,
        @Nullable String name,
        String host,
        @Nullable Long sizeBytes,
        long bytesDone,
        int attempt,
        Instant assignedAt,
        Instant progressAt,
        Instant leaseUntil) {

    /**
     * One page, the newest first. Needs an open transaction.
     *
     * @param nodeIds null: of all nodes
     * @param host null: of all hosts
     * @param before only those with lower tokens
     */
    public static List<ActiveLease> page(
            Connection connection, @Nullable List<String> nodeIds, @Nullable String host, long before, int limit)
            throws SQLException {
        return Sql.of(
                        connection,
                        """
                        select a.task_id, a.token, n.node_id, t.url, t.name, h.name as host, t.size_bytes, a.bytes_done, a.attempt,
                               a.assigned_at, a.progress_at, a.lease_until
                        from assignment a
                        join node n using (node_no)
                        join task t using (task_id)
                        join host h on h.host_no = a.host_no
                        where a.token < ?
                          and (?::text[] is null or n.node_id = any (?::text[]))
                          and (?::text is null or h.name = ?)
                        order by a.token desc limit ?
                        """,
                        before,
                        nodeIds == null ? null : nodeIds.toArray(String[]::new),
                        nodeIds == null ? null : nodeIds.toArray(String[]::new),
                        host,
                        host,
                        limit)
                .list(row -> new ActiveLease(
                        row.number("task_id"),
                        row.number("token"),
                        row.text("node_id"),
                        row.text("url"),
                        row.textOrNull("name"),
                        row.text("host"),
                        row.numberOrNull("size_bytes"),
                        row.number("bytes_done"),
                        row.integer("attempt"),
                        row.time("assigned_at"),
                        row.time("progress_at"),
                        row.time("lease_until")));
    }
}

package org.climaterescue.db.task;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * A copy and the node that holds it.
 *
 * @param voice whose vote it is, as it was counted
 * @param token of the assignment that brought it
 */
public record CopyRow(
        int nodeNo,
        String nodeId,
        @Nullable String operator,
        @Nullable String region,
        String voice,
        long token,
        Sha256 sha256,
        long sizeBytes,
        @Nullable String contentType,
        boolean late,
        @Nullable String magnetLink,
        Instant completedAt) {

    /** All copies of a task, oldest first. Needs an open transaction. */
    public static List<CopyRow> of(Connection connection, long taskId) throws SQLException {
        return Sql.of(connection, """
                        select c.node_no, n.node_id, n.operator, n.region, c.voice, c.token, c.sha256, c.size_bytes,
                               c.content_type, c.late, c.magnet_link, c.completed_at
                        from copy c join node n using (node_no)
                        where c.task_id = ? order by c.completed_at, c.node_no
                        """, taskId)
                .list(row -> new CopyRow(
                        row.integer("node_no"),
                        row.text("node_id"),
                        row.textOrNull("operator"),
                        row.textOrNull("region"),
                        row.text("voice"),
                        row.number("token"),
                        Sha256.of(row.bytes("sha256")),
                        row.number("size_bytes"),
                        row.textOrNull("content_type"),
                        row.flag("late"),
                        row.textOrNull("magnet_link"),
                        row.time("completed_at")));
    }
}

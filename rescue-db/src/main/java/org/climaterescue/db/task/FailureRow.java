package org.climaterescue.db.task;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.FailureReason;
import org.jspecify.annotations.Nullable;

/** What a node reported instead of a copy. */
public record FailureRow(
        Instant at,
        String nodeId,
        FailureReason reason,
        @Nullable String detail,
        @Nullable Integer httpStatus) {

    /** All failures of a task, oldest first. Needs an open transaction. */
    public static List<FailureRow> of(Connection connection, long taskId) throws SQLException {
        return Sql.of(connection, """
                        select f.at, n.node_id, f.reason, f.detail, f.http_status
                        from failure f join node n using (node_no)
                        where f.task_id = ? order by f.failure_no
                        """, taskId)
                .list(row -> new FailureRow(
                        row.time("at"),
                        row.text("node_id"),
                        row.word(FailureReason.class, "reason"),
                        row.textOrNull("detail"),
                        row.integerOrNull("http_status")));
    }
}

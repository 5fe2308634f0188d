package org.climaterescue.db.task;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
                        """, taskId).list(FailureRow::from);
    }

    /** The last failure that counted of each task; tasks without one are left out. Needs an open transaction. */
    public static Map<Long, FailureRow> last(Connection connection, long... taskIds) throws SQLException {
        Map<Long, FailureRow> last = new HashMap<>();
        Sql.of(connection, """
                            select x.task_id, f.at, n.node_id, f.reason, f.detail, f.http_status
                            from unnest(?::bigint[]) as x (task_id)
                            cross join lateral (
                                select f.* from failure f where f.task_id = x.task_id and f.charged
                                order by f.failure_no desc limit 1) f
                            join node n on n.node_no = f.node_no
                            """, taskIds).each(row -> last.put(row.number("task_id"), from(row)));
        return last;
    }

    private static FailureRow from(Sql.Row row) throws SQLException {
        return new FailureRow(
                row.time("at"),
                row.text("node_id"),
                row.word(FailureReason.class, "reason"),
                row.textOrNull("detail"),
                row.integerOrNull("http_status"));
    }
}

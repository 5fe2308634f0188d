package org.climaterescue.db.intake;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.climaterescue.db.Sql;
import org.climaterescue.db.task.Tasks;
import org.climaterescue.protocol.TaskStatus;
import org.jspecify.annotations.Nullable;

/**
 * The task that a duplicate is told about.
 *
 * @param taskId its number
 * @param requestId the id of the request that made it; null if that gave none
 * @param status where it stands now
 * @param handledBy the nodes that hold a copy, or while there is none, that work on it
 * @param createdAt when it was submitted
 */
public record FirstTask(
        long taskId, @Nullable String requestId, TaskStatus status, List<String> handledBy, Instant createdAt) {

    /** Reads it; needs an open transaction. */
    public static FirstTask read(Connection connection, long taskId) throws SQLException {
        List<String> handledBy = Tasks.handlers(connection, taskId);
        return Sql.of(connection, """
                        select t.request_id, s.status, t.created_at
                        from task t join task_now s using (task_id)
                        where t.task_id = ?
                        """, taskId)
                .one(row -> new FirstTask(
                        taskId,
                        row.textOrNull("request_id"),
                        row.word(TaskStatus.class, "status"),
                        handledBy,
                        row.time("created_at")));
    }
}

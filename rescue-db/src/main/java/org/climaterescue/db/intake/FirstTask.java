package org.climaterescue.db.intake;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /** Reads a task that is there; needs an open transaction. */
    public static FirstTask one(Connection connection, long taskId) throws SQLException {
        return read(connection, Set.of(taskId)).values().iterator().next();
    }

    /** Reads tasks, by number; needs an open transaction. */
    public static Map<Long, FirstTask> read(Connection connection, Set<Long> taskIds) throws SQLException {
        long[] ids = taskIds.stream().mapToLong(Long::longValue).toArray();
        Map<Long, List<String>> handledBy = Tasks.handlers(connection, ids);
        Map<Long, FirstTask> found = new HashMap<>();
        Sql.of(connection, """
                        select t.task_id, t.request_id, s.status, t.created_at
                        from task t join task_now s using (task_id)
                        where t.task_id = any (?)
                        """, ids)
                .list(row -> found.put(
                        row.number("task_id"),
                        new FirstTask(
                                row.number("task_id"),
                                row.textOrNull("request_id"),
                                row.word(TaskStatus.class, "status"),
                                handledBy.getOrDefault(row.number("task_id"), List.of()),
                                row.time("created_at"))));
        return found;
    }
}

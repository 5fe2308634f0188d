package org.climaterescue.db.task;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.TaskStatus;
import org.jspecify.annotations.Nullable;

/**
 * One line of a task's chain of custody.
 *
 * @param kind a word of the database type {@code event_kind}
 * @param status where the task stood after it
 * @param actor a dispatcher instance or {@code operator}, or the node itself
 * @param nodeId the node that it is about
 * @param token the assignment that it is about
 * @param detail a JSON object
 */
public record EventRow(
        Instant at,
        String kind,
        TaskStatus status,
        String actor,
        @Nullable String nodeId,
        @Nullable Long token,
        @Nullable Integer attempt,
        @Nullable Long bytesDone,
        @Nullable String detail) {

    /** All events of a task in order. Needs an open transaction. */
    public static List<EventRow> of(Connection connection, long taskId) throws SQLException {
        return Sql.of(connection, """
                        select e.at, e.kind, e.task_status, coalesce(e.actor, n.node_id) as actor, n.node_id, e.token,
                               e.attempt, e.bytes_done, e.detail
                        from event e left join node n using (node_no)
                        where e.task_id = ? order by e.event_no
                        """, taskId)
                .list(row -> new EventRow(
                        row.time("at"),
                        row.text("kind"),
                        row.word(TaskStatus.class, "task_status"),
                        row.text("actor"),
                        row.textOrNull("node_id"),
                        row.numberOrNull("token"),
                        row.integerOrNull("attempt"),
                        row.numberOrNull("bytes_done"),
                        row.textOrNull("detail")));
    }
}

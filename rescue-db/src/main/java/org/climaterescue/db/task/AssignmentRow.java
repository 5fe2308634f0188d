package org.climaterescue.db.task;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.AssignmentStatus;
import org.jspecify.annotations.Nullable;

/**
 * One node's lease on a task, held or ended.
 *
 * @param endedAt null while it is held
 */
public record AssignmentRow(
        long token,
        String nodeId,
        AssignmentStatus status,
        int attempt,
        long bytesDone,
        Instant assignedAt,
        @Nullable Instant endedAt) {

    /**
     * All assignments of a task, oldest first. Those that have ended are read from the chain of custody: the first event that
     * ends a token says how; a late copy comes after that. Of those that began before the history that is kept, the active ones.
     * Needs an open transaction.
     */
    public static List<AssignmentRow> of(Connection connection, long taskId) throws SQLException {
        return Sql.of(connection, """
                        with told as materialized (
                            select event_no, at, kind, node_no, token, attempt, bytes_done from event
                            where task_id = ? and token is not null
                        ), active as materialized (
                            select node_no, token, attempt, bytes_done, assigned_at from assignment where task_id = ?
                        ), given as (
                            select node_no, token, attempt, at as assigned_at from told where kind = 'assigned'
                            union all
                            select node_no, token, attempt, assigned_at from active
                            where token not in (select token from told where kind = 'assigned')
                        )
                        select g.token, n.node_id, g.attempt, g.assigned_at,
                               case
                                   when a.token is not null then 'active'
                                   when ended.kind = 'assignment_cancelled' then 'cancelled'
                                   else ended.kind::text
                               end as status,
                               coalesce(a.bytes_done, ended.bytes_done, 0) as bytes_done,
                               case when a.token is null then ended.at end as ended_at
                        from given g
                        join node n using (node_no)
                        left join active a using (token)
                        left join lateral (
                            select l.kind, l.at, l.bytes_done from told l
                            where l.token = g.token
                              and l.kind in ('completed', 'failed', 'expired', 'released', 'assignment_cancelled')
                            order by l.event_no limit 1
                        ) ended on true
                        where a.token is not null or ended.kind is not null
                        order by g.token
                        """, taskId, taskId)
                .list(row -> new AssignmentRow(
                        row.number("token"),
                        row.text("node_id"),
                        row.word(AssignmentStatus.class, "status"),
                        row.integer("attempt"),
                        row.number("bytes_done"),
                        row.time("assigned_at"),
                        row.timeOrNull("ended_at")));
    }
}

package org.climaterescue.db.task;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.climaterescue.db.Sql;
import org.jspecify.annotations.Nullable;

/** Finds tasks. Every method needs an open transaction. */
public final class Tasks {

    private static final Duration LONGEST_SEARCH = Duration.ofSeconds(2);

    private Tasks() {}

    /** The task of this number. */
    public static Optional<TaskRow> one(Connection connection, long taskId) throws SQLException {
        return Sql.of(connection, TaskRow.SELECT + TaskRow.FROM + "where t.task_id = ?", taskId)
                .first(TaskRow::from);
    }

    /** What the submission carried along, a JSON object; empty when there is none. */
    public static Optional<String> payload(Connection connection, long taskId) throws SQLException {
        return Sql.of(connection, "select payload from task where task_id = ? and payload is not null", taskId)
                .first(row -> row.text("payload"));
    }

    /** A page of tasks, newest first. */
    public static List<TaskRow> page(Connection connection, TaskFilter filter, long before, int limit)
            throws SQLException {
        TaskFilter.Query pick = filter.pick(before, limit);
        String sql = "with picked as materialized (" + pick.sql() + ")\n"
                + TaskRow.SELECT
                + TaskRow.FROM
                + "join picked using (task_id) order by t.task_id desc";
        return Sql.of(connection, sql, pick.values().toArray()).list(TaskRow::from);
    }

    /**
     * Tasks that match a filter with a text, newest first. No index knows parts of texts, so the tasks are gone through for two
     * seconds or so; what comes after {@link Found#next} has not been looked at then.
     */
    public static Found search(Connection connection, TaskFilter filter, long before, int limit) throws SQLException {
        long end = System.nanoTime() + LONGEST_SEARCH.toNanos();
        long first = Sql.of(connection, "select coalesce(min(task_id), 0) as first from task")
                .one(row -> row.number("first"));
        long from = Math.min(
                before,
                Sql.of(connection, "select coalesce(max(task_id), 0) + 1 as past from task")
                        .one(row -> row.number("past")));
        List<TaskRow> found = new ArrayList<>();
        while (from > first) {
            found.addAll(page(connection, filter, from, limit - found.size()));
            if (found.size() == limit) {
                return new Found(found, found.getLast().taskId());
            }
            from -= TaskFilter.STRETCH;
            if (System.nanoTime() > end) {
                break;
            }
        }
        return new Found(found, from > first ? from : null);
    }

    /**
     * The task that knows most about a URL: the newest whose copies count, or else the newest.
     *
     * @param canonicalUrl by which URLs are equal
     */
    public static Optional<TaskRow> ofUrl(Connection connection, String canonicalUrl) throws SQLException {
        return Sql.of(connection, TaskRow.SELECT + TaskRow.FROM + """
                                where coalesce(t.canonical_url, t.url) = ?
                                order by now.copies > 0 desc, t.task_id desc limit 1
                                """, canonicalUrl)
                .first(TaskRow::from);
    }

    /** The nodes that hold a copy of each task, or while there is none, that work on it. */
    public static Map<Long, List<String>> handlers(Connection connection, long... taskIds) throws SQLException {
        Map<Long, List<String>> found = new HashMap<>();
        Sql.of(connection, """
                        select x.task_id, coalesce(
                            (select array_agg(n.node_id order by c.completed_at, c.node_no)
                             from copy c join node n using (node_no) where c.task_id = x.task_id),
                            (select array_agg(n.node_id order by a.token)
                             from assignment a join node n using (node_no) where a.task_id = x.task_id)) as nodes
                        from unnest(?::bigint[]) as x (task_id)
                        """, taskIds).list(row -> found.put(row.number("task_id"), row.texts("nodes")));
        return found;
    }

    /**
     * What a search has found.
     *
     * @param next only tasks with lower numbers have not been looked at; null when all have been
     */
    public record Found(List<TaskRow> tasks, @Nullable Long next) {}
}

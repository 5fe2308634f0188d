package org.climaterescue.db.task;

import java.util.ArrayList;
import java.util.List;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.TaskStatus;
import org.climaterescue.protocol.Verification;
import org.jspecify.annotations.Nullable;

/**
 * Which tasks a list shows; null members do not matter.
 *
 * @param reason why the task failed; only failed tasks have one
 * @param verification what is known about the task's leading digest
 * @param nodeId a node that works on the task or holds a copy of it
 * @param text a part of the URL, the name or the dataset, in any case; no index knows it
 */
public record TaskFilter(
        @Nullable TaskStatus status,
        @Nullable FailureReason reason,
        @Nullable Verification verification,
        @Nullable String host,
        @Nullable Long catalogNo,
        @Nullable String nodeId,
        @Nullable String text) {

    /** Task numbers that one look for a text goes through: a tenth of a second or so. */
    static final long STRETCH = 100_000;

    /** Whether nothing but a text is asked for. */
    public boolean onlyText() {
        return text != null && equals(new TaskFilter(null, null, null, null, null, null, text));
    }

    /**
     * Picks the numbers of these tasks, newest first.
     *
     * <p>Every condition has an index that ends in the task's number, so that a page need not look at all tasks; which of them
     * leads is the planner's choice. A pending task has its one row either in ready or in backoff: the newest of each are picked
     * by themselves, or both would be read whole to be put in order.
     */
    Query pick(long before, int limit) {
        var query = new Query(new StringBuilder(), new ArrayList<>());
        if (status != TaskStatus.PENDING) {
            pick(query, status == null ? "" : standing(status), before, limit);
            return query;
        }
        query.add("(");
        pick(query, pending("ready", "and w.slot = 0"), before, limit);
        query.add(") union all (");
        pick(query, pending("backoff", ""), before, limit);
        query.add(") order by task_id desc limit ?", limit);
        return query;
    }

    private void pick(Query query, String join, long before, int limit) {
        query.add("select t.task_id from task t" + join);
        if (reason != null) {
            query.add(" join standing s on s.task_id = t.task_id and " + FailedTasks.OF_REASON, reason.wire());
        }
        if (verification != null) {
            // Said in the statement itself, so that the planner sees which index is about that.
            query.add(" join standing v on v.task_id = t.task_id and v.verification = '" + verification.wire() + "'");
        }
        query.add(" where t.task_id < ?", before);
        if (status == TaskStatus.PENDING) {
            // Of the other table too, or the planner goes through it from its newest row.
            query.add(" and w.task_id < ?", before);
        }
        if (host != null) {
            query.add(" and t.host_no = (select host_no from host where name = ?)", host);
        }
        if (catalogNo != null) {
            query.add(
                    " and exists (select from catalog_item a where a.catalog_no = ? and a.task_id = t.task_id)",
                    catalogNo);
        }
        if (nodeId != null) {
            query.add("""
                     and t.task_id in (
                        select a.task_id from assignment a join node using (node_no) where node_id = ?
                        union all
                        select c.task_id from copy c join node using (node_no) where node_id = ?)\
                    """, nodeId, nodeId);
        }
        if (text != null) {
            String pattern = Sql.containing(text);
            query.add(
                    " and t.task_id >= ? and (t.url ilike ? or t.name ilike ? or t.dataset ilike ?)",
                    before - STRETCH,
                    pattern,
                    pattern,
                    pattern);
            if (status == TaskStatus.PENDING) {
                query.add(" and w.task_id >= ?", before - STRETCH);
            }
        }
        query.add(" order by t.task_id desc limit ?", limit);
    }

    private static String pending(String table, String more) {
        return """
                 join %s w on w.task_id = t.task_id %s
                    and not exists (select from standing s where s.task_id = w.task_id)
                    and not exists (select from assignment a where a.task_id = w.task_id)\
                """.formatted(table, more);
    }

    private static String standing(TaskStatus status) {
        return switch (status) {
            case PENDING -> throw new IllegalArgumentException("pending tasks are in one of two tables");
            case ASSIGNED -> """
                     join (select distinct task_id from assignment) a
                        on a.task_id = t.task_id
                            and not exists (select from standing s where s.task_id = a.task_id)\
                    """;
            case REPLICATING, RESCUED, FAILED, CANCELLED ->
                " join standing n on n.task_id = t.task_id and n.status = '" + status.wire() + "'";
        };
    }

    record Query(StringBuilder sql, List<Object> values) {

        private void add(String more, Object... with) {
            sql.append(more);
            values.addAll(List.of(with));
        }
    }
}

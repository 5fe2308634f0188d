package org.climaterescue.db.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.climaterescue.db.Sql;
import org.climaterescue.db.intake.Description;
import org.climaterescue.db.intake.Submission;
import org.jspecify.annotations.Nullable;

/**
 * What a catalog says differently than it did before about tasks that it gave; their locks must be held. One that gives no size
 * takes none back.
 */
final class TaskUpdates {

    private TaskUpdates() {}

    static void write(Connection connection, Map<Long, Submission> changes, String instance) throws SQLException {
        if (changes.isEmpty()) {
            return;
        }
        var sorted = new TreeMap<Long, Description>();
        changes.forEach((task, submission) -> sorted.put(task, submission.description()));
        long[] ids = sorted.keySet().stream().mapToLong(Long::longValue).toArray();
        Integer[] priorities = of(sorted, Description::priority).toArray(new Integer[0]);
        Sql.of(connection, """
                        insert into event (task_id, at, kind, task_status, actor, detail)
                        select task_id, clock_timestamp(), 'prioritized', s.status, ?,
                               json_build_object('priority', x.priority)
                        from unnest(?::bigint[], ?::integer[]) as x (task_id, priority)
                        join task t using (task_id)
                        join task_now s using (task_id)
                        where t.priority <> x.priority
                        order by task_id
                        """, instance, ids, priorities).update();
        Sql.of(
                        connection,
                        """
                        with said as (
                            select * from unnest(?::bigint[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bytea[],
                                                 ?::integer[])
                                as x (task_id, name, dataset, organization, size_bytes, sha256, priority)
                        ), offered as (
                            update ready r
                            set urgency = coalesce(10 - x.priority, r.urgency), size_bytes = coalesce(x.size_bytes, r.size_bytes),
                                since = clock_timestamp()
                            from said x where r.task_id = x.task_id
                        )
                        update task t
                        set name = x.name, dataset = x.dataset, organization = x.organization,
                            size_bytes = coalesce(x.size_bytes, t.size_bytes),
                            sha256 = x.sha256, priority = coalesce(x.priority, t.priority)
                        from said x where t.task_id = x.task_id
                        """,
                        ids,
                        of(sorted, Description::name).toArray(new String[0]),
                        of(sorted, Description::dataset).toArray(new String[0]),
                        of(sorted, Description::organization).toArray(new String[0]),
                        of(sorted, Description::sizeBytes).toArray(new Long[0]),
                        of(
                                        sorted,
                                        said -> said.sha256() == null
                                                ? null
                                                : said.sha256().bytes())
                                .toArray(new byte[0][]),
                        priorities)
                .update();
    }

    private static <T> List<@Nullable T> of(Map<Long, Description> sorted, Function<Description, @Nullable T> member) {
        return sorted.values().stream().<@Nullable T>map(member).toList();
    }
}

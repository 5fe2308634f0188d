package org.climaterescue.db.task;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.FailureReason;
import org.jspecify.annotations.Nullable;

/** Tasks that have failed, by the reason of the last failure that counted. Every method needs an open transaction. */
public final class FailedTasks {

    /** The failed tasks of a reason, which follows, as the index {@code standing_failed} has them. */
    private static final String FAILED_FOR = "s.status = 'failed' and coalesce(s.reason, 'other'::failure_reason) = ";

    static final String OF_REASON = FAILED_FOR + "?::failure_reason";

    /** Of so many tasks, the newest of a reason, the hosts are told: the question must not take longer the more tasks there are. */
    private static final int SAMPLE = 1000;

    private static final int HOSTS = 5;

    private FailedTasks() {}

    /** Every reason for which a task has failed, the most frequent first. */
    public static List<Group> groups(Connection connection) throws SQLException {
        Map<FailureReason, List<OfHost>> hosts = hosts(connection);
        return Sql.of(connection, """
                        with counted as materialized (
                            select coalesce(reason, 'other'::failure_reason) as reason, count(*) as tasks
                            from standing where status = 'failed' group by 1
                        )
                        select c.reason, c.tasks, t.task_id, t.url, f.at, n.node_id, f.detail, f.http_status
                        from counted c
                        cross join lateral (
                            select s.task_id from standing s
                            where %s c.reason
                            order by s.task_id desc limit 1) newest
                        join task t on t.task_id = newest.task_id
                        left join lateral (
                            select f.* from failure f where f.task_id = t.task_id and f.charged
                            order by f.failure_no desc limit 1) f on true
                        left join node n on n.node_no = f.node_no
                        order by c.tasks desc, c.reason
                        """.formatted(FAILED_FOR)).list(row -> {
            FailureReason reason = row.word(FailureReason.class, "reason");
            return new Group(
                    reason,
                    row.number("tasks"),
                    hosts.getOrDefault(reason, List.of()),
                    new Example(
                            row.number("task_id"),
                            row.text("url"),
                            row.timeOrNull("at"),
                            row.textOrNull("node_id"),
                            row.textOrNull("detail"),
                            row.integerOrNull("http_status")));
        });
    }

    private static Map<FailureReason, List<OfHost>> hosts(Connection connection) throws SQLException {
        Map<FailureReason, List<OfHost>> hosts = new HashMap<>();
        Sql.of(connection, """
                        select r.reason, x.name, x.tasks
                        from unnest(enum_range(null::failure_reason)) as r (reason)
                        cross join lateral (
                            select h.name, count(*) as tasks
                            from (select s.task_id from standing s
                                  where %s r.reason
                                  order by s.task_id desc limit ?) newest
                            join task t using (task_id) join host h using (host_no)
                            group by h.name order by tasks desc, h.name limit ?) x
                        order by r.reason, x.tasks desc, x.name
                        """.formatted(FAILED_FOR), SAMPLE, HOSTS)
                .each(row -> hosts.computeIfAbsent(row.word(FailureReason.class, "reason"), none -> new ArrayList<>())
                        .add(new OfHost(row.text("name"), row.number("tasks"))));
        return hosts;
    }

    /** The next tasks that have failed for this reason, newest first; {@code before}: only those with lower numbers. */
    public static List<Long> next(Connection connection, FailureReason reason, long before, int limit)
            throws SQLException {
        return Sql.of(
                        connection,
                        "select s.task_id from standing s where " + OF_REASON
                                + " and s.task_id < ? order by s.task_id desc limit ?",
                        reason.wire(),
                        before,
                        limit)
                .list(row -> row.number("task_id"));
    }

    /**
     * What has failed for one reason.
     *
     * @param hosts where the newest thousand of these tasks are, five hosts at most, most tasks first
     * @param example the newest
     */
    public record Group(FailureReason reason, long tasks, List<OfHost> hosts, Example example) {}

    /** How many of the newest thousand tasks of a reason a host has. */
    public record OfHost(String host, long tasks) {}

    /** One failed task and its last failure that counted; null members when a catalog or an older dispatcher left none. */
    public record Example(
            long taskId,
            String url,
            @Nullable Instant at,
            @Nullable String nodeId,
            @Nullable String detail,
            @Nullable Integer httpStatus) {}
}

package org.climaterescue.db.telemetry;

import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.climaterescue.db.Sql;
import org.climaterescue.db.host.HostTerms;
import org.climaterescue.db.node.Silence;
import org.climaterescue.protocol.Json;
import org.climaterescue.protocol.NodeStatus;
import org.climaterescue.protocol.TaskStatus;

/**
 * Figures of the whole state that cost the same however many tasks there are. Rows are counted up to {@link #EXACT}; how many more
 * there are is what PostgreSQL's planner believes, which its statistics tell within some percent.
 */
@Singleton
public final class BoundedFigures {

    /** Counts up to this are exact. */
    public static final int EXACT = 5000;

    /** Hosts that stand nothing more and are looked at for what waits for them. */
    private static final int CANDIDATES = 50;

    /** Waiting copies that are counted of one host. */
    private static final int EXACT_OF_HOST = 2000;

    /** Of the next copies to be made, so many are asked how long they have waited. */
    private static final int NEXT = 500;

    private static final String WORKED_HOSTS = """
            with load as (
                select host_no, sum(active)::integer as active
                from (select host_no, count(*) as active from assignment group by host_no
                      union all
                      select host_no, 0 from host
                      where paused or max_connections is not null or busy_until is not null or throttled_to is not null) x
                group by host_no
            ), worked as (
                select h.host_no, h.name, h.troubles, l.active, greatest(h.connections - l.active, 0) as free,
                       case when h.paused then 'paused'
                            when h.resting then 'resting'
                            when l.active >= h.connections then 'full'
                            else 'open' end as state
                from load l cross join lateral (
                    select h.host_no, h.name, h.troubles, h.paused, coalesce(h.busy_until > clock_timestamp(), false) as resting,
                           host_connections(h, ?) as connections
                    from host h where h.host_no = l.host_no and h.name <> 'magnet:' offset 0) h
            )
            """;

    private final Figures figures;
    private final HostTerms terms;

    BoundedFigures(Figures figures, HostTerms terms) {
        this.figures = figures;
        this.terms = terms;
    }

    /**
     * Reads all of them.
     *
     * @param silence when a node counts as silent
     * @param worst how many of the hosts are named for which most copies wait
     */
    public Snapshot read(Connection connection, Silence silence, int worst) throws SQLException {
        // Every count below has an index; a planner that takes the rows for common would rather read the table.
        Sql.of(connection, "select set_config('enable_seqscan', 'off', true)").one(row -> true);
        return new Snapshot(
                tasks(connection),
                rough(connection, "standing where verification = 'disputed'"),
                rough(connection, "copy where rejected"),
                ready(connection),
                rough(connection, "backoff"),
                Sql.of(connection, "select count(*) as n from assignment").one(row -> row.number("n")),
                nodes(connection, silence),
                hosts(connection),
                worstHosts(connection, worst),
                catalogs(connection),
                Sql.of(connection, "select pg_database_size(current_database()) as bytes")
                        .one(row -> row.number("bytes")));
    }

    private static Map<TaskStatus, Long> tasks(Connection connection) throws SQLException {
        Map<TaskStatus, Long> tasks = new EnumMap<>(TaskStatus.class);
        long begun = 0;
        for (TaskStatus status :
                List.of(TaskStatus.REPLICATING, TaskStatus.RESCUED, TaskStatus.FAILED, TaskStatus.CANCELLED)) {
            long found = rough(connection, "standing where status = '" + status.wire() + "'");
            tasks.put(status, found);
            begun += found;
        }
        long assigned = Sql.of(connection, """
                        select count(distinct a.task_id) as n from assignment a
                        where not exists (select from standing s where s.task_id = a.task_id)
                        """).one(row -> row.number("n"));
        tasks.put(TaskStatus.ASSIGNED, assigned);
        tasks.put(TaskStatus.PENDING, Math.max(0, rough(connection, "task") - begun - assigned));
        return tasks;
    }

    private static List<Waiting> ready(Connection connection) throws SQLException {
        List<Waiting> counted = Sql.of(connection, """
                        select u.urgency,
                               (select count(*) from (
                                    select from ready r where r.urgency = u.urgency limit ?) x) as copies,
                               (select coalesce(extract(epoch from clock_timestamp() - min(since)), 0)::float8 from (
                                    select since from ready r where r.urgency = u.urgency
                                    order by r.urgency, r.copies, r.rank, r.task_id, r.slot limit ?) x) as oldest
                        from generate_series(0, 9) u (urgency)
                        """, EXACT + 1, NEXT)
                .list(row -> new Waiting(10 - row.integer("urgency"), row.number("copies"), row.real("oldest")));
        List<Waiting> waiting = new ArrayList<>();
        for (Waiting one : counted) {
            waiting.add(
                    one.copies() <= EXACT
                            ? one
                            : new Waiting(
                                    one.priority(),
                                    Math.max(
                                            one.copies(),
                                            planned(connection, "ready where urgency = " + (10 - one.priority()))),
                                    one.oldestSeconds()));
        }
        return waiting;
    }

    private Map<NodeStatus, Long> nodes(Connection connection, Silence silence) throws SQLException {
        Map<NodeStatus, Long> nodes = new EnumMap<>(NodeStatus.class);
        figures.nodes(connection, silence).forEach(count -> nodes.put(count.status(), count.nodes()));
        return nodes;
    }

    private List<Hosts> hosts(Connection connection) throws SQLException {
        return Sql.of(
                        connection,
                        WORKED_HOSTS + "select state, count(*) as hosts, sum(free) as free from worked group by state",
                        terms.connections())
                .list(row -> new Hosts(row.text("state"), row.number("hosts"), row.number("free")));
    }

    /** Those that complain come before those that are merely at their limit, and before those that an operator has paused. */
    private List<WaitedFor> worstHosts(Connection connection, int limit) throws SQLException {
        return Sql.of(connection, WORKED_HOSTS + """
                        , candidate as (
                            select * from worked where state <> 'open'
                            order by case state when 'resting' then 0 when 'full' then 1 else 2 end, troubles desc,
                                     active desc, host_no
                            limit ?
                        )
                        select c.name, c.state, w.copies
                        from candidate c cross join lateral (
                            select count(*) as copies from (
                                select from ready r where r.host_no = c.host_no limit ?) x) w
                        where w.copies > 0 order by w.copies desc, c.name limit ?
                        """, terms.connections(), CANDIDATES, EXACT_OF_HOST, limit)
                .list(row -> new WaitedFor(row.text("name"), row.text("state"), row.number("copies")));
    }

    private static List<Catalogs> catalogs(Connection connection) throws SQLException {
        return Sql.of(connection, """
                        select status::text as status, count(*) as catalogs,
                               coalesce(sum(file_bytes), 0)::bigint as file_bytes,
                               coalesce(sum(least(bytes_read, file_bytes)), 0)::bigint as bytes_read
                        from catalog group by status
                        """)
                .list(row -> new Catalogs(
                        row.text("status"),
                        row.number("catalogs"),
                        row.number("file_bytes"),
                        row.number("bytes_read")));
    }

    private static long rough(Connection connection, String rows) throws SQLException {
        long counted = Sql.of(connection, "select count(*) as n from (select from " + rows + " limit ?) x", EXACT + 1)
                .one(row -> row.number("n"));
        return counted <= EXACT ? counted : Math.max(counted, planned(connection, rows));
    }

    private static long planned(Connection connection, String rows) throws SQLException {
        String plan =
                Sql.of(connection, "explain (format json) select from " + rows).one(row -> row.text("QUERY PLAN"));
        try {
            return Json.mapper().readTree(plan).at("/0/Plan/Plan Rows").asLong();
        } catch (JsonProcessingException e) {
            throw new SQLException("the server explains a query in words that are no JSON: " + plan, e);
        }
    }

    /**
     * What was read.
     *
     * @param disputed tasks whose copies disagree and of which no digest leads
     * @param rejectedCopies copies that lost the vote
     * @param ready what can be claimed now, of each priority
     * @param backoff tasks that wait for their next try
     * @param active assignments under way
     * @param nodes statuses without a node are missing
     * @param hosts those that somebody works on, or that have terms of their own; states without a host are missing
     * @param worst the hosts that stand nothing more and for which most copies wait
     * @param catalogs statuses without a catalog are missing
     * @param databaseBytes what the database takes on its disk, without the server's log of changes
     */
    public record Snapshot(
            Map<TaskStatus, Long> tasks,
            long disputed,
            long rejectedCopies,
            List<Waiting> ready,
            long backoff,
            long active,
            Map<NodeStatus, Long> nodes,
            List<Hosts> hosts,
            List<WaitedFor> worst,
            List<Catalogs> catalogs,
            long databaseBytes) {}

    /**
     * What waits of one priority.
     *
     * @param priority 1 to 10, 10 the most urgent
     * @param oldestSeconds how long the oldest of the next some hundred has waited; 0 when nothing waits
     */
    public record Waiting(int priority, long copies, double oldestSeconds) {}

    /**
     * Hosts of one state.
     *
     * @param state {@code open}, {@code full}, {@code resting} (it said that it is busy) or {@code paused} (an operator did)
     * @param free connections that they stand besides those in use
     */
    public record Hosts(String state, long hosts, long free) {}

    /**
     * A host that stands nothing more.
     *
     * @param copies that could be made of its files; more than two thousand are not counted
     */
    public record WaitedFor(String host, String state, long copies) {}

    /**
     * Catalogs of one status.
     *
     * @param fileBytes of their files, as they were sent
     * @param bytesRead how much of that has been read
     */
    public record Catalogs(String status, long catalogs, long fileBytes, long bytesRead) {}
}

package org.climaterescue.benchmarks;

import java.sql.SQLException;

/** Tasks that are written straight into the tables of a dispatcher, for speed. */
record Backlog(BenchDatabase database) {

    private static final int HOSTS = 1000;
    private static final long USUAL_BYTES = 1000;

    /** Makes hosts {@code host1.example.org} and so on, over which tasks are spread so that none stands at its limit. */
    void hosts() throws SQLException {
        hosts(HOSTS);
    }

    /** As {@link #hosts()}, another number of them. */
    void hosts(int count) throws SQLException {
        database.sql(
                "insert into host (name) select 'host' || n || '.example.org' from generate_series(1, ?) n", count);
    }

    /** Registers the nodes in whose names wrk calls, unless they are. */
    void nodes(Wrk wrk) throws SQLException {
        database.sql("""
                insert into node (node_id, name, capacity_bytes)
                select ? || '-' || thread || '-' || n, 'benchmark', 1000000000000
                from generate_series(0, ?) thread, generate_series(1, ?) n
                on conflict (node_id) do nothing
                """, wrk.fleet(), Wrk.THREADS - 1, wrk.nodes() / Wrk.THREADS);
    }

    /** Adds tasks of the usual hosts that want one copy. */
    void add(long count) throws SQLException {
        add(count, 5, "host%.example.org", USUAL_BYTES);
    }

    /**
     * Adds tasks that want one copy.
     *
     * @param priority 1 to 10
     * @param hosts over which hosts they are spread, as SQL's {@code like} wants it
     */
    void add(long count, int priority, String hosts, long sizeBytes) throws SQLException {
        database.sql("""
                with usable as (
                    select name, host_no, row_number() over (order by host_no) - 1 as place from host where name like ?
                ), fresh as (
                    insert into task (task_id, url, host_no, priority, copies_target, size_bytes, initiated_by, created_at)
                    select nextval('task_number'), 'http://' || h.name || '/' || n, h.host_no, ?, 1, ?, 'benchmark',
                           clock_timestamp()
                    from generate_series(1, ?) n join usable h on h.place = n % (select count(*) from usable)
                    returning task_id, host_no, priority, size_bytes
                )
                insert into ready (task_id, slot, urgency, copies, rank, host_no, size_bytes, attempt, contested, since)
                select task_id, 0, 10 - priority, 0, 2147483647, host_no, size_bytes, 1, false, clock_timestamp()
                from fresh
                """, hosts, priority, sizeBytes, count);
    }

    /** Adds, in front of all others, tasks of a host that stands no more: a silent node works on one of them for an hour. */
    void addOfBusyHost(long count) throws SQLException {
        database.sql("insert into host (name, max_connections) values ('busy.example.org', 1)");
        add(count, 10, "busy.example.org", USUAL_BYTES);
        database.sql("""
                insert into assignment (task_id, node_no, token, attempt, host_no, reserved_bytes, assigned_at, lease_until,
                                        progress_at)
                select r.task_id, (select min(node_no) from node), nextval('assignment_token'), 1, r.host_no, 0,
                       clock_timestamp(), clock_timestamp() + interval '1 hour', clock_timestamp() + interval '1 hour'
                from ready r join host h using (host_no) where h.name = 'busy.example.org' limit 1
                """);
        database.sql("delete from ready r using assignment a where a.task_id = r.task_id");
        database.sql("analyze");
    }

    /** Takes away what is left. */
    void clear() throws SQLException {
        database.sql("delete from ready");
        database.sql("delete from assignment");
    }

    long rescued() throws SQLException {
        return database.number("select count(*) as n from standing where status = 'rescued'");
    }

    /** Tasks that wait or are being worked on. */
    long left() throws SQLException {
        return database.number("select (select count(*) from ready) + (select count(*) from assignment) as n");
    }
}

package org.climaterescue.db.telemetry;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import org.climaterescue.db.Sql;
import org.climaterescue.db.host.Hosts;

/**
 * What there is of single nodes and hosts that have a lot, kept for all dispatchers beside the last count of all tasks
 * ({@link KeptTally}), so that a list of them costs the same however much that is. Every method needs an open transaction.
 */
@Singleton
public final class KeptCounts {

    /** Copies and failures of a node that are counted when somebody asks; of more the count is kept. */
    private static final int FEW = 1000;

    /** Counts anew. Reads every copy, every failure and all that waits. For whoever counts, see {@link KeptTally#begin}. */
    public void keep(Connection connection) throws SQLException {
        Sql.of(connection, """
                        with counted as materialized (
                            select node_no, sum(copies)::bigint as copies, sum(bytes)::bigint as bytes,
                                   sum(rejected)::bigint as rejected, sum(failures)::bigint as failures
                            from (select node_no, count(*) as copies, sum(size_bytes) as bytes,
                                         count(*) filter (where rejected) as rejected, 0 as failures
                                  from copy group by node_no
                                  union all
                                  select node_no, 0, 0, 0, count(*) from failure group by node_no) x
                            group by node_no having sum(copies) + sum(failures) > ?
                        ), few as (
                            delete from node_count k
                            where not exists (select from counted c where c.node_no = k.node_no)
                        )
                        insert into node_count as k (node_no, copies, bytes, rejected, failures)
                        select node_no, copies, bytes, rejected, failures from counted
                        on conflict (node_no) do update
                        set copies = excluded.copies, bytes = excluded.bytes, rejected = excluded.rejected,
                            failures = excluded.failures
                        where (k.copies, k.bytes, k.rejected, k.failures)
                              is distinct from (excluded.copies, excluded.bytes, excluded.rejected, excluded.failures)
                        """, FEW).update();
        Sql.of(connection, """
                        with counted as materialized (
                            select host_no, count(*) as ready from ready group by host_no having count(*) > ?
                        ), few as (
                            delete from host_count k
                            where not exists (select from counted c where c.host_no = k.host_no)
                        )
                        insert into host_count as k (host_no, ready) select host_no, ready from counted
                        on conflict (host_no) do update set ready = excluded.ready where k.ready <> excluded.ready
                        """, Hosts.FEW).update();
    }

    /** Forgets what was kept, for all can be counted at once. For whoever counts. */
    public void forget(Connection connection) throws SQLException {
        Sql.of(connection, "delete from node_count").update();
        Sql.of(connection, "delete from host_count").update();
    }
}

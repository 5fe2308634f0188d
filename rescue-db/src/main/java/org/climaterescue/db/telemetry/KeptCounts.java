package org.climaterescue.db.telemetry;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.climaterescue.db.Sql;

/**
 * What there is of single nodes and hosts that have a lot, kept for all dispatchers beside the last count of all tasks
 * ({@link KeptTally}), so that a list of them costs the same however much that is. Lists take only what was counted with that count: an
 * instance of an earlier version renews it without these. Every method needs an open transaction.
 */
@Singleton
public final class KeptCounts {

    /** Copies and failures of a node that are counted when somebody asks; of more the count is kept. */
    private static final int FEW = 1000;

    /**
     * Keeps what those nodes hold that hold a lot, and how much waits for each host, many or few: by that hosts are put in order. Reads
     * every failure and all that waits. For whoever counts, see {@link KeptTally#begin}.
     *
     * @param countedAt of the count that is kept with these, see {@link KeptTally#note}; without it nobody takes them
     * @param held by every node that holds something
     */
    public void keep(Connection connection, Instant countedAt, List<Figures.Held> held) throws SQLException {
        Sql.of(
                        connection,
                        """
                        insert into node_count (node_no, counted_at, copies, bytes, rejected, failures)
                        select node_no, ?, sum(copies), sum(bytes), sum(rejected), sum(failures)
                        from (select node_no, copies, bytes, rejected, 0 as failures
                              from unnest(?::integer[], ?::bigint[], ?::bigint[], ?::bigint[])
                                  as held (node_no, copies, bytes, rejected)
                              union all
                              select node_no, 0, 0, 0, count(*) from failure group by node_no) x
                        group by node_no having sum(copies) + sum(failures) > ?
                        on conflict (node_no) do update
                        set counted_at = excluded.counted_at, copies = excluded.copies, bytes = excluded.bytes,
                            rejected = excluded.rejected, failures = excluded.failures
                        """,
                        countedAt,
                        held.stream().mapToInt(Figures.Held::nodeNo).toArray(),
                        held.stream().mapToLong(node -> node.copies().copies()).toArray(),
                        held.stream().mapToLong(node -> node.copies().bytes()).toArray(),
                        held.stream().mapToLong(Figures.Held::rejected).toArray(),
                        FEW)
                .update();
        Sql.of(connection, """
                        insert into host_count (host_no, counted_at, ready)
                        select host_no, ?, count(*) from ready group by host_no
                        on conflict (host_no) do update set counted_at = excluded.counted_at, ready = excluded.ready
                        """, countedAt).update();
        for (String table : List.of("node_count", "host_count")) {
            Sql.of(connection, "delete from " + table + " where counted_at <> ?", countedAt)
                    .update();
        }
    }
}

package org.climaterescue.db.ranking;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.climaterescue.db.Sql;
import org.climaterescue.db.ledger.TaskLocks;
import org.jspecify.annotations.Nullable;

/** The ranks of tasks. */
public final class Ranks {

    /** Failed and cancelled tasks: they may be all that has a URL, and no row in {@code capture} leads to them. */
    static final String OVER = """
            select t.task_id, sha256(convert_to(coalesce(t.canonical_url, t.url), 'UTF8')) as url_sha256
            from standing s join task t using (task_id) where s.status in ('failed', 'cancelled')
            """;

    /** Tasks that do not have the rank that the last known ranking gives them. */
    static final String MOVES = """
            select task_id, m.rank
            from (select c.task_id, r.rank from ranking r join capture c using (url_sha256)
                  union all
                  (select distinct on (r.url_sha256) o.task_id, r.rank
                   from (%s) o join ranking r using (url_sha256)
                   where not exists (select from capture c where c.url_sha256 = r.url_sha256)
                   order by r.url_sha256, o.task_id desc)) m
            full join (select task_id, rank from task where rank is not null) t using (task_id)
            where m.rank is distinct from t.rank
            order by task_id
            """.formatted(OVER);

    private Ranks() {}

    /**
     * Gives tasks their new ranks, and their rows in the queue too; needs an open transaction.
     *
     * @return how many tasks had another rank until now
     */
    public static int write(Connection connection, List<Move> moves) throws SQLException {
        // A row that a claim takes is gone then; one that is written meanwhile by another transition has waited for the
        // task's lock, and takes the new rank from it.
        TaskLocks.take(connection, moves.stream().mapToLong(Move::taskId));
        // A row keeps its since: who may take it has not changed, nor how long it has waited.
        return Sql.of(
                        connection,
                        """
                        with said as (
                            select * from unnest(?::bigint[], ?::integer[]) as x (task_id, rank)
                        ), offered as (
                            update ready r set rank = coalesce(x.rank, 2147483647)
                            from said x where r.task_id = x.task_id
                        )
                        update task t set rank = x.rank
                        from said x where t.task_id = x.task_id and t.rank is distinct from x.rank
                        """,
                        moves.stream().mapToLong(Move::taskId).toArray(),
                        moves.stream().<@Nullable Integer>map(Move::rank).toArray(Integer[]::new))
                .update();
    }

    /** How many tasks have a rank. */
    public static long count(Connection connection) throws SQLException {
        return Sql.of(connection, "select count(*) as ranked from task where rank is not null")
                .one(row -> row.number("ranked"));
    }

    /**
     * A task that does not have its rank.
     *
     * @param rank the one it is to have; null: none
     */
    public record Move(long taskId, @Nullable Integer rank) {}
}

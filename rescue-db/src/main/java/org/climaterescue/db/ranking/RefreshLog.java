package org.climaterescue.db.ranking;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.climaterescue.db.Sql;
import org.jspecify.annotations.Nullable;

/** How the last refresh went, at whatever instance. */
public final class RefreshLog {

    private RefreshLog() {}

    /** Reads it. */
    public static Entry read(Connection connection) throws SQLException {
        return Sql.of(connection, """
                        select refresh_no, ended_at, answered_at, entries, skipped, ranked, changed, error from ranking_refresh
                        """).one(RefreshLog::entry);
    }

    /** Whether the last refresh ended so long ago, or there was none. */
    public static boolean isDue(Connection connection, Duration every) throws SQLException {
        return Sql.of(connection, """
                        select coalesce(ended_at <= clock_timestamp() - make_interval(secs => ?), true) as due
                        from ranking_refresh
                        """, every.toMillis() / 1000.0).one(row -> row.flag("due"));
    }

    /** Notes a refresh for which the priorizer gave a whole ranking. */
    public static Entry answered(Connection connection, long entries, long skipped, long ranked, long changed)
            throws SQLException {
        return Sql.of(connection, """
                        update ranking_refresh
                        set refresh_no = refresh_no + 1, ended_at = clock_timestamp(), answered_at = clock_timestamp(),
                            entries = ?, skipped = ?, ranked = ?, changed = ?, error = null
                        returning *
                        """, entries, skipped, ranked, changed).one(RefreshLog::entry);
    }

    /**
     * Notes a refresh for which it gave none.
     *
     * @param error why, for people; everybody may read it
     */
    public static Entry unanswered(Connection connection, String error, long ranked, long changed) throws SQLException {
        return Sql.of(connection, """
                        update ranking_refresh
                        set refresh_no = refresh_no + 1, ended_at = clock_timestamp(), ranked = ?, changed = ?, error = ?
                        returning *
                        """, ranked, changed, error).one(RefreshLog::entry);
    }

    private static Entry entry(Sql.Row row) throws SQLException {
        return new Entry(
                row.number("refresh_no"),
                row.timeOrNull("ended_at"),
                row.timeOrNull("answered_at"),
                row.number("entries"),
                row.number("skipped"),
                row.number("ranked"),
                row.number("changed"),
                row.textOrNull("error"));
    }

    /**
     * A refresh.
     *
     * @param number from 1; 0 when there was none
     * @param endedAt null when there was none
     * @param answeredAt when the priorizer last gave a whole ranking; null: never
     * @param entries usable entries of that ranking
     * @param skipped its entries of no use
     * @param ranked tasks that had a rank after the refresh
     * @param changed tasks whose rank it changed, or that it created
     * @param error why the priorizer gave no ranking this time; null when it gave one
     */
    public record Entry(
            long number,
            @Nullable Instant endedAt,
            @Nullable Instant answeredAt,
            long entries,
            long skipped,
            long ranked,
            long changed,
            @Nullable String error) {}
}

package org.climaterescue.db.ranking;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.climaterescue.db.Sql;
import org.jspecify.annotations.Nullable;

/** How the last refresh went, at whatever instance. */
public final class RefreshLog {

    private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);

    private RefreshLog() {}

    /** Reads it. */
    public static Entry read(Connection connection) throws SQLException {
        return Sql.of(connection, """
                        select told_no, ended_at, answered_at, entries, skipped, ranked, changed, error from ranking_refresh
                        """).one(RefreshLog::entry);
    }

    /**
     * Whether no refresh has ended for so long, nor has one begun or failed for as long, or for a minute if that is shorter: what fails
     * is not repeated at once, by whatever instance.
     */
    public static boolean isDue(Connection connection, Duration every) throws SQLException {
        return Sql.of(
                        connection,
                        """
                        select coalesce(ended_at <= clock_timestamp() - make_interval(secs => ?), true)
                           and coalesce(tried_at <= clock_timestamp() - make_interval(secs => ?), true) as due
                        from ranking_refresh
                        """,
                        seconds(every),
                        seconds(every.compareTo(AFTER_FAILURE) < 0 ? every : AFTER_FAILURE))
                .one(row -> row.flag("due"));
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }

    /** How many refreshes have begun so far: one with a higher number began later. */
    public static long begun(Connection connection) throws SQLException {
        return Sql.of(connection, "select begun_no from ranking_refresh").one(row -> row.number("begun_no"));
    }

    /**
     * Notes that a refresh begins.
     *
     * @return its number
     */
    public static long begin(Connection connection) throws SQLException {
        return Sql.of(connection, """
                        update ranking_refresh set begun_no = begun_no + 1, tried_at = clock_timestamp() returning begun_no
                        """).one(row -> row.number("begun_no"));
    }

    /** Notes that a refresh has failed, through no fault of the priorizer. */
    public static void failed(Connection connection) throws SQLException {
        Sql.of(connection, "update ranking_refresh set tried_at = clock_timestamp()")
                .update();
    }

    /** Notes the refresh of that number, for which the priorizer gave a whole ranking. */
    public static Entry answered(
            Connection connection, long number, long entries, long skipped, long ranked, long changed)
            throws SQLException {
        return Sql.of(connection, """
                        with now as materialized (select clock_timestamp() as at)
                        update ranking_refresh
                        set refresh_no = refresh_no + 1, told_no = ?, ended_at = now.at, answered_at = now.at, entries = ?,
                            skipped = ?, ranked = ?, changed = ?, error = null
                        from now
                        returning ranking_refresh.*
                        """, number, entries, skipped, ranked, changed)
                .one(RefreshLog::entry);
    }

    /**
     * Notes the refresh of that number, for which it gave none.
     *
     * @param error why, for people; everybody may read it
     */
    public static Entry unanswered(Connection connection, long number, String error, long ranked, long changed)
            throws SQLException {
        return Sql.of(connection, """
                        update ranking_refresh
                        set refresh_no = refresh_no + 1, told_no = ?, ended_at = clock_timestamp(), ranked = ?, changed = ?,
                            error = ?
                        returning *
                        """, number, ranked, changed, error).one(RefreshLog::entry);
    }

    private static Entry entry(Sql.Row row) throws SQLException {
        return new Entry(
                row.number("told_no"),
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
     * @param number its number among those that began, from 1; 0 when there was none
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

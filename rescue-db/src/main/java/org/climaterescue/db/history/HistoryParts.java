package org.climaterescue.db.history;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.climaterescue.db.Sql;

/**
 * Makes and drops the parts of the chain of custody. Each step is a transaction of the caller's, and gives up on a table that somebody
 * uses after a second, for whoever asks for the table meanwhile waits behind it.
 */
@Singleton
public final class HistoryParts {

    /** The number of the lock of whoever changes the parts; any that nobody else uses. */
    private static final long PARTS = 0x7061727473L;

    /** The first day of a month in UTC, of the time that is its parameter. */
    private static final String MONTH = "date_trunc('month', ?::timestamptz at time zone 'UTC')";

    /**
     * Makes the part of the first month that has none, among the one of {@code now} and the two after it.
     *
     * @return the part; empty when there is none to make, or another instance is about to
     */
    public Optional<String> addNext(Connection connection, Instant now) throws SQLException {
        if (!takesTurn(connection)) {
            return Optional.empty();
        }
        return Sql.of(connection, """
                        select add_history_part(month::date, (month + interval '1 month')::date) as part
                        from generate_series(%1$s, %1$s + interval '2 months', interval '1 month') as month
                        where not exists (select from history_part where coalesce(since, '-infinity') <= month and month < until)
                        order by month limit 1
                        """.formatted(MONTH), now, now).first(row -> row.text("part"));
    }

    /**
     * Drops the oldest part with all its events, if all of them were noted before {@code end}.
     *
     * @return the part; empty when there is none to drop, or another instance is about to
     */
    public Optional<String> dropNext(Connection connection, Instant end) throws SQLException {
        if (!takesTurn(connection)) {
            return Optional.empty();
        }
        return Sql.of(connection, """
                        select drop_history_part(partition) as part
                        from (select partition, until from history_part where dropped_at is null order by until limit 1) oldest
                        where until <= (?::timestamptz at time zone 'UTC')::date
                        """, end).first(row -> row.text("part"));
    }

    /** What was noted before this time has been dropped; empty while everything is kept. */
    public static Optional<Instant> droppedBefore(Connection connection) throws SQLException {
        return Sql.of(connection, "select before from history_dropped_before() as before where before is not null")
                .first(row -> row.time("before"));
    }

    /** Until the end of the transaction, unless another has it. */
    private static boolean takesTurn(Connection connection) throws SQLException {
        return Sql.of(connection, """
                        select set_config('lock_timeout', '1s', true), pg_try_advisory_xact_lock(?) as taken
                        """, PARTS).one(row -> row.flag("taken"));
    }
}

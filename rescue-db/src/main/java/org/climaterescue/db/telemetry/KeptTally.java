package org.climaterescue.db.telemetry;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.climaterescue.db.Sql;

/**
 * The last count of all tasks that took long, for all dispatchers together: whoever asks is told it at once, and begins a new one when
 * it is ten times as old as it took. Every method needs an open transaction.
 */
@Singleton
public final class KeptTally {

    /** What is counted faster is counted anew whenever somebody asks. */
    private static final Duration LONG = Duration.ofMillis(250);

    /** A count is rested from so many times as long as it took. */
    public static final int REST_TIMES_TAKEN = 10;

    /** Of the advisory lock on counting; no other lock of this program has this key. */
    private static final long LOCK = 0x7461_6c6c_79L;

    /** The last count; empty while counting does not take long. */
    public Optional<Kept> last(Connection connection) throws SQLException {
        return Sql.of(connection, """
                        select counted_at, content,
                               -- Also one of the future, which a server with another clock has left behind.
                               not counted_at between clock_timestamp() - make_interval(secs => ? * took_seconds)
                                   and clock_timestamp() as aged
                        from tally
                        """, (double) REST_TIMES_TAKEN)
                .first(row -> new Kept(row.time("counted_at"), row.text("content"), row.flag("aged")));
    }

    /** Whether nobody else is counting; if so, nobody does until this transaction ends. */
    public boolean begin(Connection connection) throws SQLException {
        return Sql.of(connection, "select pg_try_advisory_xact_lock(?) as taken", LOCK)
                .one(row -> row.flag("taken"));
    }

    /** Waits until nobody else is counting; nobody does until this transaction ends. */
    public void await(Connection connection) throws SQLException {
        Sql.of(connection, "select pg_advisory_xact_lock(?)", LOCK).one(row -> true);
    }

    /** Whether a count that took so long is kept. */
    public static boolean isLong(Duration took) {
        return took.compareTo(LONG) >= 0;
    }

    /** Keeps a count if it took long, and forgets the last one if not. For whoever counts, see {@link #begin}. */
    public void note(Connection connection, Instant countedAt, Duration took, String content) throws SQLException {
        if (!isLong(took)) {
            Sql.of(connection, "delete from tally").update();
            return;
        }
        Sql.of(connection, """
                        insert into tally (counted_at, took_seconds, content) values (?, ?, ?)
                        on conflict (only_one) do update
                        set counted_at = excluded.counted_at, took_seconds = excluded.took_seconds, content = excluded.content
                        """, countedAt, took.toMillis() / 1000.0, content).update();
    }

    /**
     * A count that was kept.
     *
     * @param content as it was given to {@link #note}
     * @param aged whether it is time to count anew
     */
    public record Kept(Instant countedAt, String content, boolean aged) {}
}

package org.climaterescue.db.telemetry;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.climaterescue.db.Sql;
import org.jspecify.annotations.Nullable;

/**
 * How the rescue stood at times: samples of all dispatchers together, ten seconds apart at the least. Of what is older than two hours one
 * sample in ten minutes is kept, of what is older than three days one in six hours. Every method needs an open transaction.
 */
@Singleton
public final class ProgressLog {

    private static final Duration STEP = Duration.ofSeconds(10);

    /** A sample that nobody asked for takes no more than this part of the time. */
    private static final int REST_TIMES_TAKEN = 50;

    /** Samples that one answer holds at the most, roughly. */
    private static final int POINTS = 400;

    /** Whether it is time to count anew though nobody has asked for the figures. */
    public boolean due(Connection connection) throws SQLException {
        return Sql.of(connection, """
                        select not exists (
                            select from progress
                            where at > clock_timestamp() - make_interval(secs => greatest(?, ? * took_seconds))) as due
                        """, seconds(STEP), (double) REST_TIMES_TAKEN).one(row -> row.flag("due"));
    }

    /** Keeps a sample, unless the last one is hardly older. */
    public void note(Connection connection, Sample sample, Duration took) throws SQLException {
        Sql.of(
                        connection,
                        """
                        insert into progress (at, tasks, rescued, rescued_bytes, failed, copies, copied_bytes, took_seconds)
                        select x.* from (values (?::timestamptz, ?::bigint, ?::bigint, ?::bigint, ?::bigint, ?::bigint, ?::bigint,
                                                 ?::float8)) as x (at)
                        where not exists (select from progress p where p.at > x.at - make_interval(secs => ?))
                        on conflict (at) do nothing
                        """,
                        sample.at(),
                        sample.tasks(),
                        sample.rescued(),
                        sample.rescuedBytes(),
                        sample.failed(),
                        sample.copies(),
                        sample.copiedBytes(),
                        seconds(took),
                        seconds(STEP))
                .update();
    }

    /** Drops samples that are too close for their age; the first of each stretch of time stays. */
    public int thin(Connection connection) throws SQLException {
        return Sql.of(connection, """
                        delete from progress p
                        using (select at, row_number() over (partition by date_bin(step, at, 'epoch') order by at) as nth
                               from (select at, case when at > clock_timestamp() - interval '3 days' then interval '10 minutes'
                                                     else interval '6 hours' end as step
                                     from progress where at < clock_timestamp() - interval '2 hours') aged) binned
                        where p.at = binned.at and binned.nth > 1
                        """).update();
    }

    /**
     * The samples of the time before now, oldest first, evenly thinned to some hundred; the last one is always among them.
     *
     * @param back how far back; null for all of it
     */
    public List<Sample> since(Connection connection, @Nullable Duration back) throws SQLException {
        return Sql.of(connection, """
                        with wanted as (
                            select * from progress
                            where at > coalesce(clock_timestamp() - make_interval(secs => ?::float8), '-infinity')
                        ), stretch as (
                            select make_interval(secs => greatest(1, extract(epoch from max(at) - min(at)) / ?)) as width,
                                   max(at) as last
                            from wanted
                        )
                        select distinct on (date_bin(s.width, w.at, s.last)) w.*
                        from wanted w cross join stretch s
                        order by date_bin(s.width, w.at, s.last), w.at
                        """, back == null ? null : seconds(back), POINTS)
                .list(row -> new Sample(
                        row.time("at"),
                        row.number("tasks"),
                        row.number("rescued"),
                        row.number("rescued_bytes"),
                        row.number("failed"),
                        row.number("copies"),
                        row.number("copied_bytes")));
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    /**
     * How the rescue stood at a time.
     *
     * @param tasks those that are not cancelled
     * @param rescuedBytes known sizes only
     */
    public record Sample(
            Instant at, long tasks, long rescued, long rescuedBytes, long failed, long copies, long copiedBytes) {}
}

package org.climaterescue.db.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.climaterescue.db.Sql;
import org.climaterescue.db.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProgressLogTest {

    private final ProgressLog log = new ProgressLog();
    private Connection connection;

    @BeforeEach
    void connect() throws SQLException {
        connection = DriverManager.getConnection(TestDatabase.create());
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @Test
    void samplesThatComeTooCloseAreNotKept() throws SQLException {
        Instant now = now();
        note(now.minusSeconds(20), 1, Duration.ZERO);
        note(now.minusSeconds(11), 2, Duration.ZERO);
        note(now, 3, Duration.ZERO);

        assertThat(rescued(log.since(connection, null))).containsExactly(1L, 3L);
    }

    @Test
    void whatTakesLongIsCountedSeldomWhileNobodyAsks() throws SQLException {
        assertThat(log.due(connection)).isTrue();
        note(now().minusSeconds(30), 1, Duration.ofMillis(500));
        assertThat(log.due(connection)).isTrue();
        note(now().minusSeconds(15), 1, Duration.ofSeconds(2));
        assertThat(log.due(connection)).isFalse();
    }

    @Test
    void theHistoryStaysSmallHoweverLongARescueTakes() throws SQLException {
        // A year of samples, a minute apart, would be half a million rows: the last week of them is enough to see it.
        Sql.of(connection, """
                insert into progress (at, tasks, rescued, rescued_bytes, failed, copies, copied_bytes, took_seconds)
                select now() - make_interval(mins => n), 0, 0, 0, 0, 0, 0, 0 from generate_series(1, 7 * 24 * 60) as n
                """).update();

        log.thin(connection);

        // Two hours of minutes, three days of ten minutes, four days of six hours, and a sample at each border.
        assertThat(count()).isBetween(120L + 6 * 70 + 16 - 4, 120L + 6 * 70 + 16 + 4);
        assertThat(log.thin(connection)).isZero();
    }

    @Test
    void aCurveHasSomeHundredPointsAndEndsWithTheLastSample() throws SQLException {
        Sql.of(connection, """
                insert into progress (at, tasks, rescued, rescued_bytes, failed, copies, copied_bytes, took_seconds)
                select now() - make_interval(secs => 10 * n), 5000, 5000 - n, 0, 0, 0, 0, 0 from generate_series(0, 4999) as n
                """).update();

        List<Long> all = rescued(log.since(connection, null));
        List<Long> hour = rescued(log.since(connection, Duration.ofHours(1)));

        assertThat(all).hasSizeBetween(390, 410).isSorted();
        assertThat(all.getLast()).isEqualTo(5000);
        assertThat(hour).hasSizeBetween(350, 361).isSorted();
        assertThat(hour.getLast()).isEqualTo(5000);
        assertThat(hour.getFirst()).isBetween(4639L, 4641L);
    }

    private void note(Instant at, long rescued, Duration took) throws SQLException {
        log.note(connection, new ProgressLog.Sample(at, 10, rescued, 0, 0, 0, 0), took);
    }

    private Instant now() throws SQLException {
        return Sql.of(connection, "select clock_timestamp() as now").one(row -> row.time("now"));
    }

    private long count() throws SQLException {
        return Sql.of(connection, "select count(*) as n from progress").one(row -> row.number("n"));
    }

    private static List<Long> rescued(List<ProgressLog.Sample> samples) {
        return samples.stream().map(ProgressLog.Sample::rescued).toList();
    }
}

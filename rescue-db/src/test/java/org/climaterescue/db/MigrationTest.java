package org.climaterescue.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.climaterescue.db.invariant.Finding;
import org.climaterescue.db.invariant.Invariants;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/** A migration that comes while others use its table. */
class MigrationTest {

    private static final String[] WITH_LATER_ONES = {"classpath:db/migration", "classpath:db/later"};

    @Test
    void aMigrationThatWaitsForALongReaderDoesNotKeepOthersOut() throws Exception {
        String url = TestDatabase.create();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                Connection reader = DriverManager.getConnection(url);
                Connection other = DriverManager.getConnection(url)) {
            reader.setAutoCommit(false);
            count(reader, "host");
            Future<?> migrated = threads.submit(() -> {
                Schema.migrate(DatabaseUrl.parse(url), Duration.ofMinutes(2), WITH_LATER_ONES);
                return true;
            });
            await().atMost(1, TimeUnit.MINUTES)
                    .until(() -> count(other, "pg_locks where not granted and relation = 'host'::regclass") > 0);
            Sql.of(other, "set statement_timeout = '20s'").update();

            assertThat(count(other, "host")).isZero();

            assertThat(migrated.isDone()).isFalse();
            reader.commit();
            migrated.get(1, TimeUnit.MINUTES);
            assertThat(count(other, "pg_indexes where indexname = 'host_later'"))
                    .isEqualTo(1);
        }
    }

    @Test
    void aMigrationThatNeverGetsItsTableIsGivenUpInOneLine() throws Exception {
        String url = TestDatabase.create();
        try (Connection reader = DriverManager.getConnection(url)) {
            reader.setAutoCommit(false);
            count(reader, "host");
            assertThatThrownBy(() -> Schema.migrate(DatabaseUrl.parse(url), Duration.ofMillis(1), WITH_LATER_ONES))
                    .isInstanceOf(DatabaseUnavailable.class)
                    .hasMessageContainingAll("could not be brought up to date", "lock timeout");
        }
    }

    @Test
    void aHistoryIsCutByTimeWhereItLiesAndWhoWritesItGoesOn() throws Exception {
        String url = TestDatabase.createEmpty();
        Flyway.configure().dataSource(url, null, null).target("13").load().migrate();
        try (Connection connection = DriverManager.getConnection(url);
                Connection writer = DriverManager.getConnection(url)) {
            try (InputStream script =
                    Objects.requireNonNull(MigrationTest.class.getResourceAsStream("/lived-through.sql"))) {
                Sql.of(connection, new String(script.readAllBytes(), StandardCharsets.UTF_8))
                        .update();
            }
            List<String> before = history(connection);
            long rows = before.size();
            // As an older dispatcher does it: the driver keeps a plan on the server from the fifth time on.
            try (PreparedStatement note = writer.prepareStatement("""
                            insert into event (task_id, at, kind, task_status, actor)
                            values (1, clock_timestamp(), 'retried', 'pending', 'an older dispatcher')
                            """);
                    PreparedStatement last = writer.prepareStatement("select last_value from event_event_no_seq")) {
                note(note, last);
                Schema.migrate(DatabaseUrl.parse(url), Duration.ZERO);

                assertThat(history(connection).subList(0, (int) rows)).isEqualTo(before);
                note(note, last);
                assertThat(count(connection, "event where actor = 'an older dispatcher'"))
                        .isEqualTo(20);
                assertThat(count(connection, "event")).isEqualTo(rows + 20);
                assertThat(count(connection, "(select distinct event_no from event) numbers"))
                        .isEqualTo(rows + 20);
                assertThat(last(last)).isEqualTo(rows + 20);
            }
            assertThat(Invariants.check(connection)).allMatch(Finding::holds);
        }
    }

    /** Each row with its place in the file: a row that was written anew has another. */
    private static List<String> history(Connection connection) throws SQLException {
        return Sql.of(connection, "select ctid || ' ' || xmin || ' ' || e::text as line from event e order by event_no")
                .list(row -> row.text("line"));
    }

    private static void note(PreparedStatement note, PreparedStatement last) throws SQLException {
        for (int times = 1; times <= 10; times++) {
            note.executeUpdate();
            last(last);
        }
    }

    private static long last(PreparedStatement last) throws SQLException {
        try (ResultSet row = last.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    private static long count(Connection connection, String from) throws SQLException {
        return Sql.of(connection, "select count(*) as found from " + from).one(row -> row.number("found"));
    }
}

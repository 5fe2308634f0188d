package org.climaterescue.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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

    private static long count(Connection connection, String from) throws SQLException {
        return Sql.of(connection, "select count(*) as found from " + from).one(row -> row.number("found"));
    }
}

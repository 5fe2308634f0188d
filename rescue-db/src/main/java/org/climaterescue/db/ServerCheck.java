package org.climaterescue.db;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for a server that is away, and refuses one that cannot be used. */
final class ServerCheck {

    private static final Logger LOG = LoggerFactory.getLogger(ServerCheck.class);

    private static final int OLDEST_MAJOR_VERSION = 15;
    private static final Duration TRY_AGAIN = Duration.ofMillis(250);
    private static final Duration SAY_AGAIN = Duration.ofSeconds(10);

    private ServerCheck() {}

    /**
     * Returns when the server takes connections and changes, at the latest after {@code patience}.
     *
     * @throws DatabaseUnavailable when it does not, or at once when waiting cannot help: wrong password, no such database,
     *     too old
     */
    static void await(DatabaseUrl url, Properties properties, Duration patience) throws InterruptedException {
        long begin = System.nanoTime();
        long said = begin - SAY_AGAIN.toNanos();
        while (true) {
            SQLException failure = tried(url, properties);
            if (failure == null) {
                return;
            }
            if (!mayPass(failure)) {
                throw new DatabaseUnavailable(
                        "The database %s refuses this program: %s".formatted(url, why(failure)), failure);
            }
            long now = System.nanoTime();
            if (now - begin >= patience.toNanos()) {
                throw new DatabaseUnavailable(
                        "The database %s did not answer within %d s: %s"
                                .formatted(url, patience.toSeconds(), why(failure)),
                        failure);
            }
            if (now - said >= SAY_AGAIN.toNanos()) {
                LOG.warn("Waiting for the database {}: {}", url, why(failure));
                said = now;
            }
            Thread.sleep(TRY_AGAIN);
        }
    }

    private static @Nullable SQLException tried(DatabaseUrl url, Properties properties) {
        try (Connection connection = DriverManager.getConnection(url.jdbcUrl(), properties)) {
            int version = connection.getMetaData().getDatabaseMajorVersion();
            if (version < OLDEST_MAJOR_VERSION) {
                throw new DatabaseUnavailable("The database %s is PostgreSQL %d; this program needs %d or newer."
                        .formatted(url, version, OLDEST_MAJOR_VERSION));
            }
            if (isStandby(connection)) {
                return new SQLException("it is a standby and takes no changes", "57P03");
            }
            return null;
        } catch (SQLException e) {
            return e;
        }
    }

    private static boolean isStandby(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_is_in_recovery()")) {
            return row.next() && row.getBoolean(1);
        }
    }

    /** Not reached, starting, stopping or crowded; anything else (28…, 3D000) stays as it is until a person acts. */
    private static boolean mayPass(SQLException failure) {
        String state = failure.getSQLState() == null ? "" : failure.getSQLState();
        return state.startsWith("08") || state.startsWith("57P") || state.startsWith("53");
    }

    private static String why(SQLException failure) {
        String message = String.valueOf(failure.getMessage());
        Throwable cause = failure.getCause();
        // The driver keeps "unknown host" and the like to the cause.
        return DatabaseUnavailable.oneLine(cause == null ? message : message + " (" + cause.getMessage() + ")");
    }
}

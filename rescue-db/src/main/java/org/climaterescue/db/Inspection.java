package org.climaterescue.db;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * One connection that reads the state of record and changes nothing, beside whoever works on it. The embedded PostgreSQL is
 * used as it runs; when none runs it is started, and stopped at the end.
 */
public final class Inspection implements AutoCloseable {

    private static final String PURPOSE = "climate-rescue inspection";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final @Nullable EmbeddedDatabase embedded;
    private final DatabaseUrl url;
    private final Connection connection;

    private Inspection(@Nullable EmbeddedDatabase embedded, DatabaseUrl url) throws SQLException, InterruptedException {
        this.embedded = embedded;
        this.url = url;
        Properties properties = url.credentials();
        properties.setProperty("ApplicationName", PURPOSE);
        ServerCheck.await(url, properties, PATIENCE);
        Schema.refuseOther(url);
        this.connection = DriverManager.getConnection(url.jdbcUrl(), properties);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set time zone 'UTC'; set default_transaction_read_only = on");
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * Connects to the database that {@code databaseUrl} names, or to the embedded one.
     *
     * @param databaseUrl as {@link DatabaseUrl#parse} takes it; null: the embedded PostgreSQL under {@code dataDir}
     * @param dataDir must hold a database when there is no URL
     * @throws IllegalArgumentException when the URL makes no sense
     * @throws DatabaseUnavailable with one line for the person who asked: no database, no answer, or a schema that is older or
     *     newer than this program
     */
    public static Inspection open(@Nullable String databaseUrl, Path dataDir)
            throws SQLException, InterruptedException {
        if (databaseUrl != null) {
            return new Inspection(null, DatabaseUrl.parse(databaseUrl));
        }
        try {
            if (!Cluster.isIn(dataDir)) {
                throw new DatabaseUnavailable(
                        "There is no database in %s: set RESCUE_DATA_DIR to the directory of a dispatcher, or DATABASE_URL."
                                .formatted(dataDir.toAbsolutePath().normalize()));
            }
            Optional<DatabaseUrl> running = Cluster.running(dataDir.toRealPath());
            if (running.isPresent()) {
                return new Inspection(null, running.get());
            }
        } catch (IOException e) {
            throw DatabaseUnavailable.of(dataDir, e);
        }
        EmbeddedDatabase started = EmbeddedDatabase.start(dataDir);
        try {
            return new Inspection(started, started.url());
        } catch (SQLException | RuntimeException | InterruptedException e) {
            started.close();
            throw e;
        }
    }

    /** The connection, in UTC. Its transactions are read-only. */
    public Connection connection() {
        return connection;
    }

    /** Where the database is, for people: never holds the password. */
    @Override
    public String toString() {
        return url.toString();
    }

    /** Ends the connection, and the embedded server if it was started for it. */
    @Override
    public void close() throws SQLException {
        try {
            connection.close();
        } finally {
            if (embedded != null) {
                embedded.close();
            }
        }
    }
}

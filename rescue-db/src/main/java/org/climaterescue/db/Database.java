package org.climaterescue.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The state of record, ready for use: a server that answers, the schema of this program, and a pool of connections.
 *
 * <p>It is either a server that others run, or an embedded one that lives as long as this object.
 */
public final class Database implements AutoCloseable {

    /** How long a database that is away at the start is waited for. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String NAME = "climate-rescue";

    /** On two cores more statements at once only wait for each other. */
    private static final int CONNECTIONS = 16;

    /** A caller without a connection is told after this time that the database is away, instead of hanging. */
    private static final Duration CONNECTION_WAIT = Duration.ofSeconds(3);

    /** No statement on the way of a task takes as long, unless it waits for a lock or the server is in trouble. */
    static final Duration STATEMENT = Duration.ofSeconds(10);

    /** For what reads or writes a lot: {@link Transactions#atLength}. */
    static final Duration LONG_STATEMENT = Duration.ofSeconds(55);

    /** So much later than the server gives up on a statement, a server that is silent is taken for dead. */
    static final Duration GRACE = Duration.ofSeconds(3);

    /** A transaction that was forgotten, by a dispatcher that hangs, keeps dead rows alive and others waiting for its locks. */
    private static final String SESSION =
            "set time zone 'UTC'; set statement_timeout = '%d s'; set idle_in_transaction_session_timeout = '15s'"
                    .formatted(STATEMENT.toSeconds());

    private final @Nullable EmbeddedDatabase embedded;
    private final DatabaseUrl url;
    private final HikariDataSource pool;

    private Database(@Nullable EmbeddedDatabase embedded, DatabaseUrl url, HikariDataSource pool) {
        this.embedded = embedded;
        this.url = url;
        this.pool = pool;
    }

    /**
     * Opens the database that {@code databaseUrl} names, or starts an embedded one, and brings its schema up to date.
     *
     * @param databaseUrl as {@link DatabaseUrl#parse} takes it; null: an embedded PostgreSQL under {@code dataDir}
     * @param dataDir need not exist; not touched when there is a URL
     * @param patience how long a server that is away is waited for
     * @throws IllegalArgumentException when the URL makes no sense
     * @throws DatabaseUnavailable with one line for the person who started the program
     * @throws InterruptedException when interrupted while waiting for the server
     */
    public static Database open(@Nullable String databaseUrl, Path dataDir, Duration patience)
            throws InterruptedException {
        if (databaseUrl != null) {
            return open(null, DatabaseUrl.parse(databaseUrl), patience);
        }
        EmbeddedDatabase embedded = EmbeddedDatabase.start(dataDir);
        try {
            return open(embedded, embedded.url(), patience);
        } catch (RuntimeException | InterruptedException e) {
            embedded.close();
            throw e;
        }
    }

    private static Database open(@Nullable EmbeddedDatabase embedded, DatabaseUrl url, Duration patience)
            throws InterruptedException {
        ServerCheck.await(url, properties(url, "start"), patience);
        Schema.migrate(url, patience);
        return new Database(embedded, url, pool(url));
    }

    /** The pool. Connections are in UTC and give up on a statement after 10 s. */
    public HikariDataSource pool() {
        return pool;
    }

    /**
     * A new connection outside the pool, without its time limits: for a loop that keeps its own, for listening, for long
     * reports. The caller closes it.
     *
     * @param purpose shown in {@code pg_stat_activity}, such as {@code claim}
     */
    public Connection connect(String purpose) throws SQLException {
        Connection connection = DriverManager.getConnection(url.jdbcUrl(), properties(url, purpose));
        try (Statement statement = connection.createStatement()) {
            statement.execute("set time zone 'UTC'");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Where the database is, for people: never holds the password. */
    @Override
    public String toString() {
        return url.toString();
    }

    /** Closes the pool first, then stops the embedded server if there is one. */
    @Override
    public void close() {
        pool.close();
        if (embedded != null) {
            embedded.close();
        }
    }

    private static HikariDataSource pool(DatabaseUrl url) {
        var config = new HikariConfig();
        config.setPoolName("database");
        config.setJdbcUrl(url.jdbcUrl());
        config.setDataSourceProperties(properties(url, "pool"));
        config.addDataSourceProperty(
                "socketTimeout", Long.toString(STATEMENT.plus(GRACE).toSeconds()));
        // Rows of one batch travel in one statement.
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        config.setConnectionInitSql(SESSION);
        config.setExceptionOverrideClassName(StandbyEviction.class.getName());
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(4);
        config.setConnectionTimeout(CONNECTION_WAIT.toMillis());
        config.setValidationTimeout(Duration.ofSeconds(1).toMillis());
        // Idle connections are tried before a firewall forgets them or a restart of the server is met by a caller.
        config.setKeepaliveTime(Duration.ofSeconds(30).toMillis());
        // The server has just answered; should it go away now, callers are told so and the pool recovers.
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }

    private static Properties properties(DatabaseUrl url, String purpose) {
        Properties properties = url.credentials();
        properties.setProperty("ApplicationName", NAME + " " + purpose);
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("connectTimeout", Long.toString(CONNECTION_WAIT.toSeconds()));
        properties.setProperty("loginTimeout", "10");
        return properties;
    }
}

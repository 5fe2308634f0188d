package org.climaterescue.db;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * Real PostgreSQL for tests: one server for all tests of a Java process, in a container where Docker answers and embedded
 * elsewhere, and a fresh database for whoever asks. The server goes when the process ends, and all databases with it.
 */
public final class TestDatabase {

    private static final Logger LOG = LoggerFactory.getLogger(TestDatabase.class);

    private static final String TEMPLATE = "migrated_template";
    private static final AtomicInteger CREATED = new AtomicInteger();

    private TestDatabase() {}

    /**
     * A fresh database with the schema of this program and nothing in it; made in some 50 ms.
     *
     * @return a JDBC URL with user and password in it, for {@code DriverManager}, {@link DatabaseUrl#parse} and
     *     {@code DATABASE_URL}
     */
    public static String create() {
        return created(TEMPLATE);
    }

    /** As {@link #create()}, without the schema. */
    public static String createEmpty() {
        return created("template0");
    }

    /**
     * Lets time pass without waiting: every time that the database holds becomes older by {@code duration}, in one
     * transaction and without firing triggers.
     */
    public static void advance(DataSource database, Duration duration) {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("set local session_replication_role = replica");
                for (Map.Entry<String, String> table : timesByTable(statement).entrySet()) {
                    statement.execute("update %s set %s"
                            .formatted(
                                    table.getKey(),
                                    table.getValue().replace("{passed}", "interval '" + duration + "'")));
                }
                connection.commit();
            } catch (SQLException e) {
                connection.rollback();
                throw e;
            }
        } catch (SQLException e) {
            throw new AssertionError("the times of the database could not be moved", e);
        }
    }

    /** Each table with its assignments, in the order that keeps concurrent callers from a deadlock. */
    private static Map<String, String> timesByTable(Statement statement) throws SQLException {
        var times = new LinkedHashMap<String, String>();
        try (var rows = statement.executeQuery("""
                select quote_ident(c.table_name), string_agg(format('%1$I = %1$I - {passed}', c.column_name), ', ')
                from information_schema.columns c
                join information_schema.tables t using (table_schema, table_name)
                join pg_class r on r.oid = quote_ident(c.table_name)::regclass
                where table_schema = 'public' and t.table_type = 'BASE TABLE' and not r.relispartition
                  and c.data_type = 'timestamp with time zone' and c.is_generated = 'NEVER'
                group by c.table_name
                order by c.table_name
                """)) {
            while (rows.next()) {
                times.put(rows.getString(1), rows.getString(2));
            }
        }
        return times;
    }

    private static String created(String template) {
        String name = "test_%d_%d".formatted(ProcessHandle.current().pid(), CREATED.incrementAndGet());
        Server.execute("create database %s template %s".formatted(name, template));
        return Server.jdbcUrl(name);
    }

    /** Started by its first use. */
    private static final class Server {

        private static final DatabaseUrl URL = start();

        static {
            execute("create database " + TEMPLATE);
            try {
                Schema.migrate(DatabaseUrl.parse(jdbcUrl(TEMPLATE)), Duration.ZERO);
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted while the template was made", e);
            }
        }

        static String jdbcUrl(String database) {
            return "%s/%s?user=%s&password=%s"
                    .formatted(URL.jdbcUrl().replaceFirst("/[^/]*$", ""), database, URL.user(), URL.password());
        }

        static void execute(String sql) {
            try (Connection connection = DriverManager.getConnection(URL.jdbcUrl(), URL.credentials());
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                throw new AssertionError("failed: " + sql, e);
            }
        }

        private static DatabaseUrl start() {
            if (dockerAnswers()) {
                try {
                    return container();
                } catch (RuntimeException e) {
                    LOG.warn("Docker answers but runs no PostgreSQL ({}): taking the embedded one", e.toString());
                }
            }
            return embedded();
        }

        private static boolean dockerAnswers() {
            // Asked first: where there is no Docker at all, the library looks for it for a while.
            boolean maybe = System.getenv("DOCKER_HOST") != null
                    || Files.exists(Path.of("/var/run/docker.sock"))
                    || Files.exists(Path.of(System.getProperty("user.home"), ".docker/run/docker.sock"));
            return maybe && DockerClientFactory.instance().isDockerAvailable();
        }

        /** Removed by the library when this process has ended. */
        @SuppressWarnings("resource")
        private static DatabaseUrl container() {
            var container = new PostgreSQLContainer("postgres:18-alpine")
                    .withEnv("POSTGRES_INITDB_ARGS", "--locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C")
                    .withCommand("postgres", "-c", "fsync=off", "-c", "max_connections=200");
            container.start();
            return DatabaseUrl.parse("postgresql://%s:%s@%s:%d/%s"
                    .formatted(
                            container.getUsername(),
                            container.getPassword(),
                            container.getHost(),
                            container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT),
                            container.getDatabaseName()));
        }

        private static DatabaseUrl embedded() {
            try {
                Path directory = Files.createTempDirectory("test-database");
                var database = EmbeddedDatabase.start(directory, PostgresBinaries.userCache(), false);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    database.close();
                    try {
                        PostgresBinaries.delete(directory);
                    } catch (IOException e) {
                        LOG.warn("{} stays behind: {}", directory, e.toString());
                    }
                }));
                return database.url();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

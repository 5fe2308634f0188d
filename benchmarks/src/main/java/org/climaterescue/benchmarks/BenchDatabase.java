package org.climaterescue.benchmarks;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.climaterescue.db.DatabaseUrl;
import org.climaterescue.db.EmbeddedDatabase;
import org.climaterescue.db.Sql;
import org.jspecify.annotations.Nullable;

/** An embedded PostgreSQL with durable commits, in a directory that is deleted at the end, and a connection to it. */
final class BenchDatabase implements AutoCloseable {

    private final Path directory;
    private final EmbeddedDatabase database;
    private final Connection connection;

    private BenchDatabase(Path directory, EmbeddedDatabase database, Connection connection) {
        this.directory = directory;
        this.database = database;
        this.connection = connection;
    }

    /** Starts it, and makes sure that what it commits is on the disk: figures of anything less would compare with nothing. */
    static BenchDatabase start() throws IOException, SQLException {
        Path directory = Files.createTempDirectory("rescue-bench-");
        EmbeddedDatabase embedded = EmbeddedDatabase.start(directory.resolve("database"));
        var database = new BenchDatabase(directory, embedded, connect(embedded.url()));
        for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
            String value = Sql.of(database.connection, "select current_setting(?)", setting)
                    .one(row -> row.text("current_setting"));
            if (!value.equals("on")) {
                database.close();
                throw new SQLException(setting + " is " + value + ", so these commits are not durable");
            }
        }
        return database;
    }

    /** Where its files and those of a dispatcher go. */
    Path directory() {
        return directory;
    }

    /** The process id of the server. */
    long pid() {
        return database.pid();
    }

    /** {@code postgresql://…} with user and password, as programs take it. */
    String url() {
        DatabaseUrl url = database.url();
        return url.jdbcUrl()
                .replaceFirst(
                        "^jdbc:postgresql://", "postgresql://%s:%s@".formatted(url.user(), encoded(url.password())));
    }

    /** Makes an empty database on the same server, and tells its URL. */
    String another(String name) throws SQLException {
        sql("create database \"" + name + "\"");
        return url().replaceFirst("/[^/]*$", "/" + encoded(name));
    }

    /** Deletes what {@link #another} made. */
    void drop(String name) throws SQLException {
        sql("drop database \"" + name + "\" with (force)");
    }

    /** Opens a further connection. */
    Connection connect() throws SQLException {
        return connect(database.url());
    }

    /** Runs a statement. */
    void sql(String statement, @Nullable Object... parameters) throws SQLException {
        Sql.of(connection, statement, parameters).update();
    }

    /** Asks for a number, which the query calls {@code n}. */
    long number(String query) throws SQLException {
        return Sql.of(connection, query).one(row -> row.number("n"));
    }

    /** Vacuumed and analyzed, and nothing left to be written out: the same start for everybody. */
    void settle() throws SQLException {
        sql("vacuum (analyze)");
        sql("checkpoint");
    }

    @Override
    public void close() throws IOException, SQLException {
        connection.close();
        database.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static Connection connect(DatabaseUrl url) throws SQLException {
        return DriverManager.getConnection(url.jdbcUrl(), url.user(), url.password());
    }

    private static String encoded(@Nullable String text) {
        return URLEncoder.encode(Objects.requireNonNullElse(text, ""), StandardCharsets.UTF_8);
    }
}

package org.climaterescue.dispatcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.climaterescue.db.Sql;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;

/** A whole dispatcher with a database of its own, and a client for it. */
public final class TestService implements AutoCloseable {

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Dispatcher dispatcher;
    private final HikariDataSource database;

    private TestService(Dispatcher dispatcher, HikariDataSource database) {
        this.dispatcher = dispatcher;
        this.database = database;
    }

    /** Starts on a fresh database. */
    public static TestService start(Path dataDir) {
        return start(dataDir, TestDatabase.create());
    }

    /** Starts on a database that exists. */
    public static TestService start(Path dataDir, String databaseUrl) {
        return start(dataDir, databaseUrl, Map.of());
    }

    /** Starts with further settings. */
    public static TestService start(Path dataDir, String databaseUrl, Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("DATABASE_URL", databaseUrl);
        environment.put("RESCUE_DATA_DIR", dataDir.toString());
        environment.put("DISPATCHER_PORT", "0");
        environment.put("LOG_LEVEL", "WARN");
        var pool = new HikariDataSource();
        pool.setJdbcUrl(databaseUrl);
        pool.setMaximumPoolSize(2);
        return new TestService(Dispatcher.start(environment), pool);
    }

    /** A direct way into the database, beside the service. */
    public HikariDataSource database() {
        return database;
    }

    /** One number that a query gives. */
    public long number(String sql, @Nullable Object... parameters) {
        try (Connection connection = database.getConnection()) {
            return Sql.of(connection, "select (" + sql + ")::bigint as n", parameters)
                    .one(row -> row.number("n"));
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    /** Runs a statement. */
    public void execute(String sql, @Nullable Object... parameters) {
        try (Connection connection = database.getConnection()) {
            Sql.of(connection, sql, parameters).update();
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    public URI uri(String path) {
        return dispatcher.uri().resolve(path);
    }

    public Answer get(String path) {
        return send(HttpRequest.newBuilder(uri(path)).GET());
    }

    public Answer post(String path, String json) {
        return send(HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json)));
    }

    public Answer post(String path, byte[] body) {
        return send(HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/octet-stream")
                .POST(BodyPublishers.ofByteArray(body)));
    }

    public Answer delete(String path) {
        return send(HttpRequest.newBuilder(uri(path)).DELETE());
    }

    /** Any other request. */
    public Answer send(HttpRequest.Builder request) {
        try {
            return new Answer(client.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        dispatcher.close();
        database.close();
    }

    /** What the service answered. */
    public record Answer(HttpResponse<String> http) {

        public int status() {
            return http.statusCode();
        }

        public String text() {
            return http.body();
        }

        public JsonNode json() {
            return parse(http.body());
        }

        /** The lines of an NDJSON answer. */
        public List<JsonNode> lines() {
            return http.body().lines().map(Answer::parse).toList();
        }

        private static JsonNode parse(String text) {
            try {
                return Json.mapper().readTree(text);
            } catch (IOException e) {
                throw new UncheckedIOException(text, e);
            }
        }
    }
}

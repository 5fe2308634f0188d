package org.climaterescue.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.climaterescue.db.DatabaseUrl;
import org.climaterescue.db.EmbeddedDatabase;
import org.climaterescue.db.Sql;
import org.climaterescue.dispatcher.Dispatcher;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;

/** A dispatcher on an embedded PostgreSQL in a directory that is deleted at the end, and a client for it. */
final class Bench implements AutoCloseable {

    private final Path directory;
    private final EmbeddedDatabase database;
    private final Dispatcher dispatcher;
    private final Connection connection;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Bench(Path directory, EmbeddedDatabase database, Dispatcher dispatcher, Connection connection) {
        this.directory = directory;
        this.database = database;
        this.dispatcher = dispatcher;
        this.connection = connection;
    }

    /** Starts with these settings. */
    static Bench start(Map<String, String> settings) throws IOException, SQLException {
        Path directory = Files.createTempDirectory("rescue-bench-");
        EmbeddedDatabase database = EmbeddedDatabase.start(directory.resolve("database"));
        DatabaseUrl url = database.url();
        Map<String, String> environment = new HashMap<>(settings);
        environment.put(
                "DATABASE_URL",
                url.jdbcUrl()
                        .replaceFirst(
                                "^jdbc:postgresql://",
                                "postgresql://%s:%s@".formatted(url.user(), encoded(url.password()))));
        environment.put("RESCUE_DATA_DIR", directory.toString());
        environment.put("DISPATCHER_PORT", "0");
        environment.put("LOG_LEVEL", "ERROR");
        return new Bench(
                directory,
                database,
                Dispatcher.start(environment),
                DriverManager.getConnection(url.jdbcUrl(), url.user(), url.password()));
    }

    private static String encoded(@Nullable String password) {
        return URLEncoder.encode(Objects.requireNonNullElse(password, ""), StandardCharsets.UTF_8);
    }

    /** Runs a statement directly, beside the service. */
    void sql(String statement, @Nullable Object... parameters) throws SQLException {
        Sql.of(connection, statement, parameters).update();
    }

    /** Posts JSON, in which single quotes stand for double ones. */
    JsonNode post(String path, String json) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json.replace('\'', '"'))));
    }

    /** Posts a file, which is closed. */
    JsonNode upload(String path, InputStream file) throws IOException, InterruptedException {
        try (file) {
            return send(request(path)
                    .header("Content-Type", "application/octet-stream")
                    .POST(HttpRequest.BodyPublishers.ofInputStream(() -> file)));
        }
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(dispatcher.uri().resolve(path));
    }

    private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() >= 300) {
            throw new IOException(
                    response.request().uri() + " answered " + response.statusCode() + ": " + response.body());
        }
        return Json.mapper().readTree(response.body());
    }

    @Override
    public void close() throws IOException, SQLException {
        client.close();
        dispatcher.close();
        connection.close();
        database.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

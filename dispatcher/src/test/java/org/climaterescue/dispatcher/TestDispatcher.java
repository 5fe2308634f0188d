package org.climaterescue.dispatcher;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.climaterescue.db.Database;
import org.climaterescue.db.Sql;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.db.invariant.Finding;
import org.climaterescue.db.invariant.Invariants;
import org.climaterescue.dispatcher.assignment.Sweep;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;

/** A real dispatcher on a real database of its own, called over a real socket. Its sweep runs when a test says so, or by itself. */
public final class TestDispatcher implements AutoCloseable {

    private final Dispatcher dispatcher;
    private final HttpClient client = HttpClient.newHttpClient();

    private TestDispatcher(Dispatcher dispatcher) {
        this.dispatcher = dispatcher;
    }

    /** Starts one on a fresh database. */
    public static TestDispatcher start(Map<String, String> settings) {
        return on(TestDatabase.create(), settings);
    }

    /** Starts one on this database. */
    public static TestDispatcher on(String database, Map<String, String> settings) {
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("DATABASE_URL", database);
        environment.put("DISPATCHER_PORT", "0");
        environment.putIfAbsent("LOG_LEVEL", "WARN");
        return new TestDispatcher(Dispatcher.start(environment));
    }

    /** Lets time pass, and the dispatcher notice it. */
    public void advance(Duration time) {
        DataSource pool = dispatcher.context().getBean(Database.class).pool();
        TestDatabase.advance(pool, time);
        dispatcher.context().getBean(Sweep.class).runOnce();
    }

    /** The invariants that the state of record breaks; none, if all is well. */
    public List<Finding> brokenLaws() {
        try (Connection connection =
                dispatcher.context().getBean(Database.class).connect("invariants")) {
            return Invariants.check(connection).stream()
                    .filter(finding -> !finding.holds())
                    .toList();
        } catch (SQLException e) {
            throw new AssertionError("the invariants could not be checked", e);
        }
    }

    /** Returns when somebody waits for a lock that another transaction holds. */
    public void awaitALockIsWaitedFor() {
        try (Connection connection =
                dispatcher.context().getBean(Database.class).connect("lock watch")) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !Sql.of(connection, """
                                    select pid from pg_stat_activity
                                    where datname = current_database() and wait_event_type = 'Lock'
                                    """).list(row -> true).isEmpty());
        } catch (SQLException e) {
            throw new AssertionError("the locks could not be looked at", e);
        }
    }

    /** Does something while the database lets nobody in. */
    public void withoutDatabase(Runnable meanwhile) {
        try (Connection own = dispatcher.context().getBean(Database.class).connect("test");
                Connection another = DriverManager.getConnection(TestDatabase.createEmpty())) {
            String name = Sql.of(own, "select current_database() as name").one(row -> row.text("name"));
            Sql.of(another, "alter database \"%s\" with allow_connections false".formatted(name))
                    .update();
            try {
                Sql.of(another, "select pg_terminate_backend(pid) from pg_stat_activity where datname = ?", name)
                        .list(row -> true);
                meanwhile.run();
            } finally {
                Sql.of(another, "alter database \"%s\" with allow_connections true".formatted(name))
                        .update();
            }
        } catch (SQLException e) {
            throw new AssertionError("the database could not be shut", e);
        }
    }

    public <T> T bean(Class<T> type) {
        return dispatcher.context().getBean(type);
    }

    public URI uri() {
        return dispatcher.uri();
    }

    public Answer get(String path) {
        return send("GET", path, null).join();
    }

    public Answer delete(String path) {
        return send("DELETE", path, null).join();
    }

    /** Like {@link #post}. */
    public Answer patch(String path, String json) {
        return send("PATCH", path, json).join();
    }

    /** Sends JSON; single quotes stand for double ones. */
    public Answer post(String path, String json) {
        return send("POST", path, json).join();
    }

    public CompletableFuture<Answer> posting(String path, String json) {
        return send("POST", path, json);
    }

    private CompletableFuture<Answer> send(String method, String path, @Nullable String json) {
        var body = json == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(json.replace('\'', '"'));
        var request = HttpRequest.newBuilder(dispatcher.uri().resolve(path))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(90))
                .method(method, body)
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString()).thenApply(Answer::of);
    }

    @Override
    public void close() {
        client.close();
        dispatcher.close();
    }

    /** A status and a JSON body. */
    public record Answer(int status, JsonNode body) {

        private static Answer of(HttpResponse<String> response) {
            try {
                return new Answer(response.statusCode(), Json.mapper().readTree(response.body()));
            } catch (IOException e) {
                throw new AssertionError("not JSON: " + response.body(), e);
            }
        }

        /** The text of a member, such as {@code /assignment/assigned_tasks/0/task_id}; empty when it is not there. */
        public String at(String pointer) {
            return body.at(pointer).asText();
        }
    }
}

package org.climaterescue.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.climaterescue.db.Sql;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.Dispatcher;
import org.climaterescue.mock.Content;
import org.climaterescue.mock.Fault;
import org.climaterescue.mock.MockOrigin;
import org.climaterescue.protocol.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long it takes from the {@code kill -9} of an agent to its task being on another node that waits. At the default settings that
 * takes two minutes, so it runs only when asked for:
 *
 * <pre>{@code
 * mvn -pl cli -am -Dquick -Dmaven.test.skip=false test -Dtest=HandoverTest -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dhandover=defaults
 * }</pre>
 */
class HandoverTest {

    /** A sweep and a round, on a busy machine. */
    private static final Duration REACTION = Duration.ofSeconds(4);

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    @Test
    void theTaskOfAKilledAgentIsOnAnotherNodeOnceItsLeaseHasRunOut() throws Exception {
        Map<String, String> settings = Map.of(
                "RESCUE_HEARTBEAT", "500ms",
                "RESCUE_SUSPECT_AFTER", "1500ms",
                "RESCUE_LOST_AFTER", "3s");
        measure("fast settings (0.5 s, 1.5 s, 3 s)", settings, Duration.ofSeconds(3));
    }

    @Test
    @EnabledIfSystemProperty(
            named = "handover",
            matches = "defaults",
            disabledReason = "it takes minutes; run it with -Dhandover=defaults")
    void soItIsAtTheDefaultSettings() throws Exception {
        measure("default settings (15 s, 60 s, 120 s)", Map.of(), Duration.ofMinutes(2));
    }

    private void measure(String what, Map<String, String> settings, Duration lease) throws Exception {
        String database = TestDatabase.create();
        Map<String, String> environment = new HashMap<>(settings);
        environment.putAll(Map.of("DATABASE_URL", database, "DISPATCHER_PORT", "0", "LOG_LEVEL", "WARN"));
        try (MockOrigin origin = MockOrigin.start();
                Dispatcher dispatcher = Dispatcher.start(environment)) {
            origin.serve("/slow.nc", Content.seeded(7, 50_000_000)).failing(Fault.throttle(20_000));
            String task = post(
                            dispatcher.uri().resolve("/tasks"),
                            "{\"copies\":1,\"dataset_url\":\"" + origin.url("/slow.nc") + "\"}")
                    .at("/task_id")
                    .asText();
            Process agent = agent(dispatcher.uri());
            try {
                // It has said in a heartbeat how far it is.
                await().atMost(90, TimeUnit.SECONDS)
                        .until(() -> get(dispatcher.uri().resolve("/tasks/" + task))
                                        .at("/assignments/0/bytes_done")
                                        .asLong()
                                > 0);
                CompletableFuture<String> other = waiting(dispatcher.uri());
                agent.destroyForcibly().waitFor();
                long killed = System.nanoTime();
                Lease last = leaseOf(database);
                assertThat(last.remaining()).as("what is left of the lease").isPositive();
                assertThat(other.get(lease.plusSeconds(60).toSeconds(), TimeUnit.SECONDS))
                        .isEqualTo(task);
                Duration took = Duration.ofNanos(System.nanoTime() - killed);
                System.out.printf("from kill -9 to another node, %s: %d ms%n", what, took.toMillis());

                // By the database's clock alone: not before the lease has run out, and soon afterwards.
                assertThat(leaseOf(database).since()).isAfterOrEqualTo(last.until());
                assertThat(took).isLessThan(lease.plus(REACTION));
            } finally {
                agent.destroyForcibly();
            }
        }
    }

    /** The only lease that there is. */
    private static Lease leaseOf(String database) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database)) {
            return Sql.of(connection, """
                            select assigned_at, lease_until,
                                   extract(epoch from lease_until - clock_timestamp())::float8 as remaining
                            from assignment
                            """)
                    .one(row -> new Lease(row.time("assigned_at"), row.time("lease_until"), row.real("remaining")));
        }
    }

    /** A lease by the database's clock; {@code remaining}: in seconds, when it was read. */
    private record Lease(Instant since, Instant until, double remaining) {}

    /** The task that another node is given, asking until it is given one. */
    private CompletableFuture<String> waiting(URI dispatcher) {
        return CompletableFuture.supplyAsync(() -> {
            while (true) {
                JsonNode given = post(
                        dispatcher.resolve("/dispatch"),
                        "{\"node_id\":\"other\",\"capacity_gb\":100,\"wait_seconds\":60}");
                String task = given.at("/assignment/assigned_tasks/0/task_id").asText();
                if (!task.isEmpty()) {
                    return task;
                }
            }
        });
    }

    private Process agent(URI dispatcher) throws IOException {
        Path log = Files.createFile(directory.resolve("agent.log"));
        return Instance.java(
                Map.of(),
                log,
                "org.climaterescue.cli.Rescue",
                "agent",
                "--dispatcher",
                dispatcher.toString(),
                "--dir",
                directory.resolve("store").toString(),
                "--capacity",
                "1GB",
                "--allow-private");
    }

    private JsonNode post(URI uri, String json) {
        return send(HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json))
                .build());
    }

    private JsonNode get(URI uri) {
        return send(HttpRequest.newBuilder(uri).build());
    }

    private JsonNode send(HttpRequest request) {
        try {
            return Json.mapper()
                    .readTree(client.send(request, BodyHandlers.ofString()).body());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}

package org.climaterescue.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.climaterescue.agent.AgentConfig;
import org.climaterescue.agent.AgentException;
import org.climaterescue.agent.AgentListener;
import org.climaterescue.agent.NodeAgent;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.Dispatcher;
import org.climaterescue.mock.Content;
import org.climaterescue.mock.Fault;
import org.climaterescue.mock.MockOrigin;
import org.climaterescue.protocol.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of which no catalog gives the size, at origins that tell it and at origins that do not, on real nodes. */
class SizesTest {

    private static final int SMALL = 300_000;
    private static final int LARGE = 3_000_000;

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path disks;

    @Test
    void aSmallNodeTakesWhatFitsAndLeavesTheRestToALargeOneWithoutAnAttempt() throws Exception {
        Map<String, String> environment = new HashMap<>();
        environment.put("DATABASE_URL", TestDatabase.create());
        environment.put("DISPATCHER_PORT", "0");
        environment.put("RESCUE_COPIES", "1");
        // More than the small node offers, less than the large files have.
        environment.put("RESCUE_UNKNOWN_SIZE_MB", "2");
        environment.put("RESCUE_RETRY_BASE", "10m");
        environment.put("LOG_LEVEL", "WARN");
        try (Dispatcher dispatcher = Dispatcher.start(environment);
                MockOrigin origin = MockOrigin.start()) {
            URI uri = dispatcher.uri();
            origin.serve("/large-told", Content.seeded(1, LARGE));
            origin.serve("/large-untold", Content.seeded(2, LARGE)).failing(Fault.unsized());
            origin.serve("/small-told", Content.seeded(3, SMALL));
            origin.serve("/small-untold", Content.seeded(4, SMALL)).failing(Fault.unsized());
            String largeTold = submit(uri, origin.url("/large-told"));
            String largeUntold = submit(uri, origin.url("/large-untold"));
            String smallTold = submit(uri, origin.url("/small-told"));
            String smallUntold = submit(uri, origin.url("/small-untold"));

            try (NodeAgent small = agent("small", uri, 1_000_000)) {
                until(uri, smallTold, "/status", "rescued");
                until(uri, smallUntold, "/status", "rescued");
                until(uri, largeTold, "/errors/0/reason", "disk_full");
                until(uri, largeUntold, "/errors/0/reason", "disk_full");

                assertThat(task(uri, largeTold).at("/size_bytes").asLong()).isEqualTo(LARGE);
                assertThat(task(uri, largeUntold).has("size_bytes")).isFalse();
                for (String large : new String[] {largeTold, largeUntold}) {
                    assertThat(task(uri, large).at("/status").asText()).isEqualTo("pending");
                    assertThat(task(uri, large).at("/assignments")).hasSize(1);
                }
                assertThat(small.nodeId()).isPresent();

                try (NodeAgent large = agent("large", uri, 10_000_000)) {
                    String largeNode = awaitId(large);
                    until(uri, largeTold, "/status", "rescued");
                    until(uri, largeUntold, "/status", "rescued");
                    for (String one : new String[] {largeTold, largeUntold}) {
                        JsonNode page = task(uri, one);
                        assertThat(page.at("/copies/0/node_id").asText()).isEqualTo(largeNode);
                        assertThat(page.at("/size_bytes").asLong()).isEqualTo(LARGE);
                        assertThat(page.at("/attempts").asInt()).isZero();
                    }
                }
            }
            Run doctor = Run.rescue("doctor", "--database", environment.get("DATABASE_URL"));
            assertThat(doctor.code()).as(doctor.out()).isZero();
        }
    }

    private NodeAgent agent(String name, URI dispatcher, long capacity) throws AgentException {
        return NodeAgent.start(
                new AgentConfig(dispatcher, disks.resolve(name), name, name, null, capacity, 2, null, null, true),
                new AgentListener() {});
    }

    private static String awaitId(NodeAgent agent) {
        await().until(() -> agent.nodeId().isPresent());
        return agent.nodeId().orElseThrow();
    }

    private void until(URI dispatcher, String task, String pointer, String text) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        assertThat(task(dispatcher, task).at(pointer).asText()).isEqualTo(text));
    }

    private String submit(URI dispatcher, URI url) {
        return send(HttpRequest.newBuilder(dispatcher.resolve("/tasks"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"dataset_url\":\"" + url + "\"}")))
                .at("/task_id")
                .asText();
    }

    private JsonNode task(URI dispatcher, String task) {
        return send(HttpRequest.newBuilder(dispatcher.resolve("/tasks/" + task)));
    }

    private JsonNode send(HttpRequest.Builder request) {
        try {
            return Json.mapper()
                    .readTree(client.send(request.build(), BodyHandlers.ofString())
                            .body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}

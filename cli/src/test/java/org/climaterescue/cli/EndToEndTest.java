package org.climaterescue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.climaterescue.agent.AgentConfig;
import org.climaterescue.agent.AgentListener;
import org.climaterescue.agent.Download;
import org.climaterescue.agent.NodeAgent;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.Dispatcher;
import org.climaterescue.mock.Content;
import org.climaterescue.mock.Fault;
import org.climaterescue.mock.MockOrigin;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.Json;
import org.climaterescue.protocol.TaskStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One file from its URL to the disks of two nodes, while the dispatcher is restarted. */
class EndToEndTest {

    private static final int SIZE = 1_500_000;

    private final HttpClient client = HttpClient.newHttpClient();
    private final CountDownLatch underWay = new CountDownLatch(1);
    private final CountDownLatch rescued = new CountDownLatch(1);

    @TempDir
    private Path disks;

    @Test
    void aFileReachesTwoDisksThoughTheDispatcherIsRestartedMeanwhile() throws Exception {
        Map<String, String> environment = new HashMap<>();
        environment.put("DATABASE_URL", TestDatabase.create());
        environment.put("DISPATCHER_PORT", Integer.toString(freePort()));
        environment.put("RESCUE_COPIES", "2");
        environment.put("LOG_LEVEL", "WARN");
        Content content = Content.seeded(7, SIZE);
        Dispatcher first = Dispatcher.start(environment);
        URI dispatcher = first.uri();
        try (MockOrigin origin = MockOrigin.start();
                NodeAgent one = agent("one", dispatcher);
                NodeAgent two = agent("two", dispatcher)) {
            // Slow enough that the restart falls into the first download, whatever the machine is doing.
            origin.serve("/noaa/sst.nc", content).failing(Fault.throttle(400_000), 1);
            String task = submit(dispatcher, origin.url("/noaa/sst.nc"));
            assertThat(underWay.await(60, TimeUnit.SECONDS)).isTrue();

            first.close();
            try (Dispatcher second = Dispatcher.start(environment)) {
                assertThat(rescued.await(120, TimeUnit.SECONDS)).isTrue();

                JsonNode answer = get(second.uri().resolve("/tasks/" + task));
                assertThat(answer.at("/status").asText()).isEqualTo("rescued");
                assertThat(answer.at("/verification").asText()).isEqualTo("verified");
                assertThat(answer.at("/copies")).hasSize(2);
                // Two downloads, and nobody was asked to begin again because the dispatcher was away.
                assertThat(answer.at("/assignments")).hasSize(2);
                assertThat(get(second.uri().resolve("/tasks/" + task + "/status"))
                                .at("/initiated_by")
                                .asText())
                        .isNotEqualTo(get(second.uri().resolve("/whoami"))
                                .at("/instance_id")
                                .asText());
                assertThat(one.nodeId()).isPresent();
                assertThat(two.nodeId()).isPresent();
                for (String name : new String[] {"one", "two"}) {
                    assertThat(sha256(stored(name))).isEqualTo(content.sha256());
                }
                Run doctor = Run.rescue("doctor", "--database", environment.get("DATABASE_URL"));
                assertThat(doctor.code()).as(doctor.out()).isZero();
            }
        }
    }

    /** How a port is written in a folder's name is the agent's affair. */
    private Path stored(String name) throws Exception {
        try (var files = Files.walk(disks.resolve(name))) {
            return files.filter(file -> file.endsWith(Path.of("noaa", "sst.nc")))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private NodeAgent agent(String name, URI dispatcher) throws Exception {
        var config =
                new AgentConfig(dispatcher, disks.resolve(name), name, name, null, 1_000_000_000L, 2, null, null, true);
        return NodeAgent.start(config, new AgentListener() {
            @Override
            public void progressed(Download download, long bytesDone) {
                underWay.countDown();
            }

            @Override
            public void reported(Download download, Completion.Result result) {
                if (result.taskStatus() == TaskStatus.RESCUED) {
                    rescued.countDown();
                }
            }
        });
    }

    private String submit(URI dispatcher, URI url) throws Exception {
        var request = HttpRequest.newBuilder(dispatcher.resolve("/tasks"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"dataset_url\":\"" + url + "\"}"))
                .build();
        return Json.mapper()
                .readTree(client.send(request, BodyHandlers.ofString()).body())
                .at("/task_id")
                .asText();
    }

    private JsonNode get(URI uri) throws Exception {
        return Json.mapper()
                .readTree(client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                        .body());
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    private static int freePort() throws Exception {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}

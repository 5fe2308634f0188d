package org.climaterescue.dispatcher.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.protocol.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What watchers are sent. */
@Timeout(30)
class StreamTest extends FleetTest {

    @Override
    protected Map<String, String> settings() {
        return Map.of();
    }

    @Test
    void everyEventIsOneLineOfJsonUnderItsName() throws Exception {
        try (BufferedReader stream = watch("/stream")) {
            assertThat(next(stream, "stats").at("/tasks/pending/count").isNumber())
                    .isTrue();
            register("a");
            assertThat(next(stream, "node").at("/status").asText()).isEqualTo("active");
            String task = submit(1);
            assertThat(next(stream, "task").at("/task_id").asText()).isEqualTo(task);
            dispatcher.post("/nodes/" + node("a") + "/drain", "");
            JsonNode node = next(stream, "node");
            assertThat(node.at("/node_id").asText()).isEqualTo(node("a"));
            assertThat(node.at("/status").asText()).isEqualTo("draining");
        }
    }

    @Test
    void whoeverWantsOneKindOfEventIsSentNoOther() throws Exception {
        try (BufferedReader stream = watch("/stream?only=stats")) {
            register("a");
            submit(1);
            Set<String> names = new HashSet<>();
            for (int stats = 0; stats < 3; ) {
                String line = stream.readLine();
                if (line.startsWith("event:")) {
                    names.add(line.substring(6).strip());
                    stats++;
                }
            }
            assertThat(names).containsExactly("stats");
        }
        assertThat(dispatcher.get("/stream?only=news").at("/field")).isEqualTo("only");
    }

    private BufferedReader watch(String path) throws IOException, InterruptedException {
        URI uri = dispatcher.uri().resolve(path);
        var body = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri)
                                .timeout(Duration.ofSeconds(30))
                                .build(),
                        BodyHandlers.ofInputStream())
                .body();
        return new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    }

    private static JsonNode next(BufferedReader stream, String name) throws IOException {
        String line;
        do {
            line = stream.readLine();
        } while (!line.equals("event: " + name));
        String data = stream.readLine();
        assertThat(data).startsWith("data: ");
        return Json.mapper().readTree(data.substring(6));
    }
}

package org.climaterescue.dispatcher.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.climaterescue.db.Database;
import org.climaterescue.db.Sql;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.protocol.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @Test
    void whatAnOperatorOrAnOriginSaysOfAHostIsToldToWatchers() throws Exception {
        String host = "test" + test + ".example.org";
        submit(1);
        try (BufferedReader stream = watch("/stream?only=host")) {
            assertThat(nextOf(stream, host).at("/max_connections").asInt()).isEqualTo(2);
            dispatcher.patch("/hosts/" + host, "{'max_connections':7}");
            assertThat(nextOf(stream, host).at("/max_connections").asInt()).isEqualTo(7);
            dispatcher.patch("/hosts/" + host, "{'paused':true}");
            assertThat(nextOf(stream, host).at("/paused").asBoolean()).isTrue();
            dispatcher.patch("/hosts/" + host, "{'paused':false}");
            assertThat(nextOf(stream, host).at("/paused").asBoolean()).isFalse();
            String lease = claim("a");
            dispatcher.post(
                    "/assignments/" + lease + "/fail",
                    "{'node_id':'" + node("a") + "','reason':'origin_busy','retry_after_seconds':600}");
            JsonNode told = nextOf(stream, host);
            while (told.at("/busy_until").isMissingNode()) {
                // The assignment changed the host's tasks meanwhile.
                told = nextOf(stream, host);
            }
            assertThat(told.at("/tasks/pending/count").asLong()).isEqualTo(1);
        }
    }

    /** By the order in which they became known, the host comes after more than are looked at. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHostThatIsWatchedIsToldOfHoweverManyOthersGetTerms(boolean hasTasks) throws Exception {
        String crowd = "crowd" + test + "-";
        String host = "test" + test + ".example.org";
        execute("insert into host (name) select '%s' || n from generate_series(1, 1200) n".formatted(crowd));
        execute("insert into host (name) values ('%s')".formatted(host));
        if (hasTasks) {
            submit(1);
        }
        dispatcher.patch("/hosts/" + host, "{'paused':true}");
        try (BufferedReader stream = watch("/stream?only=host")) {
            assertThat(nextOf(stream, host).at("/paused").asBoolean()).isTrue();
            execute("update host set paused = true where name like '%s%%'".formatted(crowd));
            while (!next(stream, "host").at("/host").asText().startsWith(crowd)) {
                // Until the others are told of.
            }
            dispatcher.patch("/hosts/" + host, "{'max_connections':7}");
            JsonNode told = nextOf(stream, host);
            assertThat(told.at("/max_connections").asInt()).isEqualTo(7);
            assertThat(told.at("/paused").asBoolean()).isTrue();
            dispatcher.patch("/hosts/" + host, "{'paused':false}");
            assertThat(nextOf(stream, host).at("/paused").asBoolean()).isFalse();
        } finally {
            execute("update host set paused = false, max_connections = null");
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = dispatcher.bean(Database.class).connect("test")) {
            Sql.of(connection, sql).update();
        }
    }

    @Test
    void nothingIsReadThatNobodyWatches() throws Exception {
        try (Connection another = dispatcher.bean(Database.class).connect("test");
                BufferedReader stream = watch("/stream?only=stats")) {
            next(stream, "stats");
            another.setAutoCommit(false);
            // Who reads the history now waits, as whoever asks for tasks does.
            Sql.of(another, "lock table event in access exclusive mode").update();
            Set<Instant> read = new HashSet<>();
            while (read.size() < 3) {
                // One reading may be told twice.
                read.add(Instant.parse(next(stream, "stats").at("/at").asText()));
            }
            another.rollback();
        }
    }

    @Test
    void watchersAreToldThatTheDatabaseIsAwayAndThatItIsBack() throws Exception {
        try (BufferedReader stream = watch("/stream?only=stats&only=database")) {
            next(stream, "stats");
            Instant before = Instant.now();
            dispatcher.withoutDatabase(() -> {
                JsonNode away = next(stream, "database");
                assertThat(away.at("/status").asText()).isEqualTo("away");
                assertThat(Instant.parse(away.at("/since").asText())).isBetween(before, Instant.now());
                assertThat(next(stream, "database")).isEqualTo(away);
            });
            JsonNode told = next(stream, "database");
            while (told.at("/status").asText().equals("away")) {
                told = next(stream, "database");
            }
            assertThat(told.toString()).isEqualTo("{\"status\":\"up\"}");
            next(stream, "stats");
        }
    }

    private static JsonNode nextOf(BufferedReader stream, String host) {
        JsonNode told = next(stream, "host");
        while (!told.at("/host").asText().equals(host)) {
            told = next(stream, "host");
        }
        return told;
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

    private static JsonNode next(BufferedReader stream, String name) {
        try {
            String line;
            do {
                line = stream.readLine();
            } while (!line.equals("event: " + name));
            String data = stream.readLine();
            assertThat(data).startsWith("data: ");
            return Json.mapper().readTree(data.substring(6));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

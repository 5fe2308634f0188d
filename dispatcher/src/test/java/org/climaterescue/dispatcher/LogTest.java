package org.climaterescue.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.climaterescue.db.Database;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.settings.Settings;
import org.climaterescue.protocol.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What is written to standard error with LOG_FORMAT=json, in detail, in secured mode. */
class LogTest {

    private static final String OPERATOR = "the-secret-operator-key";
    private static final String JOIN = "the-secret-join-key";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String TRACEPARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";

    @TempDir
    static Path data;

    private static final ByteArrayOutputStream WRITTEN = new ByteArrayOutputStream();
    private static Encoder<ILoggingEvent> encoder;
    private static Served served;
    private static String token;

    @BeforeAll
    static void start() throws Exception {
        encoder = console().getEncoder();
        console().setOutputStream(WRITTEN);
        served = Served.start(
                data,
                Map.of(
                        "RESCUE_OPERATOR_KEY",
                        OPERATOR,
                        "RESCUE_JOIN_KEY",
                        JOIN,
                        "RESCUE_HEARTBEAT",
                        "1s",
                        "LOG_FORMAT",
                        "json",
                        "DEBUG",
                        "true"));
        token = join("node-1");
    }

    /** A node of a test of its own: what others do to time makes the others silent. */
    private static String join(String node) throws Exception {
        return served.post(
                        "/nodes",
                        "{\"node_id\":\"%s\",\"name\":\"one\",\"capacity_gb\":100}".formatted(node),
                        bearer(JOIN))
                .json()
                .get("token")
                .asText();
    }

    private static JsonNode dispatched(String node, String key, String... headers) throws Exception {
        return served.post(
                        "/dispatch",
                        "{\"node_id\":\"%s\",\"capacity_gb\":100,\"max_tasks\":100}".formatted(node),
                        headers.length == 0 ? bearer(key) : headers)
                .json()
                .at("/assignment/assigned_tasks");
    }

    @AfterAll
    static void stop() {
        served.close();
        LogLevels.apply(new Settings.Logging("INFO", false, Settings.LogFormat.TEXT));
        console().setEncoder(encoder);
        // Finds its way back to standard error.
        console().start();
    }

    @BeforeEach
    void forget() {
        WRITTEN.reset();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/probe/throw/fault", "/probe/later/fault", "/probe/blocking/fault"})
    void whateverThreadFailsItsLineHasTheTrace(String path) throws Exception {
        Served.Answer answer = served.get(path, "Authorization", "Bearer " + OPERATOR, "traceparent", TRACEPARENT);

        assertThat(answer.status()).isEqualTo(500);
        JsonNode line = only("GET " + path + " failed");
        assertThat(line.at("/mdc/trace_id").asText()).isEqualTo(TRACE);
        assertThat(line.at("/mdc/parent_id").asText()).isEqualTo("00f067aa0ba902b7");
        assertThat(line.get("level").asText()).isEqualTo("ERROR");
        assertThat(line.get("throwable").isObject()).isTrue();
    }

    @Test
    void whatRunsOnTheThreadOfACallIsInItsContext() throws Exception {
        served.get("/probe/logs", "traceparent", TRACEPARENT);

        assertThat(only("on a thread that may block").at("/mdc/trace_id").asText())
                .isEqualTo(TRACE);
    }

    @Test
    void theTraceOfOneCallIsNotThatOfTheNext() throws Exception {
        served.get("/probe/logs", "traceparent", TRACEPARENT);
        served.get("/probe/throw/fault", "traceparent", TRACEPARENT);
        WRITTEN.reset();
        served.get("/probe/logs");
        served.get("/probe/throw/fault", "traceparent", "not one");

        assertThat(lines())
                .isNotEmpty()
                .allSatisfy(line ->
                        assertThat(line.at("/mdc/trace_id").isMissingNode()).isTrue());
    }

    @Test
    void aTaskKeepsTheTraceOfItsSubmission() throws Exception {
        Served.Answer accepted = served.post(
                "/tasks",
                "{\"dataset_url\":\"http://example.org/traced\",\"request_id\":\"r-1\"}",
                "Authorization",
                "Bearer " + OPERATOR,
                "traceparent",
                TRACEPARENT);
        assertThat(accepted.status()).isEqualTo(202);
        assertThat(accepted.header("traceparent")).isEqualTo(TRACEPARENT);
        String task = accepted.json().get("task_id").asText();
        assertThat(served.get("/tasks/" + task + "/history")
                        .json()
                        .at("/items/0/detail/traceparent")
                        .asText())
                .isEqualTo(TRACEPARENT);
        JsonNode line = only(task + " is accepted");
        assertThat(line.at("/mdc/task_id").asText()).isEqualTo(task);
        assertThat(line.at("/mdc/request_id").asText()).isEqualTo("r-1");
        assertThat(line.at("/mdc/trace_id").asText()).isEqualTo(TRACE);

        Served.Answer bulk = served.post(
                "/tasks/bulk",
                "{\"dataset_url\":\"http://example.org/bulk\"}",
                "Authorization",
                "Bearer " + OPERATOR,
                "traceparent",
                TRACEPARENT);
        assertThat(served.get("/tasks/" + bulk.json().get("task_id").asText() + "/history")
                        .body())
                .contains(TRACEPARENT);
        Served.Answer without = served.post(
                "/tasks",
                "{\"dataset_url\":\"http://example.org/untraced\"}",
                "Authorization",
                "Bearer " + OPERATOR,
                "traceparent",
                "00-" + "0".repeat(32) + "-00f067aa0ba902b7-01");
        assertThat(without.status()).isEqualTo(202);
        assertThat(without.headers()).doesNotContainKey("traceparent");
    }

    @Test
    void linesOfAnAssignmentNameItsNodeAndItsTask() throws Exception {
        served.post(
                "/tasks",
                "{\"dataset_url\":\"http://example.org/given\",\"size_bytes\":1,\"priority\":10}",
                "Authorization",
                "Bearer " + OPERATOR);
        String key = join("giving-back");
        JsonNode all = dispatched("giving-back", key, traced(key));
        for (JsonNode one : all) {
            served.post(
                    "/assignments/" + one.get("assignment_id").asText() + "/release",
                    "{\"node_id\":\"giving-back\"}",
                    traced(key));
        }
        JsonNode given = all.get(0);
        String assignment = given.get("assignment_id").asText();

        for (String message :
                List.of(assignment + " is given to node giving-back", "node giving-back reported " + assignment)) {
            JsonNode line = only(message);
            assertThat(line.at("/mdc/assignment_id").asText()).isEqualTo(assignment);
            assertThat(line.at("/mdc/task_id").asText())
                    .isEqualTo(given.get("task_id").asText());
            assertThat(line.at("/mdc/node_id").asText()).isEqualTo("giving-back");
            assertThat(line.at("/mdc/trace_id").asText()).isEqualTo(TRACE);
        }
    }

    @Test
    void aNodeThatBecomesSilentIsSaidToBe() throws Exception {
        join("silent");

        // Nothing more is noted of it: it has only joined.
        advance(70);
        await().untilAsserted(() -> assertThat(only("node silent was not heard of for 60 s: it is suspect")
                        .at("/mdc/node_id")
                        .asText())
                .isEqualTo("silent"));
        advance(60);
        await().untilAsserted(() -> assertThat(only("node silent was not heard of for 120 s: it is lost")
                        .get("level")
                        .asText())
                .isEqualTo("INFO"));
    }

    @Test
    void anAssignmentThatHasRunOutIsSaidToBeReaped() throws Exception {
        served.post("/tasks", "{\"dataset_url\":\"http://example.org/reaped\"}", bearer(OPERATOR));
        JsonNode given = dispatched("reaped", join("reaped")).get(0);
        String assignment = given.get("assignment_id").asText();

        advance(130);

        await().until(() -> written().contains("assignment " + assignment));
        JsonNode line = only("assignment " + assignment + " of node reaped was reaped: it has run out");
        assertThat(line.at("/mdc/assignment_id").asText()).isEqualTo(assignment);
        assertThat(line.at("/mdc/task_id").asText())
                .isEqualTo(given.get("task_id").asText());
        assertThat(line.at("/mdc/node_id").asText()).isEqualTo("reaped");
    }

    @Test
    void manyAssignmentsThatEndAtOnceAreOneLine() throws Exception {
        for (int file = 0; file < 11; file++) {
            served.post(
                    "/tasks",
                    "{\"dataset_url\":\"http://host%d.example.org/many\",\"size_bytes\":1}".formatted(file),
                    bearer(OPERATOR));
        }
        int given = dispatched("many", join("many")).size();
        assertThat(given).isGreaterThan(10);

        advance(130);

        await().until(() -> written().contains("were reaped"));
        assertThat(only(given + " assignments of 1 nodes were reaped")
                        .get("formattedMessage")
                        .asText())
                .endsWith(given + " had run out, 0 had stalled");
        assertThat(written()).doesNotContain("was reaped");
    }

    private static void advance(int seconds) throws Exception {
        TestDatabase.advance(served.bean(Database.class).pool(), Duration.ofSeconds(seconds));
    }

    private static String written() {
        return WRITTEN.toString(StandardCharsets.UTF_8);
    }

    private static String[] traced(String key) {
        return new String[] {"Authorization", "Bearer " + key, "traceparent", TRACEPARENT};
    }

    /** Also where whole requests fail, and where a key is of the wrong kind. */
    @Test
    void noLineHoldsAKeyOrAToken() throws Exception {
        for (String key : List.of(OPERATOR, JOIN, token)) {
            served.get("/probe/throw/fault", bearer(key));
            served.get("/probe/later/pool", bearer(key));
            served.post("/tasks", "{\"dataset_url\":17}", bearer(key));
            served.post("/dispatch", "{\"node_id\":\"node-1\",\"capacity_gb\":1}", bearer(key));
        }

        assertThat(lines()).hasSizeGreaterThan(5);
        assertThat(WRITTEN.toString(StandardCharsets.UTF_8)).doesNotContain(OPERATOR, JOIN, token);
    }

    private static OutputStreamAppender<ILoggingEvent> console() {
        return (OutputStreamAppender<ILoggingEvent>)
                ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).getAppender("console");
    }

    private static String[] bearer(String key) {
        return new String[] {"Authorization", "Bearer " + key};
    }

    /** Every line is an object of its own. */
    private static List<JsonNode> lines() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : WRITTEN.toString(StandardCharsets.UTF_8).lines().toList()) {
            lines.add(Json.mapper().readTree(line));
        }
        return lines;
    }

    private static JsonNode only(String message) throws IOException {
        List<JsonNode> found = lines().stream()
                .filter(line -> line.path("formattedMessage").asText().startsWith(message))
                .toList();
        assertThat(found).as(message).hasSize(1);
        return found.getFirst();
    }
}

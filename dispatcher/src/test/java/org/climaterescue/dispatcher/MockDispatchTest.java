package org.climaterescue.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.climaterescue.protocol.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The mock answers as its file of scenarios says. */
final class MockDispatchTest {

    private static final String REQUEST = "{\"node_id\":\"node-123\",\"capacity_gb\":100,\"priority_level\":\"high\"}";

    @TempDir
    static Path data;

    private static Path scenarios;
    private static Served served;

    @BeforeAll
    static void start() {
        scenarios = data.resolve("scenarios.json");
        served = Served.start(data.resolve("database"), Map.of("MOCK_DATA_PATH", scenarios.toString()));
    }

    @AfterAll
    static void stop() {
        served.close();
    }

    @BeforeEach
    void wholeFile() throws IOException {
        try (InputStream in = MockDispatchTest.class.getResourceAsStream("/mock_scenarios.json")) {
            Files.write(scenarios, in.readAllBytes());
        }
    }

    @Test
    void theRequestIsEchoedBesideTheDataOfTheScenario() throws Exception {
        Served.Answer answer = served.post("/mock_dispatch", REQUEST);

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.json().get("status").asText()).isEqualTo("success");
        assertThat(answer.json().get("message").asText()).isEqualTo("Payload received and processed");
        assertThat(answer.json().get("received_data")).isEqualTo(Json.mapper().readTree(REQUEST));
        assertThat(answer.json().get("mock_data"))
                .isEqualTo(Json.mapper().readTree(scenarios.toFile()).at("/scenarios/normal/mock_data"));
        assertThat(served.post("/mock_dispatch?scenario=normal", REQUEST).body())
                .isEqualTo(answer.body());
    }

    @Test
    void theEmptyScenarioGivesNothing() throws Exception {
        Served.Answer answer = served.post("/mock_dispatch?scenario=empty", REQUEST);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().at("/mock_data/assigned_tasks")).isEmpty();
    }

    @Test
    void theSlowScenarioTakesItsTime() throws Exception {
        long start = System.nanoTime();
        Served.Answer answer = served.post("/mock_dispatch?scenario=slow", REQUEST);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(500_000_000L);
    }

    @Test
    void theErrorScenarioIsTheProblemOfTheFile() throws Exception {
        Served.Answer answer = served.post("/mock_dispatch?scenario=error", REQUEST);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.code()).isEqualTo("mock_error");
        assertThat(answer.json().get("title").asText()).isEqualTo("Out of order");
        assertThat(answer.detail()).isEqualTo("As asked for.");
    }

    @Test
    void theMalformedScenarioIsA200WhoseJsonBreaksOff() throws Exception {
        Served.Answer answer = served.post("/mock_dispatch?scenario=malformed", REQUEST);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.body()).hasSize(60).startsWith("{\"status\":\"success\"");
        assertThatThrownBy(answer::json).isInstanceOf(JsonProcessingException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"capacity_gb\":1}                                             | node_id",
                "{\"node_id\":\"n\"}                                             | capacity_gb",
                "{\"node_id\":\"n\",\"capacity_gb\":-1}                          | capacity_gb",
                "{\"node_id\":\"n\",\"capacity_gb\":\"1\"}                       | capacity_gb",
                "{\"node_id\":5,\"capacity_gb\":1}                               | node_id",
                "{\"node_id\":\"n\",\"capacity_gb\":1,\"priority_level\":\"x\"}  | priority_level",
                "{\"node_id\":\"n\",\"capacity_gb\":1,\"max_tasks\":0}           | max_tasks",
                "{\"node_id\":\"n\",\"node_id\":\"m\",\"capacity_gb\":1}         | node_id",
                "[]                                                              | ",
                "null                                                            | ",
                "{                                                               | ",
            })
    void aRequestIsCheckedAsARealOneIs(String request, String field) throws Exception {
        Served.Answer answer = served.post("/mock_dispatch", request);

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid");
        assertThat(answer.field()).isEqualTo(field == null ? "" : field);
    }

    @Test
    void anUnknownScenarioIsA400ThatListsTheKnownOnes() throws Exception {
        Served.Answer answer = served.post("/mock_dispatch?scenario=strange", REQUEST);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.field()).isEqualTo("scenario");
        assertThat(answer.detail()).contains("empty, error, malformed, normal, slow");
    }

    @Test
    void anEditedFileCountsAtOnceAndAMissingOrBrokenOneIsNamed() throws Exception {
        Files.writeString(scenarios, "{\"scenarios\":{\"normal\":{\"mock_data\":{\"edited\":true}}}}");
        assertThat(served.post("/mock_dispatch", REQUEST)
                        .json()
                        .at("/mock_data/edited")
                        .asBoolean())
                .isTrue();

        Files.writeString(scenarios, "{\"scenarios\":");
        assertNamesTheFile(served.post("/mock_dispatch", REQUEST));
        Files.delete(scenarios);
        assertNamesTheFile(served.post("/mock_dispatch", REQUEST));
    }

    private static void assertNamesTheFile(Served.Answer answer) throws IOException {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("mock_data_unavailable");
        assertThat(answer.detail()).contains(scenarios.toString()).contains("MOCK_DATA_PATH");
    }
}

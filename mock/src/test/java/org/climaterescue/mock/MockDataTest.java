package org.climaterescue.mock;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.climaterescue.protocol.Json;
import org.junit.jupiter.api.Test;

/** What {@code POST /mock_dispatch} serves, checked as the file that ships. */
class MockDataTest {

    private final JsonNode scenarios = read().path("scenarios");

    @Test
    void everyNamedScenarioIsThereAndNoOther() {
        assertThat(scenarios.fieldNames())
                .toIterable()
                .containsExactly("normal", "empty", "large", "slow", "error", "malformed");
    }

    @Test
    void everyTaskIsCompleteAndNamedOnce() {
        Set<String> ids = new HashSet<>();
        Set<String> urls = new HashSet<>();
        for (JsonNode scenario : scenarios) {
            for (JsonNode task : scenario.path("mock_data").path("assigned_tasks")) {
                assertThat(task.fieldNames())
                        .toIterable()
                        .containsExactly("task_id", "dataset_url", "size_mb", "priority");
                assertThat(ids.add(task.path("task_id").textValue()))
                        .as("%s once", task)
                        .isTrue();
                assertThat(urls.add(task.path("dataset_url").textValue()))
                        .as("%s once", task)
                        .isTrue();
                assertThat(URI.create(task.path("dataset_url").textValue()).getHost())
                        .endsWith(".example.org");
                assertThat(task.path("size_mb").isIntegralNumber()).isTrue();
                assertThat(task.path("size_mb").longValue()).isPositive();
                assertThat(task.path("priority").intValue()).isBetween(1, 10);
            }
        }
    }

    @Test
    void everyScenarioThatAnswersSaysHowLongAndHowTheNodeStands() {
        for (String name : new String[] {"normal", "empty", "large", "slow", "malformed"}) {
            JsonNode answer = scenarios.path(name).path("mock_data");
            assertThat(answer.path("estimated_duration").isTextual()).as(name).isTrue();
            assertThat(answer.path("node_status").textValue()).as(name).isEqualTo("active");
        }
        assertThat(scenarios.at("/normal/mock_data/estimated_duration").textValue())
                .isEqualTo("2 hours");
    }

    @Test
    void eachScenarioDoesWhatItsNameSays() {
        assertThat(tasks("normal")).isBetween(1, 20);
        assertThat(tasks("empty")).isZero();
        assertThat(tasks("large")).isGreaterThan(200);
        assertThat(scenarios.at("/slow/delay_seconds").intValue()).isEqualTo(3);
        assertThat(scenarios.at("/error/problem/status").intValue()).isEqualTo(503);
        assertThat(scenarios.at("/error/problem/code").textValue()).isEqualTo("mock_error");
        assertThat(scenarios.at("/malformed/cut_after_bytes").intValue())
                .isPositive()
                .isLessThan(scenarios.at("/malformed/mock_data").toString().length());
    }

    private int tasks(String scenario) {
        return scenarios.path(scenario).path("mock_data").path("assigned_tasks").size();
    }

    private static JsonNode read() {
        try {
            return Json.mapper().readTree(Path.of("mock_data.json").toFile());
        } catch (IOException unreadable) {
            throw new AssertionError("mock_data.json is not readable as JSON", unreadable);
        }
    }
}

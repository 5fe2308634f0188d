package org.climaterescue.dispatcher.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.climaterescue.dispatcher.FleetTest;
import org.junit.jupiter.api.Test;

/** The course of the rescue. */
class ProgressHistoryTest extends FleetTest {

    @Override
    protected Map<String, String> settings() {
        return Map.of();
    }

    @Test
    void theHistoryGoesOnWhileNobodyLooksAndTellsWhatWasRescued() {
        register("a");
        String task = submit(1);
        complete("a", claim("a"), DIGEST);
        assertThat(standing(task)).isEqualTo("rescued");

        dispatcher.bean(Sampler.class).runOnce();

        for (String span : new String[] {"hour", "day", "all"}) {
            JsonNode items =
                    dispatcher.get("/stats/history?span=" + span).body().at("/items");
            assertThat(items).as(span).isNotEmpty();
            JsonNode last = items.get(items.size() - 1);
            assertThat(last.at("/tasks").asLong()).isEqualTo(1);
            assertThat(last.at("/rescued/count").asLong()).isEqualTo(1);
            assertThat(last.at("/rescued/bytes").asLong()).isEqualTo(1000);
            assertThat(last.at("/copies/bytes").asLong()).isEqualTo(1000);
        }
        assertThat(dispatcher.get("/stats/history?span=week").at("/field")).isEqualTo("span");
    }
}

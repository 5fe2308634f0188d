package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;

/** Tasks as {@code GET /tasks} has them, a row each. */
final class TaskTable {

    private final Table table = new Table()
            .ids("Task")
            .words("Status")
            .numbers("Copies")
            .numbers("Size")
            .extra("Verified")
            .numbers("Failures")
            .numbers("Changed")
            .words("URL");

    /**
     * Adds a row.
     *
     * @param now by the dispatcher's clock
     */
    void add(JsonNode task, Instant now) {
        table.row(
                task.path("task_id").asText(),
                task.path("status").asText(),
                "%s of %s"
                        .formatted(
                                task.path("copies_held").asText(),
                                task.path("copies_target").asText()),
                Words.sizeOrDash(task.path("size_bytes")),
                task.path("verification").asText("–"),
                Words.number(task.path("attempts").asLong()),
                Words.ago(Duration.between(Instant.parse(task.path("updated_at").asText()), now)),
                task.path("dataset_url").asText());
    }

    Table table() {
        return table;
    }
}

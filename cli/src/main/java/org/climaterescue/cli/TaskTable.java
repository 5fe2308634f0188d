package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
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
                copies(task),
                Words.sizeOrDash(task.path("size_bytes")),
                task.path("verification").asText("–"),
                Words.number(task.path("attempts").asLong()),
                Words.ago(task.path("updated_at"), now),
                task.path("dataset_url").asText());
    }

    /** {@code 1 of 3}: copies that there are of those that are wanted. */
    static String copies(JsonNode task) {
        return task.path("copies_held").asText() + " of "
                + task.path("copies_target").asText();
    }

    Table table() {
        return table;
    }
}

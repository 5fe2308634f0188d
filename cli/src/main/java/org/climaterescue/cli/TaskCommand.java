package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rescue task}: everything about one. */
@Command(
        name = "task",
        mixinStandardHelpOptions = true,
        description =
                "Shows everything about one task: where it stands, its copies, who worked on it, and what went wrong.")
final class TaskCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private DispatcherOptions dispatcher = new DispatcherOptions();

    @Parameters(paramLabel = "TASK", description = "Its id, such as t-1a, or its URL.")
    private String task = "";

    @Option(
            names = "--history",
            description = "Shows every event in its life instead, oldest first: the chain of custody.")
    private boolean history;

    @Option(names = "--json", description = "Prints the answer as it is.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = SafeOutput.of(spec);
        try (DispatcherApi api = dispatcher.connect()) {
            String path = "/tasks/" + DispatcherApi.encoded(id(api)) + (history ? "/history" : "");
            JsonNode answer = api.get(path);
            if (json) {
                out.println(answer);
            } else if (history) {
                out.println(events(answer.path("items")).within(Screen.width()));
                printDropped(answer, out);
            } else {
                tell(answer, out);
                printDropped(answer, out);
            }
            return 0;
        }
    }

    /** Every URL has a colon, and no id has one. */
    private String id(DispatcherApi api) throws InterruptedException {
        return task.contains(":")
                ? api.get(DispatcherApi.path("/copies", "url", task))
                        .path("task_id")
                        .asText()
                : task;
    }

    private static void tell(JsonNode task, PrintWriter out) {
        fact(out, "Task", task.path("task_id"));
        fact(out, "URL", task.path("dataset_url"));
        fact(out, "Name", task.path("name"));
        fact(out, "Dataset", task.path("dataset"));
        fact(out, "Organization", task.path("organization"));
        fact(out, "Catalog", task.path("catalog"));
        fact(out, "Status", task.path("status"));
        fact(
                out,
                "Copies",
                "%s of %s"
                        .formatted(
                                task.path("copies_held").asText(),
                                task.path("copies_target").asText()));
        fact(out, "Verification", task.path("verification"));
        if (task.has("size_bytes")) {
            long bytes = task.path("size_bytes").asLong();
            fact(out, "Size", "%s (%s bytes)".formatted(Words.size(bytes), Words.number(bytes)));
        }
        fact(out, "SHA-256", task.path("sha256"));
        fact(out, "Priority", task.path("priority"));
        fact(out, "Rank", task.path("rank"));
        fact(out, "Failures", task.path("attempts"));
        if (task.has("retry_at")) {
            fact(out, "Tried again", Words.moment(task.path("retry_at")));
        }
        fact(out, "Submitted", Words.moment(task.path("created_at")));
        section(out, "Copies", CopyTable.of(task.path("copies")));
        section(out, "Work", work(task.path("assignments")));
        section(out, "Errors", errors(task.path("errors")));
    }

    private static void fact(PrintWriter out, String name, JsonNode value) {
        if (!value.isMissingNode()) {
            fact(out, name, value.asText());
        }
    }

    private static void fact(PrintWriter out, String name, String value) {
        out.println("%-14s%s".formatted(name, Words.plain(value)));
    }

    private static void section(PrintWriter out, String title, Table table) {
        if (!table.isEmpty()) {
            out.println();
            out.println(title);
            out.println(table.within(Screen.width()));
        }
    }

    private static Table work(JsonNode assignments) {
        Table table = new Table()
                .ids("Node")
                .words("Status")
                .numbers("Attempt")
                .numbers("Bytes")
                .ids("Began")
                .ids("Ended");
        assignments.forEach(one -> table.row(
                one.path("node_id").asText(),
                one.path("status").asText(),
                one.path("attempt").asText(),
                Words.sizeOrDash(one.path("bytes_done")),
                Words.moment(one.path("assigned_at")),
                Words.moment(one.path("ended_at"))));
        return table;
    }

    private static Table errors(JsonNode errors) {
        Table table =
                new Table().ids("At").ids("Node").ids("Reason").numbers("HTTP").sentences("Detail");
        errors.forEach(error -> table.row(
                Words.moment(error.path("at")),
                error.path("node_id").asText(),
                error.path("reason").asText(),
                error.path("http_status").asText("–"),
                error.path("detail").asText("–")));
        return table;
    }

    private static Table events(JsonNode events) {
        Table table = new Table()
                .ids("At")
                .ids("Event")
                .words("Status")
                .words("By")
                .ids("Assignment")
                .sentences("Detail");
        events.forEach(event -> table.row(
                Words.moment(event.path("at")),
                event.path("event").asText(),
                event.path("task_status").asText(),
                event.path("actor").asText(),
                event.path("assignment_id").asText("–"),
                event.has("detail") ? event.path("detail").toString() : "–"));
        return table;
    }

    private static void printDropped(JsonNode answer, PrintWriter out) {
        if (answer.has("history_dropped_before")) {
            out.println();
            out.println("What happened before " + Words.moment(answer.path("history_dropped_before"))
                    + " is kept no more (RESCUE_HISTORY).");
        }
    }
}

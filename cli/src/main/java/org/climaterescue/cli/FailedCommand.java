package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rescue failed}: what could not be rescued, and why. */
@Command(
        name = "failed",
        mixinStandardHelpOptions = true,
        description = {
            "Counts the tasks that have failed by the reason of their last failure, or lists those of one reason, newest first.",
            "./rescue task shows all errors of a task. To try them again: ./rescue retry; to give them up: ./rescue cancel."
        })
final class FailedCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private DispatcherOptions dispatcher = new DispatcherOptions();

    @Option(
            names = "--reason",
            paramLabel = "REASON",
            completionCandidates = Reasons.class,
            description = "Lists the tasks that have failed for it: ${COMPLETION-CANDIDATES}.")
    private @Nullable String reason;

    @Mixin
    private ListOptions options = new ListOptions();

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = SafeOutput.of(spec);
        try (DispatcherApi api = dispatcher.connect()) {
            if (reason == null) {
                count(api, out);
            } else {
                list(api, Reasons.checked(reason), out);
            }
            return 0;
        }
    }

    private void count(DispatcherApi api, PrintWriter out) throws InterruptedException {
        Table table =
                new Table().ids("Reason").numbers("Tasks").words("Mostly at").words("For example");
        options.print(
                api,
                "/tasks/failures",
                table,
                group -> {
                    JsonNode example = group.path("example");
                    table.row(
                            group.path("reason").asText(),
                            Words.number(group.path("count").asLong()),
                            group.at("/hosts/0/host").asText("–"),
                            example.path("detail")
                                    .asText(example.path("dataset_url").asText()));
                },
                "No task has failed.",
                out);
        if (!table.isEmpty()) {
            out.println();
            out.println("./rescue failed --reason REASON lists the tasks of one.");
        }
    }

    private void list(DispatcherApi api, String wanted, PrintWriter out) throws InterruptedException {
        Table table = new Table()
                .ids("Task")
                .numbers("Copies")
                .numbers("Failures")
                .numbers("Changed")
                .words("URL")
                .words("Last error");
        options.print(
                api,
                DispatcherApi.path("/tasks", "status", "failed", "reason", wanted),
                table,
                task -> table.row(
                        task.path("task_id").asText(),
                        TaskTable.copies(task),
                        Words.number(task.path("attempts").asLong()),
                        Words.ago(task.path("updated_at"), api.answered()),
                        task.path("dataset_url").asText(),
                        error(task.path("last_error"))),
                "No task has failed for it.",
                out);
        if (!table.isEmpty()) {
            out.println();
            out.println("./rescue task TASK shows all errors of one.");
        }
    }

    private static String error(JsonNode error) {
        String http =
                error.has("http_status") ? "HTTP " + error.path("http_status").asText() : "";
        String detail = error.path("detail").asText("");
        String words = http.isEmpty() || detail.isEmpty() ? http + detail : http + ": " + detail;
        return words.isEmpty() ? "–" : words;
    }
}

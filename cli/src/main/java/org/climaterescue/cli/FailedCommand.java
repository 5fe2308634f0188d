package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Objects;
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
            "Counts the tasks that have failed by the reason of their last failure, or lists those of one reason with all their"
                    + " errors.",
            "./rescue retry tries them again, ./rescue cancel gives them up."
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
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
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
        boolean more = options.each(
                api,
                "/tasks/failures",
                group -> true,
                group -> {
                    if (options.json()) {
                        out.println(group);
                    } else {
                        JsonNode example = group.path("example");
                        table.row(
                                group.path("reason").asText(),
                                Words.number(group.path("count").asLong()),
                                group.at("/hosts/0/host").asText("–"),
                                example.path("detail")
                                        .asText(example.path("dataset_url").asText()));
                    }
                    return true;
                },
                out);
        if (!options.json()) {
            ListOptions.print(table, "No task has failed.", more, out);
            if (!table.isEmpty()) {
                out.println();
                out.println("./rescue failed --reason REASON lists the tasks of one.");
            }
        }
    }

    /** Each task as it comes: there may be a great many. */
    private void list(DispatcherApi api, String wanted, PrintWriter out) throws InterruptedException {
        boolean more = options.each(
                api,
                "/tasks?status=failed&reason=" + wanted,
                task -> true,
                task -> {
                    JsonNode whole = api.get("/tasks/"
                            + DispatcherApi.encoded(task.path("task_id").asText()));
                    if (options.json()) {
                        out.println(whole);
                    } else {
                        tell(whole, out);
                    }
                    return !out.checkError();
                },
                out);
        if (!options.json()) {
            ListOptions.printWhether(more, out);
        }
    }

    private static void tell(JsonNode task, PrintWriter out) {
        out.println(Words.plain(
                task.path("task_id").asText() + "  " + task.path("dataset_url").asText()));
        for (JsonNode error : task.path("errors")) {
            String http = error.has("http_status")
                    ? " (HTTP " + error.path("http_status").asText() + ")"
                    : "";
            String detail = error.has("detail") ? ": " + error.path("detail").asText() : "";
            out.println(Words.plain("    %s  %s  %s%s%s"
                    .formatted(
                            error.path("at").asText().replaceFirst("\\.\\d+", ""),
                            error.path("node_id").asText(),
                            error.path("reason").asText(),
                            http,
                            detail)));
        }
    }
}

package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rescue submit}: one file more. */
@Command(
        name = "submit",
        mixinStandardHelpOptions = true,
        description = {
            "Asks for the file at a URL to be rescued.",
            "./rescue import takes many at once: a list of URLs, a table, a catalog."
        })
final class SubmitCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private DispatcherOptions dispatcher = new DispatcherOptions();

    @Parameters(paramLabel = "URL", description = "http, https, ftp or magnet.")
    private String url = "";

    @Option(names = "--name", description = "What to call it.")
    private @Nullable String name;

    @Option(names = "--priority", paramLabel = "N", description = "1 to 10, 10 most urgent (5).")
    private @Nullable Integer priority;

    @Option(names = "--copies", paramLabel = "N", description = "How many copies (what the dispatcher wants of any).")
    private @Nullable Integer copies;

    @Option(names = "--json", description = "Prints the answer as it is.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        ObjectNode task = Json.mapper().createObjectNode().put("dataset_url", url);
        if (name != null) {
            task.put("name", name);
        }
        if (priority != null) {
            task.put("priority", priority);
        }
        if (copies != null) {
            task.put("copies", copies);
        }
        try (DispatcherApi api = dispatcher.connect()) {
            JsonNode answer = api.call("POST", "/tasks", task);
            out.println(
                    json
                            ? answer
                            : "Task %s is %s. ./rescue task %1$s shows how it goes."
                                    .formatted(
                                            answer.path("task_id").asText(),
                                            answer.path("status").asText()));
            return 0;
        }
    }
}

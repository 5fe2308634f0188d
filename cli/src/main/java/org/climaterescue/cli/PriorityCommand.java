package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rescue priority}: how urgent a task is. */
@Command(
        name = "priority",
        mixinStandardHelpOptions = true,
        description = "Changes a task's place in the order of work.")
final class PriorityCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private DispatcherOptions dispatcher = new DispatcherOptions();

    @Parameters(paramLabel = "TASK", description = "Its id, such as t-1a.")
    private String task = "";

    @Parameters(paramLabel = "PRIORITY", description = "1 to 10, 10 most urgent.")
    private int priority;

    @Option(names = "--json", description = "Prints the answer as it is.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = SafeOutput.of(spec);
        try (DispatcherApi api = dispatcher.connect()) {
            JsonNode answer = api.call(
                    "POST",
                    "/tasks/%s/priority".formatted(DispatcherApi.encoded(task)),
                    Json.mapper().createObjectNode().put("priority", priority));
            out.println(
                    json
                            ? answer
                            : "Task %s has priority %d; it %s."
                                    .formatted(
                                            task,
                                            priority,
                                            Words.standing(answer.path("status").asText())));
            return 0;
        }
    }
}

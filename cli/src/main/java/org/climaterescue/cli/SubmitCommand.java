package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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

    @Option(
            names = "--request-id",
            paramLabel = "ID",
            description = "Your own id of this request. Said again with the same id, it is no failure and nothing new.")
    private @Nullable String requestId;

    @Option(names = "--name", paramLabel = "NAME", description = "What to call it.")
    private @Nullable String name;

    @Option(names = "--dataset", paramLabel = "DATASET", description = "The dataset that it belongs to.")
    private @Nullable String dataset;

    @Option(names = "--organization", paramLabel = "WHO", description = "Who publishes it.")
    private @Nullable String organization;

    @Option(names = "--size", paramLabel = "BYTES", description = "Its size, if you know it.")
    private @Nullable Long sizeBytes;

    @Option(names = "--sha256", paramLabel = "DIGEST", description = "Its digest, if you know it; copies must have it.")
    private @Nullable String sha256;

    @Option(names = "--priority", paramLabel = "N", description = "1 to 10, 10 most urgent (default: 5).")
    private @Nullable Integer priority;

    @Option(
            names = "--copies",
            paramLabel = "N",
            description = "How many copies (default: what the dispatcher wants of any).")
    private @Nullable Integer copies;

    @Option(names = "--json", description = "Prints the answer as it is.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = SafeOutput.of(spec);
        try (DispatcherApi api = dispatcher.connect()) {
            JsonNode answer = submit(api);
            out.println(
                    json
                            ? answer
                            : "Task %s %s. ./rescue task %1$s shows how it goes."
                                    .formatted(
                                            answer.path("task_id").asText(),
                                            Words.standing(answer.path("status").asText())));
            return 0;
        }
    }

    /** The task; of a request that was taken before, as it is now. */
    private JsonNode submit(DispatcherApi api) throws InterruptedException {
        ObjectNode task = Json.mapper()
                .createObjectNode()
                .put("request_id", requestId)
                .put("dataset_url", url)
                .put("name", name)
                .put("dataset", dataset)
                .put("organization", organization)
                .put("size_bytes", sizeBytes)
                .put("sha256", sha256)
                .put("priority", priority)
                .put("copies", copies);
        try {
            return api.call("POST", "/tasks", task);
        } catch (Refused refused) {
            JsonNode problem = refused.problem();
            if (problem.path("code").asText().equals("duplicate")
                    && problem.path("request_id").asText().equals(requestId)) {
                return api.get("/tasks/"
                        + DispatcherApi.encoded(problem.path("task_id").asText()));
            }
            throw refused;
        }
    }
}

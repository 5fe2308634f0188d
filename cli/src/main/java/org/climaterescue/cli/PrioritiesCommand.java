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

/** {@code rescue priorities}: what the priorizer says. */
@Command(
        name = "priorities",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]",
        description = "Tells when the priorizer was asked last and what came of it.")
final class PrioritiesCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private DispatcherOptions dispatcher = new DispatcherOptions();

    @Option(names = "--json", description = "Prints the answer as it is.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        try (DispatcherApi api = dispatcher.connect()) {
            JsonNode last = api.get("/priorities");
            out().println(json ? last : words(last));
            return 0;
        }
    }

    @Command(
            name = "refresh",
            mixinStandardHelpOptions = true,
            description = "Asks the priorizer now, instead of when it is due.")
    int refresh(@Option(names = "--json", description = "Prints the answer as it is.") boolean asJson)
            throws InterruptedException {
        try (DispatcherApi api = dispatcher.connect()) {
            JsonNode answer = api.callAtLength("POST", "/priorities/refresh");
            out().println(asJson ? answer : words(answer));
            return 0;
        }
    }

    private static String words(JsonNode refresh) {
        if (!refresh.has("source")) {
            return "The priorizer has not been asked yet.";
        }
        String ranks = "%s a rank, %s changed."
                .formatted(
                        refresh.path("ranked").asLong() == 1
                                ? "1 task has"
                                : Words.number(refresh.path("ranked").asLong()) + " tasks have",
                        Words.number(refresh.path("changed").asLong()));
        String when =
                refresh.has("refreshed_at") ? "Asked at " + Words.moment(refresh.path("refreshed_at")) + ": " : "";
        if (refresh.path("source").asText().equals("priorizer")) {
            return when + ranks;
        }
        return "%sthe priorizer gave no ranking%s, and the last known one stands: %s"
                .formatted(
                        when,
                        refresh.has("error")
                                ? " (" + Words.plain(refresh.path("error").asText()) + ")"
                                : "",
                        ranks);
    }

    private PrintWriter out() {
        return SafeOutput.of(spec);
    }
}

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

/** {@code rescue copies}: where a file is. */
@Command(
        name = "copies",
        mixinStandardHelpOptions = true,
        description = "Tells which nodes hold copies of the file at a URL, and with which SHA-256.")
final class CopiesCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private DispatcherOptions dispatcher = new DispatcherOptions();

    @Parameters(paramLabel = "URL", description = "Where the file was, or still is.")
    private String url = "";

    @Option(names = "--json", description = "Prints the answer as it is.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = SafeOutput.of(spec);
        try (DispatcherApi api = dispatcher.connect()) {
            JsonNode answer = api.get(DispatcherApi.path("/copies", "url", url));
            if (json) {
                out.println(answer);
                return 0;
            }
            out.println(Words.plain("%s %s (task %s)."
                    .formatted(
                            answer.path("url").asText(),
                            Words.standing(answer.path("task_status").asText()),
                            answer.path("task_id").asText())));
            Table copies = CopyTable.of(answer.path("copies"));
            out.println(copies.isEmpty() ? "Nobody has reported a copy." : "\n" + copies.within(Screen.width()));
            return 0;
        }
    }
}

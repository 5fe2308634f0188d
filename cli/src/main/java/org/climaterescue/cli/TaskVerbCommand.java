package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What an operator does to some tasks, or to all that have failed for one reason. A task that refuses harms no other. */
abstract sealed class TaskVerbCommand implements Callable<Integer> permits RetryCommand, CancelCommand {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private DispatcherOptions dispatcher = new DispatcherOptions();

    @ArgGroup(multiplicity = "1")
    private Which which = new Which();

    @Option(names = "--json", description = "Prints the answers as they are, one a line.")
    private boolean json;

    private final String verb;
    private final String done;

    /**
     * A command.
     *
     * @param verb as in the path of the call
     * @param done what has become of tasks then
     */
    TaskVerbCommand(String verb, String done) {
        this.verb = verb;
        this.done = done;
    }

    /** Which tasks. */
    private static final class Which {

        @Parameters(paramLabel = "TASK", arity = "1..*", description = "Their ids, such as t-1a.")
        private List<String> tasks = List.of();

        @Option(
                names = "--reason",
                paramLabel = "REASON",
                completionCandidates = Reasons.class,
                description = "All tasks that have failed for it: ${COMPLETION-CANDIDATES}.")
        private @Nullable String reason;
    }

    @Override
    public final Integer call() throws InterruptedException {
        CommandLine command = Objects.requireNonNull(spec).commandLine();
        try (DispatcherApi api = dispatcher.connect()) {
            return which.reason == null
                    ? each(api, command)
                    : all(api, Reasons.checked(which.reason), SafeOutput.of(spec));
        }
    }

    private int each(DispatcherApi api, CommandLine command) throws InterruptedException {
        PrintWriter out = SafeOutput.of(spec);
        int code = 0;
        for (String task : which.tasks) {
            try {
                JsonNode answer = api.call("POST", "/tasks/%s/%s".formatted(DispatcherApi.encoded(task), verb));
                out.println(
                        json
                                ? answer
                                : "Task %s %s."
                                        .formatted(
                                                task,
                                                Words.standing(
                                                        answer.path("status").asText())));
            } catch (CommandFailed refused) {
                if (which.tasks.size() == 1) {
                    throw refused;
                }
                command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + refused.getMessage());
                code = 1;
            }
        }
        return code;
    }

    /** A call works for some seconds at the most and tells where the next one goes on. */
    private int all(DispatcherApi api, String reason, PrintWriter out) throws InterruptedException {
        String path = "/tasks/%s?reason=%s".formatted(verb, reason);
        String cursor = "";
        long changed = 0;
        long refused = 0;
        while (true) {
            JsonNode answer = api.call("POST", path + cursor);
            changed += answer.path("changed").asLong();
            refused += answer.path("refused").asLong();
            if (json) {
                out.println(answer);
                out.flush();
            }
            if (!answer.has("next_cursor")) {
                break;
            }
            cursor = "&cursor="
                    + DispatcherApi.encoded(answer.path("next_cursor").asText());
        }
        if (!json) {
            out.println("%s %s%s."
                    .formatted(
                            Words.count(changed, "task"),
                            done,
                            refused == 0
                                    ? ""
                                    : "; %s left: rescued under a newer id, or changed meanwhile"
                                            .formatted(Words.number(refused))));
        }
        return 0;
    }
}

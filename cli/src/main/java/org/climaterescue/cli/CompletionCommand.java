package org.climaterescue.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rescue completion}: lets a shell complete what is typed. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = {
            "Prints what lets a shell complete commands and options.",
            "For this session: source <(./rescue completion bash)",
            "For all: write it to a file that the shell reads at its start."
        })
final class CompletionCommand implements Callable<Integer> {

    /** Shells that read it. */
    enum Shell {
        BASH,
        ZSH;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "One of ${COMPLETION-CANDIDATES}.")
    private Shell shell = Shell.BASH;

    @Override
    public Integer call() {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        // The script finds out by itself which of the two reads it.
        out.println("# source <(./rescue completion " + shell + ")");
        out.println(AutoComplete.bash("rescue", spec.root().commandLine()));
        return 0;
    }
}

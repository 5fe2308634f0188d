package org.climaterescue.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.ResourceBundle;
import org.climaterescue.agent.AgentCommand;
import org.climaterescue.agent.VerifyCommand;
import org.climaterescue.mock.MockCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry point. */
@Command(
        name = "rescue",
        mixinStandardHelpOptions = true,
        version = "climate-rescue 0.1.0",
        description = "Lets volunteers rescue public climate data together.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "./rescue test builds everything and runs every test.", "./rescue COMMAND --help tells more."},
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            AgentCommand.class,
            ImportCommand.class,
            SubmitCommand.class,
            StatusCommand.class,
            TasksCommand.class,
            TaskCommand.class,
            CopiesCommand.class,
            ManifestCommand.class,
            CatalogsCommand.class,
            AssignmentsCommand.class,
            NodesCommand.class,
            HostsCommand.class,
            PrioritiesCommand.class,
            FailedCommand.class,
            RetryCommand.class,
            CancelCommand.class,
            PriorityCommand.class,
            VerifyCommand.class,
            DoctorCommand.class,
            LoadTestCommand.class,
            MockCommand.class,
            CompletionCommand.class,
            CommandLine.HelpCommand.class
        })
final class Rescue {

    /** What has no options needs no parser. */
    private static final String[] UP = {"up"};

    private Rescue() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        // The launcher looks before a long preparation whether there is anything to prepare for.
        if (Boolean.getBoolean("rescue.only-parse")) {
            System.exit(commandLine()
                    .setExecutionStrategy(parsed -> CommandLine.ExitCode.OK)
                    .execute(arguments));
        }
        System.exit(Arrays.equals(arguments, UP) ? up() : commandLine().execute(arguments));
    }

    /** As picocli would run it. Its classes are of Java 5, which the JVM takes into no AOT cache and verifies slowly at each start. */
    private static int up() {
        try {
            return UpCommand.run(writer(System.out), writer(System.err));
        } catch (Exception failure) {
            return failed(
                    failure,
                    Objects.requireNonNull(commandLine().getSubcommands().get("up")));
        }
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, stream.charset());
    }

    static CommandLine commandLine() {
        return new CommandLine(new Rescue())
                .setResourceBundle(ResourceBundle.getBundle("org.climaterescue.cli.help", Locale.ROOT))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Rescue::explained)
                .setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, command));
    }

    private static int failed(Exception failure, CommandLine command) {
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        command.getErr()
                .println(command.getColorScheme()
                        .errorText(command.getCommandSpec().qualifiedName() + ": " + CommandFailed.line(failure)));
        boolean usage = failure instanceof WrongUsage || (failure instanceof Refused refused && refused.isWrongUsage());
        return usage ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }

    /** What was meant, where that can be guessed; not a page of help, in which the reason would be lost. */
    private static int explained(ParameterException wrong, String[] arguments) {
        CommandLine command = wrong.getCommandLine();
        if (arguments.length == 0) {
            command.usage(command.getErr());
            return CommandLine.ExitCode.USAGE;
        }
        String name = command.getCommandSpec().qualifiedName();
        StringBuilder said = new StringBuilder(name).append(": ");
        if (wrong instanceof UnmatchedArgumentException unmatched
                && !unmatched.isUnknownOption()
                && !command.getSubcommands().isEmpty()) {
            said.append("there is no command ")
                    .append(unmatched.getUnmatched().getFirst())
                    .append('.');
        } else {
            String reason = CommandFailed.line(wrong).replaceFirst("^Error: ", "");
            said.append(reason).append(reason.endsWith(".") ? "" : ".");
        }
        if (wrong instanceof UnmatchedArgumentException unmatched
                && !unmatched.getSuggestions().isEmpty()) {
            said.append(" Did you mean ")
                    .append(String.join(" or ", unmatched.getSuggestions()))
                    .append('?');
        }
        said.append(" See ./").append(name).append(" --help.");
        command.getErr().println(command.getColorScheme().errorText(said.toString()));
        return CommandLine.ExitCode.USAGE;
    }
}

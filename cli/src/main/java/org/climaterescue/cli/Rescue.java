package org.climaterescue.cli;

import org.climaterescue.agent.AgentCommand;
import org.climaterescue.agent.VerifyCommand;
import org.climaterescue.mock.MockCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

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
            StatusCommand.class,
            VerifyCommand.class,
            DoctorCommand.class,
            MockCommand.class,
            CommandLine.HelpCommand.class
        })
final class Rescue {

    private Rescue() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        CommandLine command = commandLine();
        // The launcher looks before a long preparation whether there is anything to prepare for.
        if (Boolean.getBoolean("rescue.only-parse")) {
            command.setExecutionStrategy(parsed -> CommandLine.ExitCode.OK);
        }
        System.exit(command.execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Rescue())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (failure instanceof InterruptedException) {
                        Thread.currentThread().interrupt();
                    }
                    command.getErr()
                            .println(command.getColorScheme()
                                    .errorText(command.getCommandSpec().qualifiedName() + ": "
                                            + CommandFailed.line(failure)));
                    return failure instanceof WrongUsage ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
                });
    }
}

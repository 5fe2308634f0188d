package org.climaterescue.cli;

import picocli.CommandLine.Command;

/** {@code rescue cancel}: calls tasks off. */
@Command(
        name = "cancel",
        mixinStandardHelpOptions = true,
        description = "Calls tasks off. Nodes that work on them learn of it at their next heartbeat.",
        customSynopsis = "rescue cancel [OPTIONS] (TASK... | --reason=REASON)")
final class CancelCommand extends TaskVerbCommand {

    CancelCommand() {
        super("cancel", "called off");
    }
}

package org.climaterescue.cli;

import picocli.CommandLine.Command;

/** {@code rescue retry}: another try. */
@Command(
        name = "retry",
        mixinStandardHelpOptions = true,
        description =
                "Tries tasks again that failed, were cancelled, or wait for their next try; their attempts start anew.",
        customSynopsis = "rescue retry [OPTIONS] (TASK... | --reason=REASON)")
final class RetryCommand extends TaskVerbCommand {

    RetryCommand() {
        super("retry", "will be tried again");
    }
}

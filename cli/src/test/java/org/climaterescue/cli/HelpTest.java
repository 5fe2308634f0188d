package org.climaterescue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** One voice in all that {@code --help} says. */
class HelpTest {

    @ParameterizedTest
    @MethodSource("commands")
    void whatACommandDoesIsToldInOneSentenceThatBeginsWithAVerb(CommandSpec command) {
        String help = command.commandLine().getUsageMessage();
        String first = first(command);

        assertThat(first).as(help).matches("[A-Z][a-z]+s .*\\.");
        assertThat(help)
                .as("no word of the library's own style")
                .doesNotContain("Display", "Show this", "Print version");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void valuesAreNamedInCapitalsAndDefaultsInOneWay(CommandSpec command) {
        for (ArgSpec one : arguments(command)) {
            String told = String.join(" ", one.description());
            assertThat(told).as(one.toString()).endsWith(".").doesNotMatch("(Take|Also download) .*");
            if (one.arity().max() > 0) {
                assertThat(one.paramLabel()).as(one.toString()).matches("\\[?[A-Z0-9]+]?");
            }
            if (told.contains("DEFAULT-VALUE")) {
                assertThat(told).contains("(default: ${DEFAULT-VALUE})");
            }
            assertThat(told).as("a default that does not say so").doesNotContainPattern("\\((RESCUE|[0-9])");
        }
    }

    private static String first(CommandSpec command) {
        String[] header = command.usageMessage().header();
        return header.length > 0 ? header[0] : command.usageMessage().description()[0];
    }

    private static List<ArgSpec> arguments(CommandSpec command) {
        return Stream.<ArgSpec>concat(command.options().stream(), command.positionalParameters().stream())
                .toList();
    }

    private static Stream<CommandSpec> commands() {
        return all(Rescue.commandLine()).map(CommandLine::getCommandSpec);
    }

    private static Stream<CommandLine> all(CommandLine command) {
        return Stream.concat(
                Stream.of(command),
                command.getSubcommands().values().stream().distinct().flatMap(HelpTest::all));
    }
}

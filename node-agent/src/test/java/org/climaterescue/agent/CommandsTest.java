package org.climaterescue.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.climaterescue.agent.DispatcherDouble.next;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.climaterescue.agent.fetch.TestOrigin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

class CommandsTest {

    private static final byte[] CONTENT = TestOrigin.bytes(1_000_000, 40);

    @TempDir
    Path dir;

    /** What a program that ends with an agent looks like. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            System.exit(new CommandLine(new AgentCommand()).execute(arguments));
        }
    }

    @Test
    void aTerminatedAgentGivesItsLeasesBackAndExitsWithZero() throws Exception {
        try (DispatcherDouble dispatcher = new DispatcherDouble();
                TestOrigin origin = new TestOrigin()) {
            origin.serve("/t.csv", CONTENT);
            Semaphore pace = new Semaphore(2);
            origin.serve("/slow", CONTENT).pace = pace;
            dispatcher.give("t-1", origin.url("/t.csv"), null, null);
            String slow = dispatcher.give("t-2", origin.url("/slow"), null, null);
            Process agent = process(dispatcher, "--allow-private");
            try {
                assertThat(next(dispatcher.completions).body().sha256()).isEqualTo(TestOrigin.sha256(CONTENT));
                assertThat(next(dispatcher.registrations).operator()).isEqualTo("me");
                while (!next(dispatcher.heartbeats).assignments().stream()
                        .anyMatch(at -> at.assignmentId().equals(slow) && at.bytesDone() >= 131_072)) {
                    assertThat(agent.isAlive()).isTrue();
                }
                agent.destroy();
                assertThat(agent.waitFor(8, TimeUnit.SECONDS)).isTrue();
                assertThat(agent.exitValue()).isZero();
                assertThat(next(dispatcher.releases).assignmentId()).isEqualTo(slow);
                next(dispatcher.signedOff);
                String log = Files.readString(dir.resolve("out"));
                assertThat(log).contains("stored").doesNotContain("\u001b");
            } finally {
                agent.destroyForcibly();
                pace.release(1000);
            }
        }
    }

    @Test
    void aRefusedAgentExitsWithOneAndOneLine() throws Exception {
        try (DispatcherDouble dispatcher = new DispatcherDouble()) {
            dispatcher.joinKey = "key";
            Run run = run(
                    new AgentCommand(),
                    "--dispatcher=" + dispatcher.uri(),
                    "--dir=" + dir.resolve("node"),
                    "--capacity=1GB",
                    "--join-key=wrong");
            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.err()).contains("refuses this node").hasLineCount(1);
        }
    }

    @Test
    void aSecondAgentInADirectoryExitsWithOneAndOneLine() throws Exception {
        try (DispatcherDouble dispatcher = new DispatcherDouble()) {
            Process first = process(dispatcher);
            try {
                next(dispatcher.polls);
                Run second = run(
                        new AgentCommand(),
                        "--dispatcher=" + dispatcher.uri(),
                        "--dir=" + dir.resolve("node"),
                        "--capacity=1GB");
                assertThat(second.exit()).isEqualTo(1);
                assertThat(second.err()).contains("another agent").hasLineCount(1);
            } finally {
                first.destroy();
                assertThat(first.waitFor(8, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--dir=x --capacity=1GB",
                "--dispatcher=http://h --dir=x --capacity=lots",
                "--dispatcher=ftp://h --dir=x --capacity=1GB",
                "--dispatcher=http://h --dir=x --capacity=1GB --slots=0",
                "--dispatcher=http://h --dir=x --capacity=1GB --priority=urgent",
                "--dispatcher=http://h --dir=x --capacity=1GB --colour=red"
            })
    void wrongUsageExitsWithTwo(String arguments) {
        assertThat(run(new AgentCommand(), arguments.split(" ")).exit()).isEqualTo(2);
    }

    @Test
    void verifyFindsWhatIsMissingAndWhatIsChanged() throws Exception {
        try (DispatcherDouble dispatcher = new DispatcherDouble();
                TestOrigin origin = new TestOrigin()) {
            for (String name : List.of("good", "changed", "shorter", "missing")) {
                origin.serve("/" + name, (name + " content").getBytes(UTF_8));
                dispatcher.give("t-" + name, origin.url("/" + name), null, null);
            }
            AgentConfig config =
                    new AgentConfig(dispatcher.uri(), dir, "test", null, null, 1_000_000, 4, null, null, true);
            try (NodeAgent agent = NodeAgent.start(config, AgentListener.NONE)) {
                for (int i = 0; i < 4; i++) {
                    next(dispatcher.completions);
                }
                assertThat(agent.nodeId()).isPresent();
            }
        }
        Run before = run(new VerifyCommand(), dir.toString());
        assertThat(before.exit()).isZero();
        assertThat(before.out()).contains("4 files").contains("all as recorded");

        Path host;
        try (var hosts = Files.newDirectoryStream(dir, "127*")) {
            host = hosts.iterator().next();
        }
        Files.writeString(host.resolve("changed"), "CHANGED content");
        Files.writeString(host.resolve("shorter"), "x");
        Files.delete(host.resolve("missing"));
        Run after = run(new VerifyCommand(), dir.toString());
        assertThat(after.exit()).isEqualTo(1);
        assertThat(after.out().lines())
                .anyMatch(line -> line.startsWith("changed") && line.contains("/changed"))
                .anyMatch(line -> line.startsWith("changed") && line.contains("/shorter"))
                .anyMatch(line -> line.startsWith("missing") && line.contains("/missing"))
                .anyMatch(line -> line.contains("3 wrong"))
                .noneMatch(line -> line.contains("good"));
    }

    @Test
    void verifyOfADirectoryThatIsNoNodesIsWrongUsage() {
        assertThat(run(new VerifyCommand(), dir.toString()).exit()).isEqualTo(2);
        assertThat(run(new VerifyCommand(), dir.resolve("nowhere").toString()).exit())
                .isEqualTo(2);
        assertThat(run(new VerifyCommand()).exit()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"100GB,100000000000", "1.5TB,1500000000000", "5 mb,5000000", "42000000,42000000", "1000k,1000000"})
    void sizesAreDecimal(String text, long bytes) {
        assertThat(new ByteSize().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GB", "-1GB", "1GiB", "9999PB", "1,5GB", "0", "100", "999k"})
    void whatIsNoSizeIsRefused(String text) {
        assertThatThrownBy(() -> new ByteSize().convert(text)).isInstanceOf(TypeConversionException.class);
    }

    private record Run(int exit, String out, String err) {}

    private static Run run(Object command, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = new CommandLine(command)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Run(exit, out.toString(), err.toString());
    }

    private Process process(DispatcherDouble dispatcher, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName(),
                "--dispatcher=" + dispatcher.uri(),
                "--dir=" + dir.resolve("node"),
                "--capacity=1GB",
                "--operator=me"));
        command.addAll(List.of(more));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("out").toFile())
                .start();
    }
}

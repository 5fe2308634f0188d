package org.climaterescue.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.climaterescue.mock.load.FleetPlan;
import org.climaterescue.mock.load.LoadTest;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rescue loadtest}: how much a dispatcher stands, with a picture. */
@Command(
        name = "loadtest",
        mixinStandardHelpOptions = true,
        description = {
            "Measures how much a running dispatcher stands, and draws throughput and latency over time.",
            "",
            "Without --nodes it drains: each connection asks for no-op tasks and reports them done, as fast as the dispatcher"
                    + " stands, one a call and then 50 a call.",
            "With --nodes it rescues: simulated nodes with slots, operators and regions wait for work, download for a while,"
                    + " send heartbeats, fail sometimes; some fall silent. At the end it says whether the laws of a rescue held.",
            "",
            "Its tasks are of hosts that do not exist (*.loadtest.invalid): nothing is ever downloaded. A dispatcher that"
                    + " holds a rescue is left alone. Ctrl-C stops it and cancels what is unfinished.",
            ""
        })
final class LoadTestCommand implements Callable<Integer> {

    private static final int USUAL_CONNECTIONS = 64;
    private static final int MOST_NODES = 10_000;
    private static final int MOST_CONNECTIONS = 10_000;
    private static final int CALLS_OF_A_NODE = 3;
    private static final int MOST_TASKS = 10_000_000;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private DispatcherOptions dispatcher = new DispatcherOptions();

    @Option(
            names = "--tasks",
            paramLabel = "N",
            defaultValue = "20000",
            description = "How many tasks are put through each time (default: ${DEFAULT-VALUE}).")
    private int tasks;

    @ArgGroup
    private Load load = new Load();

    /** Either a drain or a fleet. */
    static final class Load {

        @Option(
                names = "--connections",
                paramLabel = "N",
                description = "Drains over so many connections, each a node and a call at a time (default: "
                        + USUAL_CONNECTIONS + ").")
        private int connections = USUAL_CONNECTIONS;

        @Option(
                names = "--nodes",
                paramLabel = "N",
                description =
                        "Rescues with so many simulated nodes instead, in as many copies as the dispatcher wants.")
        private int nodes;
    }

    @Option(
            names = "--report",
            paramLabel = "FILE",
            defaultValue = "loadtest.html",
            description =
                    "Where the report goes (default: ${DEFAULT-VALUE}): a page that needs no other file, or the picture alone if"
                            + " the name ends with .svg. An older one is replaced.")
    private Path report = Path.of("loadtest.html");

    @Option(names = "--json", description = "Prints one JSON object with every figure.")
    private boolean json;

    @Option(names = "--yes", description = "Goes on although the dispatcher holds a rescue.")
    private boolean yes;

    @Override
    public Integer call() throws InterruptedException, IOException {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        requireBetween("--tasks", tasks, MOST_TASKS);
        requireBetween("--connections", load.connections, MOST_CONNECTIONS);
        requireBetween("--nodes", load.nodes, 0, MOST_NODES);
        requireDirectory();
        // Whoever wants JSON wants nothing else on standard output.
        PrintWriter told = json ? err : out;
        try (DispatcherApi api = dispatcher.connect()) {
            if (yes) {
                api.get("/stats");
            } else {
                LoadTestGuard.requireNoRescue(api);
            }
        }
        try (var progress = new LoadTestProgress(told)) {
            var test = new LoadTest(dispatcher.uri(), dispatcher.key(), calls(), progress);
            Interruption signal = Interruption.closes(() -> stop(test, progress, told), Interruption.CODE, err);
            try {
                return run(test, told, out);
            } catch (InterruptedException stopped) {
                // By Ctrl-C, whose own thread has the last word.
                return Interruption.CODE;
            } finally {
                signal.close();
            }
        }
    }

    private int run(LoadTest test, PrintWriter told, PrintWriter out) throws InterruptedException, IOException {
        LoadTestReport figures;
        try (test) {
            int leftovers = test.cancelLeftovers();
            if (leftovers > 0) {
                told.println("Cancelled " + Words.count(leftovers, "task") + " that an earlier load test had left.");
            }
            figures = load.nodes == 0
                    ? LoadTestReport.of(test, test.drain(tasks, load.connections))
                    : LoadTestReport.of(test, test.fleet(FleetPlan.usual(load.nodes, tasks)));
        }
        // Printed first: where a picture cannot be drawn, the figures are not lost.
        if (json) {
            out.println(Json.mapper().writeValueAsString(figures));
        } else {
            figures.print(out);
        }
        out.flush();
        figures.write(report);
        told.println("Report: " + report.toAbsolutePath().normalize());
        return figures.holds() ? 0 : 1;
    }

    /** The most calls at a time: a node of a fleet may wait for work, report on each of its slots and send a heartbeat. */
    private int calls() {
        return load.nodes == 0 ? load.connections : load.nodes * CALLS_OF_A_NODE;
    }

    /** Under Ctrl-C. */
    private static void stop(LoadTest test, LoadTestProgress progress, PrintWriter told) {
        progress.close();
        told.println();
        told.println("Stopping: signing nodes off and cancelling what is unfinished …");
        told.flush();
        test.close();
        told.println(
                test.left() == 0
                        ? "Stopped; " + Words.count(test.cancelled(), "task") + " cancelled."
                        : "Stopped; %s cancelled and %s left for the next load test to cancel."
                                .formatted(Words.count(test.cancelled(), "task"), Words.number(test.left())));
        told.flush();
    }

    /** Looks first: a report that has nowhere to go would be lost after minutes. */
    private void requireDirectory() {
        Path directory = report.toAbsolutePath().normalize().getParent();
        if (Files.isDirectory(report) || directory == null || !Files.isWritable(directory)) {
            throw new WrongUsage(
                    "--report %s cannot be written; name a file in a directory that is there".formatted(report));
        }
    }

    private static void requireBetween(String option, int value, int most) {
        requireBetween(option, value, 1, most);
    }

    private static void requireBetween(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new WrongUsage("%s must be %d to %d, not %d".formatted(option, least, most, value));
        }
    }
}

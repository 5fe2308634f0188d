package org.climaterescue.benchmarks;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What it costs to have it: how long a dispatcher takes to answer after {@code ./rescue up} on existing data, and what a dispatcher and an
 * agent without work keep in memory and take of a core. Both are started as people start them.
 */
final class Light {

    private static final int STARTS = 5;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);
    private static final Duration TO_STOP = Duration.ofSeconds(60);

    /** When to look at what they keep in memory, unless told: the last moment is the end. */
    private static final List<String> MOMENTS = List.of("10", "60");

    private final Path directory;
    private final URI dispatcher;
    private final Report report = new Report(1, "what", "after s", "RSS MB", "PSS MB", "% of a core since", "ms");

    private Light(Path directory, int port) {
        this.directory = directory;
        this.dispatcher = URI.create("http://127.0.0.1:" + port);
    }

    /** Takes the seconds after which to look at what they keep in memory, in ascending order. */
    public static void main(String[] arguments) throws Exception {
        List<Duration> moments = (arguments.length > 0 ? List.of(arguments) : MOMENTS)
                .stream().map(Long::parseLong).map(Duration::ofSeconds).toList();
        Path directory = Files.createTempDirectory("rescue-bench-");
        try {
            new Light(directory, freePort()).run(moments);
        } finally {
            delete(directory);
        }
    }

    private void run(List<Duration> moments) throws IOException, InterruptedException {
        // The first one builds, prepares what is to be prepared, and makes the data.
        stop(up());
        long[] nanos = new long[STARTS];
        for (int start = 0; start < STARTS; start++) {
            long began = System.nanoTime();
            Process started = up();
            nanos[start] = System.nanoTime() - began;
            stop(started);
        }
        Arrays.sort(nanos);
        report.add(
                "start on existing data to the first answer, median of " + STARTS,
                "–",
                "–",
                "–",
                "–",
                Report.whole(nanos[STARTS / 2] / 1e6));
        Process up = up();
        try {
            watch("dispatcher", up, moments);
            Process agent = agent();
            try {
                watch("agent", agent, moments);
            } finally {
                stop(agent);
            }
        } finally {
            stop(up);
        }
        report.print();
    }

    /** Without work, from now on. */
    private void watch(String what, Process process, List<Duration> moments) throws IOException, InterruptedException {
        long began = System.nanoTime();
        CpuMeter meter = CpuMeter.of(process.pid());
        for (Duration moment : moments) {
            TimeUnit.NANOSECONDS.sleep(began + moment.toNanos() - System.nanoTime());
            Memory memory = Memory.of(process.pid());
            report.add(
                    what + " without work",
                    Report.whole(moment.toSeconds()),
                    Report.whole(memory.rss()),
                    Report.whole(memory.pss()),
                    Report.fine(meter.percent()),
                    "–");
            // What it took of a core is told for each piece of the time, for the first one is no rest.
            meter = CpuMeter.of(process.pid());
        }
    }

    /** When this returns, it has answered. */
    private Process up() throws IOException, InterruptedException {
        Process up = start(
                Map.of(
                        "RESCUE_DATA_DIR", directory.resolve("data").toString(),
                        "DISPATCHER_PORT", Integer.toString(dispatcher.getPort()),
                        "LOG_LEVEL", "ERROR"),
                "up");
        try (var client = new Client(dispatcher)) {
            while (up.isAlive()) {
                try {
                    client.get("/");
                    return up;
                } catch (ConnectException notYet) {
                    Thread.sleep(LOOK_AGAIN);
                }
            }
        }
        throw new IOException("the dispatcher did not start");
    }

    private Process agent() throws IOException {
        return start(
                Map.of(),
                "agent",
                "--dispatcher",
                dispatcher.toString(),
                "--dir",
                directory.resolve("agent").toString(),
                "--capacity",
                "1GB");
    }

    private static Process start(Map<String, String> environment, String... arguments) throws IOException {
        var builder = new ProcessBuilder(
                Stream.concat(Stream.of("./rescue"), Stream.of(arguments)).toList());
        builder.environment().putAll(environment);
        // A database of somebody else would be another measurement.
        builder.environment().remove("DATABASE_URL");
        return builder.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void stop(Process process) throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(TO_STOP)) {
            process.destroyForcibly();
            throw new IOException("process " + process.pid() + " did not stop");
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

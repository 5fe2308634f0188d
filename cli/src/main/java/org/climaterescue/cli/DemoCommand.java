package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rescue demo}: a whole rescue on this machine, checked at the end byte by byte. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Shows a whole rescue on this machine: an origin with a sample catalog, a priorizer, a dispatcher and three nodes.",
            "Everything lives in a temporary directory that is deleted at the end."
        })
final class DemoCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int HIGHEST_PORT = 65_535;
    private static final long BETWEEN_LOOKS_MILLIS = 150;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--exit", description = "Ends after the table instead of leaving the dashboard up.")
    private boolean exit;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8001",
            description = "Port of the dispatcher (default: ${DEFAULT-VALUE}); 0 takes a free one.")
    private int port;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        if (port < 0 || port > HIGHEST_PORT) {
            throw new WrongUsage("--port must be 0 to %d, not %d".formatted(HIGHEST_PORT, port));
        }
        requireFree(port);
        Closing parts = new Closing();
        Interruption signal =
                Interruption.closes(parts, Interruption.CODE, spec.commandLine().getErr());
        try (parts) {
            return runUntilStopped(parts, out);
        } finally {
            // Last of all, so that an end by Ctrl-C waits until everything has stopped.
            signal.close();
        }
    }

    private int runUntilStopped(Closing parts, PrintWriter out) throws Exception {
        try {
            return run(parts, out);
        } catch (Exception failed) {
            if (parts.isClosed()) {
                // Not a failure of its own: what it worked with was stopped by Ctrl-C.
                return Interruption.CODE;
            }
            throw failed;
        }
    }

    private int run(Closing parts, PrintWriter out) throws Exception {
        say(out, "Starting an origin, a priorizer, a database and a dispatcher …");
        DemoWorld world = DemoWorld.start(port, parts);
        boolean right = rescue(world, parts, out);
        if (!exit) {
            say(out, "");
            say(out, "The dispatcher stays up: open " + world.dispatcher() + ". Ctrl-C ends it.");
            new CountDownLatch(1).await();
        }
        return right ? 0 : 1;
    }

    static boolean rescue(DemoWorld world, Closing parts, PrintWriter out) throws Exception {
        try (DispatcherApi api = new DispatcherApi(world.dispatcher(), null)) {
            say(out, "The dispatcher answers at " + world.dispatcher());
            long began = System.nanoTime();
            byte[] file = world.catalogFile();
            JsonNode catalog = CatalogImport.run(
                    api, "sample", "auto", new ByteArrayInputStream(file), file.length, out, id -> {});
            CatalogImport.requireImported(catalog);
            say(
                    out,
                    "Imported " + world.catalog().url() + ": "
                            + Words.count(catalog.path("added").asLong(), "file"));
            world.rank();
            JsonNode priorities = api.post("/priorities/refresh", BodyPublishers.noBody());
            say(
                    out,
                    "The priorizer ranked %s; they are rescued in that order."
                            .formatted(Words.count(priorities.path("ranked").asLong(), "file")));
            world.startAgents(parts);
            boolean settled = watch(api, world, out);
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            DemoReport report = DemoReport.of(api, world);
            say(out, "");
            report.print(took, out);
            if (!settled) {
                say(out, "Gave up after " + Words.time(PATIENCE) + ": not every file was rescued or failed.");
            }
            return settled && report.isRight();
        }
    }

    /** Waits until every task has ended; false when that takes too long. */
    private static boolean watch(DispatcherApi api, DemoWorld world, PrintWriter out) throws InterruptedException {
        int files = world.catalog().assets().size();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (Progress progress = new Progress("rescuing", (long) files * DemoWorld.COPIES, out)) {
            while (System.nanoTime() < deadline) {
                JsonNode stats = api.get("/stats");
                long rescued = stats.at("/tasks/rescued/count").asLong();
                long failed = stats.at("/tasks/failed/count").asLong();
                progress.reached(
                        stats.at("/copies/count").asLong() + failed * DemoWorld.COPIES,
                        "%d/%d files, %s"
                                .formatted(
                                        rescued,
                                        files,
                                        Words.size(stats.at("/copies/bytes").asLong())));
                if (rescued + failed >= files) {
                    return true;
                }
                TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
            }
            return false;
        }
    }

    /** Looks first, so that nothing is started in vain and the message names the option that helps. */
    private static void requireFree(int port) {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            if (probe.getLocalPort() == 0) {
                throw new IllegalStateException("a bound socket without a port");
            }
        } catch (IOException taken) {
            throw new CommandFailed(
                    "port %d is taken; stop what listens there, or choose another with --port".formatted(port), taken);
        }
    }

    private static void say(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }
}

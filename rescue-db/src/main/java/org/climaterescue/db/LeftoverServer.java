package org.climaterescue.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PostgreSQL server that outlived the program which started it (a kill, a crash).
 *
 * <p>Only processes that are PostgreSQL and work in this very cluster directory are ever touched: after a power cut, or in a
 * container that starts anew, the number in a stale {@code postmaster.pid} often belongs to something else.
 */
final class LeftoverServer {

    private static final Logger LOG = LoggerFactory.getLogger(LeftoverServer.class);

    private static final Duration TO_VANISH = Duration.ofSeconds(10);

    private LeftoverServer() {}

    /** Stops what still runs in {@code cluster} (a real path) and clears a stale {@code postmaster.pid} away. */
    static void stop(Path cluster, PostgresBinaries binaries) throws IOException {
        Optional<PostmasterFile> file = PostmasterFile.read(cluster);
        List<ProcessHandle> running = processes(cluster);
        if (!running.isEmpty()) {
            LOG.info("Stopping the PostgreSQL that an earlier run left in {}", cluster);
            boolean postmasterLives = file.isPresent()
                    && running.stream()
                            .anyMatch(process -> process.pid() == file.get().pid());
            if (postmasterLives) {
                binaries.run("pg_ctl", "stop", "-D", cluster.toString(), "-m", "fast", "-w", "-t", "30");
            }
            awaitEnd(cluster, binaries, running);
        }
        Optional<PostmasterFile> stale = PostmasterFile.read(cluster);
        if (stale.isPresent() && ProcessHandle.of(stale.get().pid()).isPresent()) {
            // PostgreSQL would take the other process of that number for a running server, and refuse to start.
            LOG.info(
                    "Process {} is not the PostgreSQL of {}: removing a stale postmaster.pid",
                    stale.get().pid(),
                    cluster);
            PostmasterFile.delete(cluster);
        }
    }

    /** The last words to processes without a master, or to a master that does not stop. */
    private static void awaitEnd(Path cluster, PostgresBinaries binaries, List<ProcessHandle> running) {
        if (!ended(running)) {
            binaries.run("pg_ctl", "stop", "-D", cluster.toString(), "-m", "immediate", "-w", "-t", "10");
            running.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
            if (!ended(running)) {
                throw new DatabaseUnavailable(
                        "The PostgreSQL that an earlier run left in %s does not stop: end its processes %s."
                                .formatted(
                                        cluster,
                                        running.stream()
                                                .filter(ProcessHandle::isAlive)
                                                .map(ProcessHandle::pid)
                                                .toList()));
            }
        }
    }

    private static boolean ended(List<ProcessHandle> processes) {
        CompletableFuture<Void> all = CompletableFuture.allOf(
                processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new));
        return all.thenApply(nothing -> true)
                .completeOnTimeout(false, TO_VANISH.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    /** Every PostgreSQL process, the master or one of its children, that works in {@code cluster}. */
    static List<ProcessHandle> processes(Path cluster) {
        return ProcessHandle.allProcesses()
                .filter(process -> serves(process, cluster))
                .toList();
    }

    private static boolean serves(ProcessHandle process, Path cluster) {
        Optional<String> program = process.info().command();
        if (program.isEmpty()
                || !Path.of(program.get()).getFileName().toString().startsWith("postgres")) {
            return false;
        }
        Path workingDirectory = Path.of("/proc", Long.toString(process.pid()), "cwd");
        if (Files.isSymbolicLink(workingDirectory)) {
            try {
                // PostgreSQL works in its cluster's directory.
                return Files.readSymbolicLink(workingDirectory).equals(cluster);
            } catch (IOException e) {
                LOG.debug("Process {} ended or is another user's: {}", process.pid(), e.toString());
                return false;
            }
        }
        // Without /proc (macOS) only the master can be told by its command line; its children end with it.
        return process.info().arguments().stream().flatMap(Arrays::stream).anyMatch(cluster.toString()::equals);
    }
}

package org.climaterescue.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
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
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private LeftoverServer() {}

    /** Stops what still runs in {@code cluster} (a real path) and clears a stale {@code postmaster.pid} away. */
    static void stop(Path cluster, PostgresBinaries binaries) throws IOException {
        Optional<PostmasterFile> file = PostmasterFile.read(cluster);
        List<ProcessHandle> running = processes(cluster);
        if (!running.isEmpty()) {
            LOG.info("Stopping the PostgreSQL that an earlier run left in {}", cluster);
            boolean masterLives = file.isPresent()
                    && running.stream()
                            .anyMatch(process -> process.pid() == file.get().pid());
            if (masterLives && !binaries.stop(cluster, "fast", 30)) {
                binaries.stop(cluster, "immediate", 10);
            }
            endWhatIsLeft(cluster);
        }
        clearStaleFile(cluster);
    }

    /** Ends children without a master, which notice its end late, and a master that did not stop. */
    private static void endWhatIsLeft(Path cluster) {
        if (!ended(cluster)) {
            processes(cluster).forEach(ProcessHandle::destroyForcibly);
            if (!ended(cluster)) {
                throw new DatabaseUnavailable(
                        "The PostgreSQL that an earlier run left in %s does not stop: end its processes %s."
                                .formatted(
                                        cluster,
                                        processes(cluster).stream()
                                                .map(ProcessHandle::pid)
                                                .toList()));
            }
        }
    }

    /** Looks instead of waiting for an exit: an orphan that nobody reaps stays in the list of processes for ever. */
    private static boolean ended(Path cluster) {
        long deadline = System.nanoTime() + TO_VANISH.toNanos();
        while (!processes(cluster).isEmpty()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
        return true;
    }

    /**
     * PostgreSQL clears a file whose process is gone away itself, but takes any living process of that number for a running
     * server, and does not start over a file that a power cut left empty or broken.
     */
    private static void clearStaleFile(Path cluster) throws IOException {
        Optional<PostmasterFile> file = PostmasterFile.read(cluster);
        boolean ownerMayLive =
                file.isEmpty() || ProcessHandle.of(file.get().pid()).isPresent();
        if (ownerMayLive && PostmasterFile.delete(cluster)) {
            LOG.info("Removed a stale postmaster.pid from {}", cluster);
        }
    }

    /** Every PostgreSQL process, the master or one of its children, that works in {@code cluster}. */
    static List<ProcessHandle> processes(Path cluster) {
        return ProcessHandle.allProcesses()
                .filter(process -> serves(process, cluster))
                .toList();
    }

    private static boolean serves(ProcessHandle process, Path cluster) {
        Optional<String> program = process.info().command();
        if (program.isEmpty() || !fileName(program.get()).startsWith("postgres")) {
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

    /** The program of a process in a container may be shown as the root directory, which has no name. */
    static String fileName(String program) {
        Path name = Path.of(program).getFileName();
        return name == null ? "" : name.toString();
    }
}

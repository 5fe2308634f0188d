package org.climaterescue.db;

import java.io.IOException;
import java.io.Serial;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A database cluster in the sense of PostgreSQL: the directory {@code postgresql} under a data directory, and the server that
 * works on it. Whoever calls holds the lock on the data directory.
 */
final class Cluster {

    private static final String USER = "rescue";
    private static final String DATABASE = "postgres";
    private static final String DIRECTORY = "postgresql";
    private static final String PASSWORD_FILE = "rescue.password";

    /** Recovery after a power cut reads up to {@code max_wal_size} again; minutes on a slow disk. */
    private static final String START_SECONDS = "600";

    private static final int STOP_SECONDS = 60;
    private static final int PORTS_TRIED = 5;
    private static final long ROTATE_LOG_AT_BYTES = 5_000_000;
    private static final long NEARLY_FULL_BYTES = 8_000_000;

    private final Path dataDir;
    private final Path directory;
    private final PostgresBinaries binaries;
    private final boolean durable;

    private Cluster(Path dataDir, PostgresBinaries binaries, boolean durable) {
        this.dataDir = dataDir;
        this.directory = dataDir.resolve(DIRECTORY);
        this.binaries = binaries;
        this.durable = durable;
    }

    /**
     * The cluster of {@code dataDir}, made if there is none, with no server running.
     *
     * @param dataDir a real path
     * @param durable false only for tests: commits then do not wait for the disk
     */
    static Cluster in(Path dataDir, PostgresBinaries binaries, boolean durable) throws IOException {
        var cluster = new Cluster(dataDir, binaries, durable);
        if (Files.exists(cluster.directory)) {
            cluster.refuseOtherVersion();
        } else {
            cluster.create();
        }
        return cluster;
    }

    /** Whether {@code dataDir} holds a cluster. */
    static boolean isIn(Path dataDir) {
        return Files.isDirectory(dataDir.resolve(DIRECTORY));
    }

    /**
     * Where and as whom to connect to the server that works on the cluster of {@code dataDir}; empty when none does. Needs no
     * lock, and the server may end at any moment.
     *
     * @param dataDir a real path
     */
    static Optional<DatabaseUrl> running(Path dataDir) throws IOException {
        Path directory = dataDir.resolve(DIRECTORY);
        Optional<PostmasterFile> server = server(directory).filter(found -> found.port() > 0);
        return server.isEmpty()
                ? Optional.empty()
                : Optional.of(url(server.get().port(), password(directory)));
    }

    /** Where and as whom to connect to a server at this port. */
    static DatabaseUrl url(int port, String password) {
        return new DatabaseUrl("jdbc:postgresql://127.0.0.1:" + port + "/" + DATABASE, USER, password);
    }

    private static Optional<PostmasterFile> server(Path directory) throws IOException {
        return PostmasterFile.read(directory)
                .filter(server -> LeftoverServer.processes(directory).stream()
                        .anyMatch(process -> process.pid() == server.pid()));
    }

    private static String password(Path directory) throws IOException {
        return Files.readString(directory.resolve(PASSWORD_FILE)).strip();
    }

    Path directory() {
        return directory;
    }

    String password() throws IOException {
        return password(directory);
    }

    /** Starts the server on a free port, after stopping what an earlier run may have left. */
    PostmasterFile start() throws IOException {
        LeftoverServer.stop(directory, binaries);
        for (int tried = 1; ; tried++) {
            try {
                return startAt(freePort());
            } catch (PortTaken e) {
                if (tried == PORTS_TRIED) {
                    throw e.unavailable();
                }
            }
        }
    }

    /** Starts the server again where clients know it, or finds it running because a person has started it again. */
    PostmasterFile startAgain(int port) throws IOException {
        Optional<PostmasterFile> running = server(directory);
        if (running.isPresent()) {
            return running.get();
        }
        LeftoverServer.stop(directory, binaries);
        try {
            return startAt(port);
        } catch (PortTaken e) {
            throw e.unavailable();
        }
    }

    /** Whether no server runs any more. */
    boolean stop() {
        return LeftoverServer.processes(directory).isEmpty()
                || binaries.stop(directory, "fast", STOP_SECONDS)
                || binaries.stop(directory, "immediate", STOP_SECONDS);
    }

    private PostmasterFile startAt(int port) throws IOException, PortTaken {
        Path log = dataDir.resolve("postgresql.log");
        if (Files.exists(log) && Files.size(log) > ROTATE_LOG_AT_BYTES) {
            Files.move(log, dataDir.resolve("postgresql.log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
        ServerSettings.write(directory, port, durable);
        long before = Files.exists(log) ? Files.size(log) : 0;
        var started = binaries.run(
                "pg_ctl", "start", "-D", directory.toString(), "-l", log.toString(), "-w", "-t", START_SECONDS, "-s");
        Optional<PostmasterFile> server = PostmasterFile.read(directory);
        if (started.well() && server.isPresent()) {
            return server.get();
        }
        String words = started.output() + (Files.exists(log) ? tail(log, before) : "");
        DatabaseUnavailable failure = failed("did not start (its log is " + log + ")", words);
        if (words.contains("Address already in use")) {
            throw new PortTaken(failure);
        }
        throw failure;
    }

    private void refuseOtherVersion() throws IOException {
        Path file = directory.resolve("PG_VERSION");
        String found = Files.exists(file) ? Files.readString(file).strip() : "";
        String brought = binaries.majorVersion();
        if (!found.equals(brought)) {
            throw new DatabaseUnavailable(
                    "The data directory %s holds %s, which PostgreSQL %s of this program cannot read. %s"
                            .formatted(
                                    dataDir,
                                    found.isEmpty() ? "something else than a database" : "data of PostgreSQL " + found,
                                    brought,
                                    "Set RESCUE_DATA_DIR to another directory, or DATABASE_URL to a server of its version."));
        }
    }

    /** Made beside its final place and renamed, so that a cluster is there whole or not at all. */
    private void create() throws IOException {
        Path unfinished = dataDir.resolve("postgresql.unfinished");
        PostgresBinaries.delete(unfinished);
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        Path passwordFile = Files.createTempFile(dataDir, "password", "");
        try {
            Files.writeString(passwordFile, HexFormat.of().formatHex(random));
            var initdb = binaries.run(
                    "initdb",
                    durable ? "--sync-method=fsync" : "--no-sync",
                    "--pgdata=" + unfinished,
                    "--username=" + USER,
                    "--pwfile=" + passwordFile,
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    // The same order of texts on every machine, whatever its locales are.
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C");
            if (!initdb.well()) {
                throw failed("could not be set up", initdb.output());
            }
            Files.move(passwordFile, unfinished.resolve(PASSWORD_FILE));
            Files.move(unfinished, directory, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(passwordFile);
            PostgresBinaries.delete(unfinished);
        }
    }

    /** What was written after the first {@code from} bytes. */
    private static String tail(Path log, long from) throws IOException {
        byte[] all = Files.readAllBytes(log);
        int start = (int) Math.min(from, all.length);
        return new String(all, start, all.length - start, StandardCharsets.UTF_8);
    }

    /** A port that is free now; if another takes it first, the server says so and the next one is tried. */
    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Picks the telling line out of what the programs said. */
    private DatabaseUnavailable failed(String what, String words) throws IOException {
        // On a full disk the server often cannot even say so.
        if (DatabaseUnavailable.diskFull(words) || Files.getFileStore(dataDir).getUsableSpace() < NEARLY_FULL_BYTES) {
            return DatabaseUnavailable.diskFull(dataDir, null);
        }
        if (words.contains("unshare")) {
            return new DatabaseUnavailable(
                    "PostgreSQL in %s cannot run as root here, for root may not set its rights aside (%s). %s"
                            .formatted(
                                    dataDir,
                                    DatabaseUnavailable.oneLine(words),
                                    "Start as another user, or set DATABASE_URL to a PostgreSQL server."));
        }
        String reason = words.lines()
                .filter(line -> line.matches(".*\\b(FATAL|PANIC|error|cannot|could not)\\b.*"))
                .reduce((first, last) -> first.contains("FATAL") || first.contains("PANIC") ? first : last)
                .orElse(words)
                .replaceFirst("^.*?(FATAL|PANIC|error): *", "");
        return new DatabaseUnavailable("PostgreSQL in %s %s: %s".formatted(dataDir, what, reason));
    }

    /** Another process listens where the server should. */
    private static final class PortTaken extends Exception {

        @Serial
        private static final long serialVersionUID = 1L;

        private final DatabaseUnavailable failure;

        private PortTaken(DatabaseUnavailable failure) {
            super(failure);
            this.failure = failure;
        }

        DatabaseUnavailable unavailable() {
            return failure;
        }
    }
}

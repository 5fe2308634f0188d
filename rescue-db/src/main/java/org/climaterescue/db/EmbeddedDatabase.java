package org.climaterescue.db;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL server of our own, for whoever has none: its data lies under a directory and survives restarts.
 *
 * <p>One process at a time uses a data directory. The server listens on 127.0.0.1 at a port that differs from start to start,
 * behind a password known to the owner of the directory alone. It runs in a session of its own, so Ctrl-C reaches this
 * program and not the server; it stops when it is closed and, should this program end without closing it, by itself.
 *
 * <p>The library that brings the server's programs could start them too, but it accepts any server that answers at its port,
 * keeps half unpacked programs, fails on a server left by a crash, and hides why a server did not start.
 */
public final class EmbeddedDatabase implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);

    private static final String USER = "rescue";
    private static final String DATABASE = "postgres";
    private static final String PASSWORD_FILE = "rescue.password";
    private static final String CLUSTER = "postgresql";
    private static final String UNFINISHED = "postgresql.unfinished";

    /** Recovery after a power cut reads up to {@code max_wal_size} again; minutes on a slow disk. */
    private static final String START_SECONDS = "600";

    private static final int STOP_SECONDS = 60;
    private static final int PORTS_TRIED = 5;
    private static final long ROTATE_LOG_AT_BYTES = 5_000_000;
    private static final long NEARLY_FULL_BYTES = 8_000_000;

    private final Path dataDir;
    private final Path cluster;
    private final PostgresBinaries binaries;
    private final DirectoryLock lock;
    private final String password;
    private final PostmasterFile server;
    private final Lifeline lifeline;
    private boolean closed;

    private EmbeddedDatabase(Path dataDir, PostgresBinaries binaries, DirectoryLock lock, boolean durable)
            throws IOException {
        this.dataDir = dataDir;
        this.cluster = dataDir.resolve(CLUSTER);
        this.binaries = binaries;
        this.lock = lock;
        PostgresBinaries.delete(dataDir.resolve(UNFINISHED));
        if (Files.exists(cluster)) {
            refuseOtherVersion();
            LeftoverServer.stop(cluster, binaries);
        } else {
            createCluster(durable);
        }
        this.password = Files.readString(cluster.resolve(PASSWORD_FILE)).strip();
        this.server = startServer(durable);
        try {
            this.lifeline = Lifeline.to(server.pid());
        } catch (IOException e) {
            binaries.stop(cluster, "fast", STOP_SECONDS);
            throw e;
        }
    }

    /**
     * Starts the server of {@code dataDir}, making the directory and an empty database if there are none. Takes 1 to 2 s for
     * a new directory, less for an existing one, and longer when the server must recover from a crash.
     *
     * @throws DatabaseUnavailable when the directory is in use, cannot be written, is of another major version, or when the
     *     server does not start for any other reason; the message is one line that names the directory
     */
    public static EmbeddedDatabase start(Path dataDir) {
        return start(dataDir, PostgresBinaries.userCache(), true);
    }

    /** As {@link #start(Path)}, for tests: the programs are unpacked into {@code cache}, and commits may skip the disk. */
    static EmbeddedDatabase start(Path dataDir, Path cache, boolean durable) {
        Path directory = DirectoryLock.made(dataDir);
        DirectoryLock lock = DirectoryLock.take(directory);
        try {
            var database = new EmbeddedDatabase(directory, PostgresBinaries.unpacked(cache, directory), lock, durable);
            try {
                database.verify(durable);
            } catch (RuntimeException e) {
                database.close();
                throw e;
            }
            return database;
        } catch (IOException e) {
            lock.close();
            throw DatabaseUnavailable.of(directory, e);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Where and as whom to connect. */
    public DatabaseUrl url() {
        return new DatabaseUrl("jdbc:postgresql://127.0.0.1:" + server.port() + "/" + DATABASE, USER, password);
    }

    /** The process id of the server. */
    public long pid() {
        return server.pid();
    }

    /**
     * Stops the server: open transactions are rolled back, what was committed is on the disk. Returns when the server has
     * ended. Closing again does nothing.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        lifeline.close();
        try {
            if (PostmasterFile.read(cluster).isPresent() && !stops()) {
                LOG.error("PostgreSQL in {} does not stop", dataDir);
            }
        } catch (IOException e) {
            throw DatabaseUnavailable.of(dataDir, e);
        } finally {
            lock.close();
        }
    }

    private boolean stops() {
        return binaries.stop(cluster, "fast", STOP_SECONDS) || binaries.stop(cluster, "immediate", STOP_SECONDS);
    }

    private void refuseOtherVersion() throws IOException {
        Path file = cluster.resolve("PG_VERSION");
        String found = Files.exists(file) ? Files.readString(file).strip() : "";
        // "postgres (PostgreSQL) 18.6"
        String brought = binaries.run("postgres", "--version").output().replaceAll("(?s).* (\\d+).*", "$1");
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
    private void createCluster(boolean durable) throws IOException {
        Path unfinished = dataDir.resolve(UNFINISHED);
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        String secret = HexFormat.of().formatHex(random);
        Path passwordFile = Files.createTempFile(dataDir, "password", "");
        try {
            Files.writeString(passwordFile, secret);
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
            Files.move(unfinished, cluster, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(passwordFile);
            PostgresBinaries.delete(unfinished);
        }
    }

    private PostmasterFile startServer(boolean durable) throws IOException {
        Path log = dataDir.resolve("postgresql.log");
        if (Files.exists(log) && Files.size(log) > ROTATE_LOG_AT_BYTES) {
            Files.move(log, dataDir.resolve("postgresql.log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
        for (int tried = 1; ; tried++) {
            ServerSettings.write(cluster, freePort(), durable);
            long before = Files.exists(log) ? Files.size(log) : 0;
            var started = binaries.run(
                    "pg_ctl", "start", "-D", cluster.toString(), "-l", log.toString(), "-w", "-t", START_SECONDS, "-s");
            Optional<PostmasterFile> server = PostmasterFile.read(cluster);
            if (started.well() && server.isPresent()) {
                return server.get();
            }
            String words = started.output() + (Files.exists(log) ? tail(log, before) : "");
            if (!words.contains("Address already in use") || tried == PORTS_TRIED) {
                throw failed("did not start (its log is " + log + ")", words);
            }
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
        boolean full = DatabaseUnavailable.diskFull(words)
                || Files.getFileStore(dataDir).getUsableSpace() < NEARLY_FULL_BYTES;
        if (full) {
            return DatabaseUnavailable.diskFull(dataDir, null);
        }
        if (words.contains("unshare")) {
            return new DatabaseUnavailable(
                    "PostgreSQL cannot run as root here, and root may not leave its rights aside (%s). %s"
                            .formatted(words, "Start as another user, or set DATABASE_URL to a PostgreSQL server."));
        }
        String reason = words.lines()
                .filter(line -> line.matches(".*\\b(FATAL|PANIC|error|cannot|could not)\\b.*"))
                .reduce((first, last) -> first.contains("FATAL") || first.contains("PANIC") ? first : last)
                .orElse(words)
                .replaceFirst("^.*?(FATAL|PANIC|error): *", "");
        return new DatabaseUnavailable("PostgreSQL in %s %s: %s".formatted(dataDir, what, reason));
    }

    /** That the server which answers is ours, and keeps what it commits. */
    private void verify(boolean durable) {
        DatabaseUrl url = url();
        try (Connection connection = DriverManager.getConnection(url.jdbcUrl(), url.credentials());
                Statement statement = connection.createStatement()) {
            Path served = Path.of(show(statement, "data_directory")).toRealPath();
            if (!served.equals(cluster)) {
                throw new DatabaseUnavailable(
                        "The server started for %s serves %s instead.".formatted(dataDir, served));
            }
            if (durable && !show(statement, "fsync").equals("on")) {
                throw new DatabaseUnavailable(
                        "The database in %s runs with fsync off and would lose data in a power cut: remove that setting."
                                .formatted(dataDir));
            }
        } catch (SQLException | IOException e) {
            throw new DatabaseUnavailable(
                    "The PostgreSQL in %s started but does not answer: %s".formatted(dataDir, e.getMessage()), e);
        }
    }

    private static String show(Statement statement, String setting) throws SQLException {
        try (ResultSet shown = statement.executeQuery("show " + setting)) {
            shown.next();
            return shown.getString(1);
        }
    }
}

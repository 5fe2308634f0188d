package org.climaterescue.db;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL server of our own, for whoever has none: its data lies under a directory and survives restarts.
 *
 * <p>One process at a time uses a data directory. The server listens on 127.0.0.1 at a port that differs from start to start,
 * behind a password known to the owner of the directory alone. It runs in a session of its own, so Ctrl-C reaches this
 * program and not the server. It stops when it is closed and, should this program end without closing it, by itself. Should
 * the server end while this program lives (a full disk, an operator's slip), it is started again on the same port.
 *
 * <p>The library that brings the server's programs could start them too, but it accepts any server that answers at its port,
 * keeps half unpacked programs, fails on a server left by a crash, and hides why a server did not start.
 */
public final class EmbeddedDatabase implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);

    private static final Duration START_AGAIN = Duration.ofSeconds(2);
    private static final Duration SAY_AGAIN = Duration.ofMinutes(1);

    private final Path dataDir;
    private final Cluster cluster;
    private final DirectoryLock lock;
    private final DatabaseUrl url;
    private final int port;
    private PostmasterFile server;
    private Lifeline lifeline;
    private boolean closed;

    private EmbeddedDatabase(Path dataDir, Cluster cluster, DirectoryLock lock) throws IOException {
        this.dataDir = dataDir;
        this.cluster = cluster;
        this.lock = lock;
        String password = cluster.password();
        this.server = cluster.start();
        this.port = server.port();
        this.url = Cluster.url(port, password);
        try {
            this.lifeline = Lifeline.to(server.pid());
        } catch (IOException e) {
            cluster.stop();
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
            var cluster = Cluster.in(directory, PostgresBinaries.unpacked(cache, directory), durable);
            var database = new EmbeddedDatabase(directory, cluster, lock);
            try {
                database.verify(durable);
                database.watch(database.server);
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
        return url;
    }

    /** The process id of the server, which changes when it is started again. */
    public synchronized long pid() {
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
        notifyAll();
        lifeline.close();
        try {
            if (!cluster.stop()) {
                LOG.error("PostgreSQL in {} does not stop", dataDir);
            }
        } finally {
            lock.close();
        }
    }

    private void watch(PostmasterFile watched) {
        Thread.ofVirtual().name("postgresql").start(() -> {
            ProcessHandle.of(watched.pid())
                    .ifPresent(process -> process.onExit().join());
            startAgain();
        });
    }

    /** Tries until it works or the database is closed: what stopped the server, say a full disk, may take a person to mend. */
    private synchronized void startAgain() {
        if (closed) {
            return;
        }
        LOG.error("PostgreSQL in {} has ended; starting it again", dataDir);
        long said = System.nanoTime() - SAY_AGAIN.toNanos();
        while (!closed) {
            try {
                server = cluster.startAgain(port);
                lifeline.close();
                lifeline = Lifeline.to(server.pid());
                LOG.info("PostgreSQL in {} runs again", dataDir);
                watch(server);
                return;
            } catch (IOException | DatabaseUnavailable e) {
                if (System.nanoTime() - said >= SAY_AGAIN.toNanos()) {
                    String line = e instanceof IOException failure
                            ? DatabaseUnavailable.of(dataDir, failure).getMessage()
                            : e.getMessage();
                    LOG.error("{}", line);
                    said = System.nanoTime();
                }
            }
            try {
                wait(START_AGAIN.toMillis());
            } catch (InterruptedException e) {
                // Nobody has this thread in hand; whoever interrupts it wants it to end.
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** That the server which answers is ours, and keeps what it commits. */
    private void verify(boolean durable) {
        try (Connection connection = DriverManager.getConnection(url.jdbcUrl(), url.credentials());
                Statement statement = connection.createStatement()) {
            Path served = Path.of(show(statement, "data_directory")).toRealPath();
            if (!served.equals(cluster.directory())) {
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

package org.climaterescue.db;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A PostgreSQL of its own that tests can crash and start again, on the same data and the same port. Commits wait for the disk, as
 * they do for users. It ends with this process, however that ends.
 */
public final class CrashableDatabase implements AutoCloseable {

    private final Cluster cluster;
    private final String jdbcUrl;
    private final int port;
    private Lifeline lifeline;

    private CrashableDatabase(Cluster cluster, PostmasterFile server) throws IOException {
        this.cluster = cluster;
        this.port = server.port();
        DatabaseUrl url = Cluster.url(port, cluster.password());
        this.jdbcUrl = "%s?user=%s&password=%s".formatted(url.jdbcUrl(), url.user(), url.password());
        this.lifeline = Lifeline.to(server.pid());
    }

    /** Starts one with nothing in it. */
    public static CrashableDatabase start(Path directory) throws IOException {
        Path real = directory.toRealPath();
        var cluster = Cluster.in(real, PostgresBinaries.unpacked(PostgresBinaries.userCache(), real), true);
        return new CrashableDatabase(cluster, cluster.start());
    }

    /** Where it is, with user and password in it, for {@code DriverManager} and {@code DATABASE_URL}. */
    public String jdbcUrl() {
        return jdbcUrl;
    }

    /** As {@code kill -9} of the server with all its children: nothing is written any more, no client is told. */
    public synchronized void crash() {
        Optional<ProcessHandle> master = master();
        List<ProcessHandle> children = LeftoverServer.processes(cluster.directory());
        // The master first, lest it begins to recover.
        master.ifPresent(ProcessHandle::destroyForcibly);
        children.forEach(ProcessHandle::destroyForcibly);
        lifeline.close();
    }

    /** Starts it again; returns when it has recovered and takes connections. */
    public synchronized void startAgain() throws IOException {
        lifeline = Lifeline.to(cluster.startAgain(port).pid());
    }

    @Override
    public synchronized void close() {
        lifeline.close();
        if (!cluster.stop()) {
            throw new IllegalStateException("PostgreSQL in " + cluster.directory() + " does not stop");
        }
    }

    private Optional<ProcessHandle> master() {
        try {
            return PostmasterFile.read(cluster.directory()).flatMap(server -> ProcessHandle.of(server.pid()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

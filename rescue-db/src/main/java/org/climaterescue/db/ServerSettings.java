package org.climaterescue.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The embedded server's {@code postgresql.conf}, written anew at each start. */
final class ServerSettings {

    private static final String OWNERS_FILE = "local.conf";

    private ServerSettings() {}

    /**
     * @param port the TCP port on 127.0.0.1
     * @param durable false only for tests: a commit then does not wait for the disk
     */
    static void write(Path cluster, int port, boolean durable) throws IOException {
        String settings =
                TEMPLATE.replace("{port}", Integer.toString(port)).replace("{durable}", durable ? "on" : "off");
        String ownersFile = Files.exists(cluster.resolve(OWNERS_FILE)) ? "include '" + OWNERS_FILE + "'\n" : "";
        Files.writeString(cluster.resolve("postgresql.conf"), settings + ownersFile);
    }

    private static final String TEMPLATE = """
            # Written at each start, so changes here are lost. Put yours into local.conf beside this file: they win.

            # For the program that started this server, and nobody else: no other address, and no socket file that two
            # servers on a machine could quarrel over.
            listen_addresses = '127.0.0.1'
            port = {port}
            unix_socket_directories = ''
            # One pool and a few connections of their own for an instance, and room for a person who looks around.
            max_connections = 64

            # A caller is answered after the commit, and what was answered must survive a power cut.
            fsync = {durable}
            synchronous_commit = {durable}
            full_page_writes = {durable}

            # The queue's tables and indexes fit; still modest on a machine with 2 GB.
            shared_buffers = 256MB
            effective_cache_size = 1GB
            # Some sorts of statistics and manifests at once must not exhaust a small machine.
            work_mem = 8MB
            # Indexes of an imported catalog are vacuumed in one pass.
            maintenance_work_mem = 128MB

            # An import writes gigabytes of WAL: few checkpoints, each spread out, and the files used again.
            max_wal_size = 2GB
            min_wal_size = 256MB
            checkpoint_timeout = 15min
            # After a checkpoint the first change of a page logs it whole; compressed, that costs a little CPU and saves a
            # slow disk most of the writing.
            wal_compression = pglz

            # Queue tables die and are born all the time; dead entries at the head of an index are what makes claiming slow.
            # So look often, start early, and do not nap in between.
            autovacuum_naptime = 5s
            autovacuum_max_workers = 2
            autovacuum_vacuum_scale_factor = 0.02
            autovacuum_vacuum_threshold = 500
            autovacuum_analyze_scale_factor = 0.05
            autovacuum_vacuum_cost_delay = 1ms
            autovacuum_vacuum_cost_limit = 2000

            # Short statements: compiling one takes longer than running it, and parallel workers would take the second core
            # from the claims.
            jit = off
            max_parallel_workers_per_gather = 0
            # Data lies on an SSD or in memory nearly always.
            random_page_cost = 1.1

            # The program reports the errors of its own statements; this log keeps what the server says of itself.
            log_min_messages = fatal
            log_checkpoints = off
            log_line_prefix = '%m [%p] '
            log_timezone = 'UTC'
            timezone = 'UTC'
            lc_messages = 'C'
            cluster_name = 'climate-rescue'
            """;
}

package org.climaterescue.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.climaterescue.benchmarks.peer.DbSchedulerPeer;
import org.climaterescue.benchmarks.peer.JobRunrPeer;

/** Another queue on PostgreSQL, as a program that fills it, drains it once to warm up and once for the figures. */
sealed interface Peer {

    String name();

    /** How it is set, in a few words. */
    String setting();

    /** The program that measures it in an empty database. */
    Program program(String databaseUrl, int tasks, int warmUp) throws IOException, InterruptedException;

    static List<Peer> all() {
        return List.of(
                new OnNode("graphile-worker", "2 processes, 24 jobs at once and a local queue of 500 each"),
                new OnNode("pg-boss", "2 loops, fetch and complete 1000 a call"),
                new OnJvm("db-scheduler", DbSchedulerPeer.SETTING, DbSchedulerPeer.class),
                new OnJvm("JobRunr", JobRunrPeer.SETTING, JobRunrPeer.class));
    }

    /** One in Java, in a process as this one. */
    record OnJvm(String name, String setting, Class<?> main) implements Peer {
        @Override
        public Program program(String databaseUrl, int tasks, int warmUp) {
            return new Program(
                    Jvm.command(main, Integer.toString(tasks), Integer.toString(warmUp)),
                    Map.of("DATABASE_URL", databaseUrl),
                    null);
        }
    }

    /** One for Node.js: a script in {@code benchmarks/peers}. */
    record OnNode(String name, String setting) implements Peer {
        @Override
        public Program program(String databaseUrl, int tasks, int warmUp) throws IOException, InterruptedException {
            NodeModules modules = NodeModules.installed();
            return new Program(
                    List.of(modules.node().toString(), name + ".js", Integer.toString(tasks), Integer.toString(warmUp)),
                    Map.of("DATABASE_URL", databaseUrl),
                    modules.directory());
        }
    }
}

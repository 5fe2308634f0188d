package org.climaterescue.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Load from wrk with one of the scripts in {@code benchmarks/wrk}, which check every answer.
 *
 * @param script the name of the script
 * @param connections all told
 * @param batch tasks a call
 * @param fleet begins the names of the nodes that call, and tells them from those of others who call at the same time
 */
record Wrk(String script, int connections, int batch, String fleet) {

    Wrk(String script, int connections, int batch) {
        this(script, connections, batch, "bench");
    }

    /** As many as this machine class has cores. */
    static final int THREADS = 2;

    private static final Duration LONGEST = Duration.ofHours(1);

    /** So many that each has long reported what it was given when its turn to ask comes again. */
    int nodes() {
        return 4 * connections;
    }

    /** A number of tasks that threads and calls share evenly, near to the one given. */
    long evenly(long tasks) {
        long share = (long) THREADS * batch;
        return Math.max(1, tasks / share) * share;
    }

    /** Puts a number of tasks, from {@link #evenly}, through a dispatcher. */
    Figures run(URI dispatcher, long tasks) throws IOException, InterruptedException {
        Figures figures = run(dispatcher, tasks, LONGEST);
        if (figures.tasks() != tasks) {
            throw new IOException("wrk did " + figures.tasks() + " of " + tasks + " tasks");
        }
        return figures;
    }

    /** As {@link #run}, and makes sure that the tables say so too. */
    Figures rescue(Backlog backlog, URI dispatcher, long tasks) throws IOException, SQLException, InterruptedException {
        long before = backlog.rescued();
        Figures figures = run(dispatcher, tasks);
        long rescued = backlog.rescued() - before;
        if (rescued != tasks) {
            throw new IOException("%d of %d tasks have been rescued".formatted(rescued, tasks));
        }
        return figures;
    }

    /** Puts up to a number of tasks through a dispatcher in a time. */
    Figures run(URI dispatcher, long tasks, Duration time) throws IOException, InterruptedException {
        List<String> command = List.of(
                "wrk",
                "--threads=" + THREADS,
                "--connections=" + connections,
                "--duration=" + time.toSeconds(),
                "--timeout=60",
                "--script=benchmarks/wrk/" + script + ".lua",
                dispatcher.toString(),
                "--",
                Long.toString(tasks / THREADS),
                Integer.toString(batch),
                Integer.toString(nodes() / THREADS),
                fleet);
        var drained = new AtomicInteger();
        return new Program(command, Map.of(), null).run((process, line) -> {
            // It sleeps for its time even when its threads have ended, unless it is interrupted.
            if (line.equals("drained") && drained.incrementAndGet() == THREADS) {
                new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start();
            }
        });
    }
}

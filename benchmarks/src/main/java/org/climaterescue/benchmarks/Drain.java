package org.climaterescue.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How fast no-op tasks are drained: by our dispatcher over HTTP, and beside it by other queues on the same PostgreSQL, each in
 * its own database of it and in its fastest documented setting, without HTTP. {@code docs/benchmarks.md} says why each is set so.
 *
 * <p>Nobody's count is believed: the run fails unless the tables say that every task has been done.
 */
final class Drain {

    private static final int TASKS = 100_000;
    private static final Duration COLD = Duration.ofSeconds(30);

    /** More than can be done in {@link #COLD} for each task of a drain, so that the queue does not run dry. */
    private static final int COLD_SHARE = 6;

    private static final List<Wrk> OURS =
            List.of(new Wrk("drain", 64, 1), new Wrk("drain", 512, 1), new Wrk("drain", 16, 50));

    private final BenchDatabase database;
    private final int tasks;
    private final int warmUp;
    private final Report report =
            new Report(3, "system", "setting", "warm-up", "tasks", "tasks/s", "call p50 ms", "call p99 ms");

    private Drain(BenchDatabase database, int tasks) {
        this.database = database;
        this.tasks = tasks;
        this.warmUp = tasks / 2;
    }

    /** Takes how many tasks to drain, and which systems: {@code ours} or the names of peers. */
    public static void main(String[] arguments) throws Exception {
        int tasks = arguments.length == 0 ? TASKS : Integer.parseInt(arguments[0]);
        Set<String> wanted =
                Set.copyOf(Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length));
        try (BenchDatabase database = BenchDatabase.start()) {
            var drain = new Drain(database, tasks);
            if (wanted.isEmpty() || wanted.contains("ours")) {
                drain.ours();
            }
            for (Peer peer : Peer.all()) {
                if (wanted.isEmpty() || wanted.contains(peer.name())) {
                    drain.theirs(peer);
                }
            }
            drain.report.print();
        }
    }

    private void ours() throws IOException, SQLException, InterruptedException {
        Map<String, String> settings = Map.of("RESCUE_HOST_CONNECTIONS", "1000", "RESCUE_COPIES", "1");
        // Makes the tables.
        DispatcherProcess.start(settings, database).close();
        var backlog = new Backlog(database);
        backlog.hosts();
        for (Wrk wrk : OURS) {
            backlog.nodes(wrk);
        }
        backlog.add((long) COLD_SHARE * tasks);
        database.settle();
        try (DispatcherProcess dispatcher = DispatcherProcess.start(settings, database)) {
            Wrk cold = OURS.getFirst();
            Figures first = cold.run(dispatcher.uri(), cold.evenly((long) COLD_SHARE * tasks), COLD);
            if (backlog.rescued() < first.tasks()) {
                throw new IOException("not every task that was reported has been rescued");
            }
            add("ours, first %d s after the start".formatted(COLD.toSeconds()), setting(cold), "none", first);
            for (Wrk wrk : OURS) {
                drain(backlog, wrk, dispatcher, warmUp);
                Figures figures = drain(backlog, wrk, dispatcher, tasks);
                add(
                        wrk.batch() == 1 ? "ours, one task a call" : "ours, in batches",
                        setting(wrk),
                        told(warmUp),
                        figures);
            }
        }
    }

    private Figures drain(Backlog backlog, Wrk wrk, DispatcherProcess dispatcher, int count)
            throws IOException, SQLException, InterruptedException {
        backlog.clear();
        long even = wrk.evenly(count);
        backlog.add(even);
        database.settle();
        Figures figures = wrk.rescue(backlog, dispatcher.uri(), even);
        if (backlog.left() != 0) {
            throw new IOException(backlog.left() + " tasks are left");
        }
        return figures;
    }

    private void theirs(Peer peer) throws IOException, SQLException, InterruptedException {
        String own = database.another(peer.name());
        try {
            add(
                    peer.name(),
                    peer.setting(),
                    told(warmUp),
                    peer.program(own, tasks, warmUp).run());
        } finally {
            database.drop(peer.name());
        }
    }

    private void add(String system, String setting, String warmedUp, Figures figures) {
        report.add(
                system,
                setting,
                warmedUp,
                Report.whole(figures.tasks()),
                Report.whole(figures.rate()),
                Report.fine(figures.p50Ms()),
                Report.fine(figures.p99Ms()));
    }

    private static String setting(Wrk wrk) {
        return "HTTP, wrk: %d connections, %d threads, %d a call"
                .formatted(wrk.connections(), Wrk.THREADS, wrk.batch());
    }

    private static String told(int tasks) {
        return String.format(Locale.ROOT, "%,d tasks", tasks);
    }
}

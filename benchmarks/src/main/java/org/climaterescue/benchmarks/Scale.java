package org.climaterescue.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What one, two and three dispatchers on one PostgreSQL do together, and what a task costs the server: processor time, WAL, and room
 * on the disk. The same connections are spread over the dispatchers, and each has a wrk of its own.
 */
final class Scale {

    private static final int TASKS = 50_000;
    private static final int MOST = 3;
    private static final List<Wrk> LOADS = List.of(new Wrk("drain", 192, 1), new Wrk("drain", 48, 50));

    private final BenchDatabase database;
    private final Backlog backlog;
    private final int tasks;
    private final Report report = new Report(
            3,
            "dispatchers",
            "setting",
            "warm-up",
            "tasks/s",
            "call p50 ms",
            "call p99 ms",
            "PostgreSQL us a task",
            "dispatchers us a task",
            "WAL bytes a task");

    private Scale(BenchDatabase database, int tasks) {
        this.database = database;
        this.backlog = new Backlog(database);
        this.tasks = tasks;
    }

    /** Takes how many tasks to drain each time. */
    public static void main(String[] arguments) throws Exception {
        int tasks = arguments.length == 0 ? TASKS : Integer.parseInt(arguments[0]);
        try (BenchDatabase database = BenchDatabase.start();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            new Scale(database, tasks).run(threads);
        }
    }

    private void run(ExecutorService threads)
            throws IOException, SQLException, InterruptedException, ExecutionException {
        Map<String, String> settings = Map.of("RESCUE_HOST_CONNECTIONS", "1000", "RESCUE_COPIES", "1");
        List<DispatcherProcess> dispatchers = new ArrayList<>();
        try {
            while (dispatchers.size() < MOST) {
                dispatchers.add(DispatcherProcess.start(settings, database));
                if (dispatchers.size() == 1) {
                    backlog.hosts();
                }
                for (Wrk load : LOADS) {
                    drain(threads, dispatchers, load, false);
                    drain(threads, dispatchers, load, true);
                }
            }
        } finally {
            dispatchers.forEach(DispatcherProcess::close);
        }
        room();
        report.print();
    }

    /** All dispatchers at once; a percentile is the worst one's. */
    private void drain(ExecutorService threads, List<DispatcherProcess> dispatchers, Wrk load, boolean measured)
            throws IOException, SQLException, InterruptedException, ExecutionException {
        backlog.clear();
        int share = load.connections() / dispatchers.size();
        List<Callable<Figures>> calls = new ArrayList<>();
        long all = 0;
        for (DispatcherProcess dispatcher : dispatchers) {
            var wrk = new Wrk(load.script(), share, load.batch(), "fleet" + calls.size());
            backlog.nodes(wrk);
            long own = wrk.evenly(tasks / dispatchers.size());
            all += own;
            calls.add(() -> wrk.run(dispatcher.uri(), own));
        }
        backlog.add(all);
        database.settle();
        long before = backlog.rescued();
        long written = written();
        CpuMeter server = CpuMeter.of(database.pid());
        List<CpuMeter> services = new ArrayList<>();
        for (DispatcherProcess dispatcher : dispatchers) {
            services.add(CpuMeter.of(dispatcher.pid()));
        }
        long began = System.nanoTime();
        List<Figures> figures = new ArrayList<>();
        for (Future<Figures> call : threads.invokeAll(calls)) {
            figures.add(call.get());
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        double serverSeconds = server.seconds();
        double serviceSeconds = 0;
        for (CpuMeter service : services) {
            serviceSeconds += service.seconds();
        }
        written = written() - written;
        if (backlog.rescued() - before != all) {
            throw new IOException("%d of %d tasks have been rescued".formatted(backlog.rescued() - before, all));
        }
        if (measured) {
            report.add(
                    Integer.toString(dispatchers.size()),
                    "wrk: %d connections each, %d a call".formatted(share, load.batch()),
                    "%,d tasks".formatted(tasks),
                    Report.whole(all / seconds),
                    Report.fine(figures.stream().mapToDouble(Scale::p50).max().orElseThrow()),
                    Report.fine(figures.stream().mapToDouble(Scale::p99).max().orElseThrow()),
                    Report.whole(serverSeconds * 1e6 / all),
                    Report.whole(serviceSeconds * 1e6 / all),
                    Report.whole((double) written / all));
        }
    }

    /** How much WAL there has ever been, in bytes. */
    private long written() throws SQLException {
        return database.number("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint as n");
    }

    private static double p50(Figures figures) {
        return figures.p50Ms() == null ? 0 : figures.p50Ms();
    }

    private static double p99(Figures figures) {
        return figures.p99Ms() == null ? 0 : figures.p99Ms();
    }

    /** How much room on the disk a rescued task takes, with its indexes, by table. */
    private void room() throws SQLException {
        database.sql("vacuum (full)");
        var sizes = new Report(1, "table", "rows a task", "bytes a task");
        long done = backlog.rescued();
        for (String table : List.of("task", "standing", "copy", "event")) {
            sizes.add(
                    table,
                    Report.fine((double) database.number("select count(*) as n from " + table) / done),
                    Report.whole((double) database.number("""
                                            select sum(pg_total_relation_size(relid))::bigint as n
                                            from (select '%1$s'::regclass as relid
                                                  union select inhrelid::regclass from pg_inherits
                                                        where inhparent = '%1$s'::regclass) parts
                                            """.formatted(table)) / done));
        }
        sizes.print();
    }
}

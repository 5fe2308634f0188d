package org.climaterescue.benchmarks;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Whether the drain in batches is as fast behind a long queue as behind a short one, while somebody reads the whole database as
 * pg_dump does, and when what stands first in the queue fits nobody or is of a host that stands no more.
 */
final class Flat {

    private static final int TASKS = 50_000;
    private static final List<Long> BACKLOGS = List.of(10_000L, 1_000_000L);
    private static final int OVERSIZED = 100_000;
    private static final int OF_BUSY_HOST = 1_000_000;
    private static final Wrk WRK = new Wrk("drain", 16, 50);

    /** Twice the space that those who ask offer. */
    private static final long TOO_MUCH = 2_000_000_000_000L;

    private final BenchDatabase database;
    private final DispatcherProcess dispatcher;
    private final Backlog backlog;
    private final long tasks;
    private double first;
    private final Report report =
            new Report(1, "case", "tasks", "tasks/s", "of the first", "call p50 ms", "call p99 ms");

    private Flat(BenchDatabase database, DispatcherProcess dispatcher, int tasks) {
        this.database = database;
        this.dispatcher = dispatcher;
        this.backlog = new Backlog(database);
        this.tasks = WRK.evenly(tasks);
    }

    /** Takes how many tasks to drain in each case, and the backlogs, the shortest first. */
    public static void main(String[] arguments) throws Exception {
        int tasks = arguments.length == 0 ? TASKS : Integer.parseInt(arguments[0]);
        List<Long> backlogs = arguments.length < 2
                ? BACKLOGS
                : Arrays.stream(arguments).skip(1).map(Long::valueOf).toList();
        Map<String, String> settings = Map.of("RESCUE_HOST_CONNECTIONS", "1000", "RESCUE_COPIES", "1");
        try (BenchDatabase database = BenchDatabase.start();
                DispatcherProcess dispatcher = DispatcherProcess.start(settings, database)) {
            new Flat(database, dispatcher, tasks).run(backlogs);
        }
    }

    private void run(List<Long> backlogs) throws IOException, SQLException, InterruptedException {
        backlog.hosts();
        backlog.nodes(WRK);
        backlog.add(tasks);
        database.settle();
        WRK.rescue(backlog, dispatcher.uri(), tasks);
        for (long length : backlogs) {
            backlog.add(length + tasks - backlog.left());
            drain("a backlog of %,d".formatted(length));
        }
        try (Connection reader = database.connect();
                Statement statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            statement.execute("select count(*) from task");
            backlog.add(tasks);
            drain("with a snapshot open since before, as of pg_dump");
            reader.rollback();
        }
        backlog.add(OVERSIZED, 10, "host%.example.org", TOO_MUCH);
        backlog.add(tasks);
        drain("behind %,d that fit nobody".formatted(OVERSIZED));
        database.sql("delete from ready where size_bytes = ?", TOO_MUCH);
        backlog.addOfBusyHost(OF_BUSY_HOST);
        backlog.add(tasks);
        drain("behind %,d of a host at its limit".formatted(OF_BUSY_HOST));
        report.print();
    }

    private void drain(String name) throws IOException, SQLException, InterruptedException {
        database.settle();
        Figures figures = WRK.rescue(backlog, dispatcher.uri(), tasks);
        if (first == 0) {
            first = figures.rate();
        }
        report.add(
                name,
                Report.whole(figures.tasks()),
                Report.whole(figures.rate()),
                Report.whole(100 * figures.rate() / first) + " %",
                Report.fine(figures.p50Ms()),
                Report.fine(figures.p99Ms()));
    }
}

package org.climaterescue.benchmarks.peer;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jobrunr.configuration.JobRunr;
import org.jobrunr.scheduling.BackgroundJob;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;

/** JobRunr with its storage on PostgreSQL, and virtual threads as its workers, which is what it does by itself. */
public final class JobRunrPeer {

    private static final int WORKERS = 32;

    /** The least that it allows on SQL. Workers that run dry ask in between. */
    private static final Duration POLL = Duration.ofSeconds(5);

    private static final int PATIENCE_MS = 2;
    private static final String UNFINISHED = "select count(*) as n from jobrunr_jobs where state <> 'SUCCEEDED'";

    /** How it is set, in a few words. */
    public static final String SETTING = WORKERS + " workers, polls every " + POLL.toSeconds() + " s";

    private static final AtomicLong DONE = new AtomicLong();
    private static final AtomicLong BEGAN = new AtomicLong();

    private JobRunrPeer() {}

    /** Takes how many tasks to drain, and how many to warm up with. */
    public static void main(String[] arguments) throws SQLException, InterruptedException {
        Peers.quiet();
        int tasks = Integer.parseInt(arguments[0]);
        try (HikariDataSource database = Peers.connections(WORKERS + 4)) {
            JobRunr.configure()
                    .useStorageProvider(new PostgresStorageProvider(database))
                    .useBackgroundJobServer(
                            BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                                    .andWorkerCount(WORKERS)
                                    .andPollInterval(POLL))
                    .initialize();
            drain(database, Integer.parseInt(arguments[1]));
            Peers.report(tasks, drain(database, tasks));
            JobRunr.destroy();
        }
    }

    /** The job. */
    public static void noop() {
        BEGAN.compareAndSet(0, System.nanoTime());
        DONE.incrementAndGet();
    }

    private static double drain(DataSource database, int tasks) throws SQLException, InterruptedException {
        BackgroundJobServer server = JobRunr.getBackgroundJobServer();
        server.pauseProcessing();
        BackgroundJob.enqueue(IntStream.range(0, tasks).boxed(), number -> noop());
        Peers.settle(database);
        long target = DONE.get() + tasks;
        // From the first job on: the first poll is not worth measuring.
        BEGAN.set(0);
        server.resumeProcessing();
        while (DONE.get() < target || Peers.number(database, UNFINISHED) > 0) {
            Thread.sleep(PATIENCE_MS);
        }
        return (System.nanoTime() - BEGAN.get()) / 1e9;
    }
}

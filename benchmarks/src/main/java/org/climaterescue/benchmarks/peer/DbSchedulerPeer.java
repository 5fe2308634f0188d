package org.climaterescue.benchmarks.peer;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;

/** db-scheduler, which locks and fetches as many executions as keep its threads busy. */
public final class DbSchedulerPeer {

    private static final int THREADS = 32;

    /** When fewer than this times the threads are at hand, more are fetched, up to that many times. */
    private static final double LOWER_LIMIT = 1.0;

    private static final double UPPER_LIMIT = 4.0;

    /** How it is set, in a few words. */
    public static final String SETTING = THREADS + " threads, lock and fetch " + LOWER_LIMIT + " to " + UPPER_LIMIT;

    private static final String TABLE = """
            create table scheduled_tasks (
                task_name text not null,
                task_instance text not null,
                task_data bytea,
                execution_time timestamp with time zone not null,
                picked boolean not null,
                picked_by text,
                last_success timestamp with time zone,
                last_failure timestamp with time zone,
                consecutive_failures int,
                last_heartbeat timestamp with time zone,
                version bigint not null,
                priority smallint,
                primary key (task_name, task_instance)
            )
            """;

    private DbSchedulerPeer() {}

    /** Takes how many tasks to drain, and how many to warm up with. */
    public static void main(String[] arguments) throws SQLException, InterruptedException {
        Peers.quiet();
        int tasks = Integer.parseInt(arguments[0]);
        try (HikariDataSource database = Peers.connections(THREADS + 4)) {
            Peers.sql(database, TABLE);
            Peers.sql(database, "create index execution_time_idx on scheduled_tasks (execution_time)");
            Peers.sql(database, "create index last_heartbeat_idx on scheduled_tasks (last_heartbeat)");
            drain(database, Integer.parseInt(arguments[1]));
            Peers.report(tasks, drain(database, tasks));
        }
    }

    private static double drain(DataSource database, int tasks) throws SQLException, InterruptedException {
        Peers.sql(database, """
                insert into scheduled_tasks (task_name, task_instance, execution_time, picked, version)
                select 'noop', n, now(), false, 1 from generate_series(1, ?) n
                """, tasks);
        Peers.settle(database);
        var done = new CountDownLatch(tasks);
        OneTimeTask<Void> noop = Tasks.oneTime("noop").execute((instance, context) -> done.countDown());
        Scheduler scheduler = Scheduler.create(database, noop)
                .threads(THREADS)
                .pollUsingLockAndFetch(LOWER_LIMIT, UPPER_LIMIT)
                .pollingInterval(Duration.ofSeconds(1))
                .build();
        long began = System.nanoTime();
        scheduler.start();
        done.await();
        // The last ones are executed, but not yet deleted.
        while (Peers.number(database, "select count(*) as n from scheduled_tasks") > 0) {
            Thread.onSpinWait();
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        scheduler.stop();
        return seconds;
    }
}

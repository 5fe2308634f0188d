package org.climaterescue.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;

/** A rescue under way, written straight into the tables of a dispatcher: tasks in every status, and the nodes that hold their copies. */
record LargeRescue(BenchDatabase database) {

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    /**
     * Of ten tasks six wait, three are rescued with two copies each; of a hundred, five have one copy, and one has failed. Returns when
     * the dispatcher has counted all that.
     */
    void fill(Client client, long tasks, int nodes, int hosts) throws IOException, InterruptedException, SQLException {
        var backlog = new Backlog(database);
        backlog.hosts(hosts);
        database.sql("""
                insert into node (node_id, name, operator, capacity_bytes)
                select 'node-' || n, 'the ' || n || 'th', 'operator ' || n % 100, 1000000000000 from generate_series(1, ?) n
                """, nodes);
        backlog.add(tasks);
        database.sql("""
                insert into standing (task_id, status, copies, sha256, size_bytes, verification, since)
                select task_id, case when task_id % 100 < 30 then 'rescued' else 'replicating' end::task_standing,
                       case when task_id % 100 < 30 then 2 else 1 end, sha256(task_id::text::bytea), size_bytes,
                       'unverified', clock_timestamp()
                from task where task_id % 100 < 35
                """);
        database.sql("""
                insert into copy (task_id, node_no, token, sha256, size_bytes, late, voice, completed_at)
                select s.task_id, 1 + (s.task_id * 7 + n) % ?, s.task_id * 2 + n, s.sha256, s.size_bytes, false,
                       'operator ' || n, clock_timestamp() - interval '2 hours'
                from standing s cross join generate_series(0, 1) n where n < s.copies
                """, nodes);
        database.sql("""
                insert into failure (task_id, node_no, token, reason, detail, charged, at)
                select task_id, 1 + task_id % ?, task_id * 2,
                       (enum_range(null::failure_reason))[1 + task_id / 100 % 5], 'in the benchmark', true, clock_timestamp()
                from task where task_id % 100 = 99
                """, nodes);
        database.sql("""
                insert into standing (task_id, status, copies, reason, since)
                select task_id, 'failed', 0, reason, at from failure
                """);
        database.sql("delete from ready r using standing s where s.task_id = r.task_id and s.status <> 'replicating'");
        database.sql("""
                insert into event (task_id, at, kind, task_status, actor)
                select task_id, clock_timestamp() - interval '3 hours', 'submitted', 'pending', 'benchmark' from task
                """);
        database.settle();
        Instant filled = Instant.now();
        while (Instant.parse(client.get("/stats").get("counted_at").asText()).isBefore(filled)) {
            Thread.sleep(LOOK_AGAIN);
        }
    }
}

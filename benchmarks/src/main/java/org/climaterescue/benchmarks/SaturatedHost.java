package org.climaterescue.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.freva.asciitable.AsciiTable;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What a million ready tasks of one host cost other hosts while that host stands no more, or is paused.
 *
 * <p>64 callers claim and complete tasks of 50 other hosts over HTTP, one a call; the three cases take turns in one run, and
 * the table gives the median of the rounds.
 */
final class SaturatedHost {

    private static final int BACKLOG = 1_000_000;
    private static final int TASKS = 6_000;
    private static final int CALLERS = 64;
    private static final int ROUNDS = 5;
    private static final String DIGEST = "a".repeat(64);

    private SaturatedHost() {}

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        try (Bench bench = Bench.start(Map.of("RESCUE_HOST_CONNECTIONS", "1000", "RESCUE_COPIES", "1"))) {
            seedHosts(bench);
            drain(bench, 1);
            List<Figures> alone = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                alone.add(drain(bench, 1));
            }
            seedBacklog(bench);
            List<Figures> saturated = new ArrayList<>();
            List<Figures> paused = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                bench.sql("update host set paused = false, max_connections = 1 where name = 'busy.example.org'");
                saturated.add(drain(bench, 1));
                bench.sql("update host set paused = true where name = 'busy.example.org'");
                paused.add(drain(bench, 1));
            }
            print(List.of(
                    new Row("no backlog", alone),
                    new Row("a million of a host at its limit", saturated),
                    new Row("a million of a paused host", paused)));
        }
    }

    private static void seedHosts(Bench bench) throws SQLException {
        bench.sql("insert into host (name) select 'host' || n || '.example.org' from generate_series(1, 50) n");
    }

    /** At the head of the queue: the most urgent. One assignment of a silent node fills the host's limit for an hour. */
    private static void seedBacklog(Bench bench) throws SQLException {
        bench.sql("insert into host (name, max_connections) values ('busy.example.org', 1)");
        tasks(bench, BACKLOG, 10, "busy.example.org");
        bench.sql("""
                insert into assignment (task_id, node_no, token, attempt, host_no, reserved_bytes, assigned_at, lease_until,
                                        progress_at)
                select r.task_id, 1, nextval('assignment_token'), 1, r.host_no, 0, clock_timestamp(),
                       clock_timestamp() + interval '1 hour', clock_timestamp() + interval '1 hour'
                from ready r join host h using (host_no) where h.name = 'busy.example.org' limit 1
                """);
        bench.sql("delete from ready r using assignment a where a.task_id = r.task_id");
        bench.sql("analyze");
    }

    private static void tasks(Bench bench, int count, int priority, String hosts) throws SQLException {
        bench.sql("""
                with fresh as (
                    insert into task (task_id, url, host_no, priority, copies_target, size_bytes, initiated_by, created_at)
                    select nextval('task_number'), 'http://' || h.name || '/' || n, h.host_no, ?, 1, 1000, 'benchmark',
                           clock_timestamp()
                    from generate_series(1, ?) n
                    join (select name, host_no, row_number() over (order by host_no) - 1 as place, count(*) over () as hosts
                          from host where name like ?) h on h.place = n % h.hosts
                    returning task_id, host_no, priority, size_bytes
                )
                insert into ready (task_id, slot, urgency, copies, rank, host_no, size_bytes, attempt, contested, since)
                select task_id, 0, 10 - priority, 0, 2147483647, host_no, size_bytes, 1, false, clock_timestamp()
                from fresh
                """, priority, count, hosts);
    }

    private static Figures drain(Bench bench, int priority)
            throws SQLException, InterruptedException, ExecutionException {
        tasks(bench, TASKS, priority, "host%.example.org");
        var claims = new ConcurrentLinkedQueue<Long>();
        long began = System.nanoTime();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> callers = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                String node = "bench-" + caller;
                callers.add(threads.submit(() -> {
                    work(bench, node, claims);
                    return null;
                }));
            }
            for (Future<?> caller : callers) {
                caller.get();
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        long[] sorted = claims.stream().mapToLong(Long::longValue).sorted().toArray();
        return new Figures(TASKS / seconds, sorted[sorted.length / 2] / 1e6, sorted[sorted.length * 99 / 100] / 1e6);
    }

    private static void work(Bench bench, String node, ConcurrentLinkedQueue<Long> claims)
            throws IOException, InterruptedException {
        while (true) {
            long asked = System.nanoTime();
            JsonNode given = bench.post("/dispatch", "{'node_id':'" + node + "','capacity_gb':1}")
                    .at("/assignment/assigned_tasks/0/assignment_id");
            claims.add(System.nanoTime() - asked);
            if (given.isMissingNode()) {
                return;
            }
            bench.post(
                    "/assignments/" + given.asText() + "/complete",
                    "{'node_id':'" + node + "','sha256':'" + DIGEST + "','size_bytes':1000}");
        }
    }

    private static void print(List<Row> rows) {
        String[] head = {"case", "tasks/s", "claim p50 ms", "claim p99 ms"};
        String[][] body = rows.stream()
                .map(row -> new String[] {
                    row.name(),
                    number(row.figures().stream().mapToDouble(Figures::rate).toArray()),
                    number(row.figures().stream().mapToDouble(Figures::median).toArray()),
                    number(row.figures().stream().mapToDouble(Figures::slow).toArray())
                })
                .toArray(String[][]::new);
        System.out.println(AsciiTable.getTable(head, body));
    }

    private static String number(double[] values) {
        double[] sorted = Arrays.stream(values).sorted().toArray();
        return String.format(Locale.ROOT, "%,.1f", sorted[sorted.length / 2]);
    }

    /** One round: tasks a second, and how long claims took. */
    private record Figures(double rate, double median, double slow) {}

    private record Row(String name, List<Figures> figures) {}
}

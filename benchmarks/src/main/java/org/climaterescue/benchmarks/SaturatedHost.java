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
    private static final int HOSTS = 50;
    private static final String DIGEST = "a".repeat(64);

    private SaturatedHost() {}

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        try (Bench bench = Bench.start(Map.of("RESCUE_HOST_CONNECTIONS", "1000", "RESCUE_COPIES", "1"))) {
            var backlog = new Backlog(bench.database());
            backlog.hosts(HOSTS);
            drain(bench, backlog);
            List<Round> alone = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                alone.add(drain(bench, backlog));
            }
            backlog.addOfBusyHost(BACKLOG);
            List<Round> saturated = new ArrayList<>();
            List<Round> paused = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                bench.sql("update host set paused = false, max_connections = 1 where name = 'busy.example.org'");
                saturated.add(drain(bench, backlog));
                bench.sql("update host set paused = true where name = 'busy.example.org'");
                paused.add(drain(bench, backlog));
            }
            print(List.of(
                    new Row("no backlog", alone),
                    new Row("a million of a host at its limit", saturated),
                    new Row("a million of a paused host", paused)));
        }
    }

    private static Round drain(Bench bench, Backlog backlog)
            throws SQLException, InterruptedException, ExecutionException {
        backlog.add(TASKS);
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
        return new Round(TASKS / seconds, sorted[sorted.length / 2] / 1e6, sorted[sorted.length * 99 / 100] / 1e6);
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
                    number(row.figures().stream().mapToDouble(Round::rate).toArray()),
                    number(row.figures().stream().mapToDouble(Round::median).toArray()),
                    number(row.figures().stream().mapToDouble(Round::slow).toArray())
                })
                .toArray(String[][]::new);
        System.out.println(AsciiTable.getTable(head, body));
    }

    private static String number(double[] values) {
        double[] sorted = Arrays.stream(values).sorted().toArray();
        return String.format(Locale.ROOT, "%,.1f", sorted[sorted.length / 2]);
    }

    /** One round: tasks a second, and how long claims took. */
    private record Round(double rate, double median, double slow) {}

    private record Row(String name, List<Round> figures) {}
}

package org.climaterescue.benchmarks;

import java.io.IOException;
import java.util.Map;

/**
 * What those who look at a large rescue wait for: each call that the dashboard and the commands make, with millions of tasks in every
 * status, thousands of nodes and a thousand hosts.
 */
final class Reads {

    private static final long TASKS = 1_000_000;
    private static final int NODES = 10_000;
    private static final int HOSTS = 1000;
    private static final int TIMES = 15;

    private final Client client;
    private final Report report = new Report(1, "call", "first ms", "p50 ms", "worst ms", "kB");

    private Reads(Client client) {
        this.client = client;
    }

    /** Takes how many tasks, nodes and hosts there are. */
    public static void main(String[] arguments) throws Exception {
        long tasks = arguments.length > 0 ? Long.parseLong(arguments[0]) : TASKS;
        int nodes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : NODES;
        int hosts = arguments.length > 2 ? Integer.parseInt(arguments[2]) : HOSTS;
        Map<String, String> settings = Map.of();
        try (BenchDatabase database = BenchDatabase.start();
                DispatcherProcess dispatcher = DispatcherProcess.start(settings, database);
                var client = new Client(dispatcher.uri())) {
            new LargeRescue(database).fill(client, tasks, nodes, hosts);
            new Reads(client).run(hosts);
        }
    }

    private void run(int hosts) throws IOException, InterruptedException {
        String task = client.get("/tasks?limit=1&status=rescued")
                .at("/items/0/task_id")
                .asText();
        String host = "host%d.example.org".formatted(Math.min(77, hosts));
        measure("/stats");
        measure("/stats/history?span=all");
        measure("/tasks?limit=50");
        measure("/tasks?limit=50&status=pending");
        measure("/tasks?limit=50&status=assigned");
        measure("/tasks?limit=50&status=rescued");
        measure("/tasks?limit=50&status=failed");
        measure("/tasks?limit=50&verification=disputed");
        measure("/tasks?limit=50&search=" + host);
        measure("/tasks?limit=50&search=http://" + host + "/77");
        measure("/tasks?limit=50&search=nowhere");
        measure("/tasks?limit=50&status=failed&reason=other");
        measure("/tasks?limit=50&host=" + host + "&status=pending");
        measure("/tasks/" + task);
        measure("/tasks/" + task + "/history");
        measure("/tasks/failures");
        measure("/nodes?limit=50");
        measure("/nodes?limit=50&sort=active");
        measure("/nodes?limit=50&search=77");
        measure("/nodes/node-1");
        measure("/assignments?limit=1000");
        measure("/hosts?limit=50");
        measure("/hosts?limit=50&sort=active");
        measure("/hosts/" + host);
        measure("/catalogs");
        measure("/prometheus");
        report.print();
    }

    private void measure(String path) throws IOException, InterruptedException {
        var times = new Times();
        double first = 0;
        int bytes = 0;
        for (int time = 0; time < TIMES; time++) {
            long asked = System.nanoTime();
            bytes = client.text(path).length();
            times.since(asked);
            if (time == 0) {
                first = (System.nanoTime() - asked) / 1e6;
            }
        }
        report.add(
                "GET " + path,
                Report.fine(first),
                Report.fine(times.ms(50)),
                Report.fine(times.ms(100)),
                Report.fine(bytes / 1000.0));
    }
}

package org.climaterescue.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * What the other calls cost: submission one by one and in bulk, dispatch while others drain the queue, the time in which a node that
 * waits gets a task that is submitted, and the heartbeats of a fleet. The dispatcher is a process of its own, so that the
 * share of a core that it takes is told apart.
 */
final class Calls {

    private static final int TASKS = 100_000;
    private static final int NODES = 10_000;
    private static final int WAKE_UPS = 1000;
    private static final Duration WATCHED = Duration.ofSeconds(60);
    private static final Duration PROBE_EVERY = Duration.ofMillis(10);

    /** How long a call that is to wait has to get there before a task is submitted. */
    private static final Duration SEATED = Duration.ofMillis(30);

    private static final String COPY = "'sha256':'" + "a".repeat(64) + "','size_bytes':1000";

    private final BenchDatabase database;
    private final DispatcherProcess dispatcher;
    private final Client client;
    private final Backlog backlog;
    private final Report report = new Report(
            2, "what", "setting", "per second", "p50 ms", "p99 ms", "dispatcher % of a core", "PostgreSQL % of a core");

    private Calls(BenchDatabase database, DispatcherProcess dispatcher, Client client) {
        this.database = database;
        this.dispatcher = dispatcher;
        this.client = client;
        this.backlog = new Backlog(database);
    }

    /** Takes how many tasks to submit and to drain, how many nodes send heartbeats, and which parts to measure. */
    public static void main(String[] arguments) throws Exception {
        int tasks = arguments.length > 0 ? Integer.parseInt(arguments[0]) : TASKS;
        int nodes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : NODES;
        Set<String> wanted =
                Set.copyOf(Arrays.asList(arguments).subList(Math.min(2, arguments.length), arguments.length));
        Map<String, String> settings = Map.of("RESCUE_HOST_CONNECTIONS", "1000", "RESCUE_COPIES", "1");
        try (BenchDatabase database = BenchDatabase.start();
                DispatcherProcess dispatcher = DispatcherProcess.start(settings, database);
                var client = new Client(dispatcher.uri())) {
            var calls = new Calls(database, dispatcher, client);
            Map<String, Part> parts = new LinkedHashMap<>();
            parts.put("idle", calls::idle);
            parts.put("submission", () -> calls.submissions("POST /tasks", new Wrk("submit", 64, 1), tasks));
            parts.put("bulk", () -> calls.submissions("POST /tasks/bulk", new Wrk("submit", 4, 1000), tasks));
            parts.put("dispatch", () -> calls.dispatchUnderLoad(new Wrk("drain", 64, 1), tasks));
            parts.put("wake-up", calls::wakeUps);
            parts.put("heartbeats", () -> calls.heartbeats(nodes));
            for (var part : parts.entrySet()) {
                if (wanted.isEmpty() || wanted.contains(part.getKey())) {
                    part.getValue().measure();
                }
            }
            calls.report.print();
        }
    }

    private void idle() throws IOException, InterruptedException {
        Thread.sleep(WATCHED.dividedBy(4));
        Usage usage = usage();
        Thread.sleep(WATCHED);
        add("nothing", "nobody calls, for " + WATCHED.toSeconds() + " s", null, null, usage);
    }

    private void submissions(String call, Wrk wrk, int tasks) throws IOException, InterruptedException, SQLException {
        wrk.run(dispatcher.uri(), wrk.evenly(tasks / 2));
        backlog.clear();
        database.settle();
        Usage usage = usage();
        Figures figures = wrk.run(dispatcher.uri(), wrk.evenly(tasks));
        report.add(
                call,
                "wrk: %d connections, %d threads, %d a call".formatted(wrk.connections(), Wrk.THREADS, wrk.batch()),
                Report.whole(figures.rate()),
                Report.fine(figures.p50Ms()),
                Report.fine(figures.p99Ms()),
                Report.whole(usage.dispatcher().percent()),
                Report.whole(usage.postgres().percent()));
        backlog.clear();
    }

    /** One node more that asks and completes calmly, beside others who do it as fast as they can. */
    private void dispatchUnderLoad(Wrk wrk, int tasks)
            throws IOException, SQLException, InterruptedException, ExecutionException {
        backlog.hosts();
        backlog.nodes(wrk);
        long loaded = wrk.evenly(tasks);
        backlog.add(2 * loaded);
        database.settle();
        wrk.run(dispatcher.uri(), wrk.evenly(tasks / 2));
        var times = new Times();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Usage usage = usage();
            Future<Figures> load = executor.submit(() -> wrk.run(dispatcher.uri(), loaded));
            while (!load.isDone()) {
                long asked = System.nanoTime();
                JsonNode answer = client.post("/dispatch", "{'node_id':'probe','capacity_gb':1}");
                times.since(asked);
                complete("probe", answer);
                Thread.sleep(PROBE_EVERY);
            }
            String setting = "a node every %d ms, while wrk drains %s tasks/s: %d connections, %d threads"
                    .formatted(PROBE_EVERY.toMillis(), Report.whole(load.get().rate()), wrk.connections(), Wrk.THREADS);
            add("POST /dispatch under load", setting, null, times, usage);
        }
        backlog.clear();
    }

    private void wakeUps() throws IOException, InterruptedException, ExecutionException {
        wakeUps(WAKE_UPS / 2);
        Usage usage = usage();
        Times times = wakeUps(WAKE_UPS);
        add("wake-up", "from the start of POST /tasks to the end of a POST /dispatch that waited", null, times, usage);
    }

    private Times wakeUps(int rounds) throws IOException, InterruptedException, ExecutionException {
        var times = new Times();
        for (int round = 0; round < rounds; round++) {
            try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<JsonNode> waiting = executor.submit(
                        () -> client.post("/dispatch", "{'node_id':'waiter','capacity_gb':1,'wait_seconds':60}"));
                Thread.sleep(SEATED);
                long submitted = System.nanoTime();
                client.post(
                        "/tasks",
                        "{'dataset_url':'https://wake.example.org/%d-%d','size_bytes':1000}".formatted(rounds, round));
                JsonNode answer = waiting.get();
                times.since(submitted);
                complete("waiter", answer);
            }
        }
        return times;
    }

    private void complete(String node, JsonNode answer) throws IOException, InterruptedException {
        JsonNode assignment = answer.at("/assignment/assigned_tasks/0/assignment_id");
        if (assignment.isMissingNode()) {
            throw new IOException("a dispatch gave nothing: " + answer);
        }
        client.post("/assignments/" + assignment.asText() + "/complete", "{'node_id':'" + node + "'," + COPY + "}");
    }

    private void heartbeats(int count) throws IOException, SQLException, InterruptedException {
        database.sql("""
                insert into node (node_id, name, capacity_bytes)
                select 'fleet-' || n, 'fleet', 1000000000 from generate_series(1, ?) n
                """, count);
        database.settle();
        try (var fleet = new Fleet(client, count)) {
            fleet.gather();
            fleet.watch(WATCHED.multipliedBy(2));
            Usage usage = usage();
            Times times = fleet.watch(WATCHED);
            String setting =
                    "%,d nodes, each a heartbeat every %d s and a dispatch that waits, after two minutes of that; %,d calls refused"
                            .formatted(count, Fleet.HEARTBEAT.toSeconds(), fleet.refused());
            add("heartbeats", setting, (double) times.count() / WATCHED.toSeconds(), times, usage);
        }
    }

    private void add(String what, String setting, @Nullable Double rate, @Nullable Times times, Usage usage)
            throws IOException {
        report.add(
                what,
                setting,
                rate == null ? "–" : Report.whole(rate),
                Report.fine(times == null ? null : times.ms(50)),
                Report.fine(times == null ? null : times.ms(99)),
                Report.fine(usage.dispatcher().percent()),
                Report.fine(usage.postgres().percent()));
    }

    private Usage usage() throws IOException {
        return new Usage(CpuMeter.of(dispatcher.pid()), CpuMeter.of(database.pid()));
    }

    private interface Part {
        void measure() throws Exception;
    }

    private record Usage(CpuMeter dispatcher, CpuMeter postgres) {}
}

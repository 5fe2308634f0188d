package org.climaterescue.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the dashboard weighs, how soon it shows a figure, and what fifty of them cost that stay open while nodes work. What an open page
 * asks for is recorded in a browser and played by as many clients, so that it is what the page does.
 */
final class Dashboard implements AutoCloseable {

    private static final long TASKS = 1_000_000;
    private static final int NODES = 10_000;
    private static final int HOSTS = 1000;
    private static final int PAGES = 50;
    private static final int WORKERS = 10;

    /** Between two tasks of a worker. */
    private static final Duration PACE = Duration.ofMillis(200);

    private static final Duration WATCHED = Duration.ofSeconds(20);
    private static final Duration WARM_UP = Duration.ofSeconds(10);

    private final BenchDatabase database;
    private final DispatcherProcess dispatcher;
    private final Client client;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<Void>> begun = new ArrayList<>();
    private final AtomicLong bytes = new AtomicLong();
    private volatile Times times = new Times();
    private final Report report =
            new Report(1, "what", "kB", "calls", "p50 ms", "worst ms", "dispatcher %", "PostgreSQL %");

    private Dashboard(BenchDatabase database, DispatcherProcess dispatcher, Client client) {
        this.database = database;
        this.dispatcher = dispatcher;
        this.client = client;
    }

    /** Takes how many tasks there are, and how many pages stay open. */
    public static void main(String[] arguments) throws Exception {
        long tasks = arguments.length > 0 ? Long.parseLong(arguments[0]) : TASKS;
        int pages = arguments.length > 1 ? Integer.parseInt(arguments[1]) : PAGES;
        Optional<BrowserVisits> browser = BrowserVisits.find();
        if (browser.isEmpty()) {
            System.out.println(
                    "no Chromium is on the PATH, so nothing is measured; on Debian: apt-get install chromium");
            return;
        }
        try (BenchDatabase database = BenchDatabase.start();
                DispatcherProcess dispatcher = DispatcherProcess.start(Map.of(), database);
                var client = new Client(dispatcher.uri());
                var dashboard = new Dashboard(database, dispatcher, client)) {
            new LargeRescue(database).fill(client, tasks, NODES, HOSTS);
            List<BrowserVisits.Call> calls = browser.get().measure(dispatcher.uri(), dashboard.report);
            dashboard.watch(pages, calls);
            dashboard.report.print();
        }
    }

    private void watch(int pages, List<BrowserVisits.Call> calls) throws IOException, InterruptedException {
        for (int worker = 0; worker < WORKERS; worker++) {
            String node = "worker-" + worker;
            begun.add(threads.submit(() -> work(node)));
        }
        Thread.sleep(WARM_UP);
        String drain = WORKERS * Duration.ofSeconds(1).dividedBy(PACE) + " tasks/s are rescued, ";
        measure(drain + "nobody looks");
        for (int page = 0; page < pages; page++) {
            Duration begins = BrowserVisits.RECORDED.multipliedBy(page).dividedBy(pages);
            begun.add(threads.submit(this::stream));
            begun.add(threads.submit(() -> play(calls, begins)));
        }
        // By then every page is under way.
        Thread.sleep(BrowserVisits.RECORDED);
        measure(drain + pages + " dashboards are open");
    }

    private void measure(String what) throws IOException, InterruptedException {
        long before = bytes.get();
        times = new Times();
        CpuMeter ofDispatcher = CpuMeter.of(dispatcher.pid());
        CpuMeter ofPostgres = CpuMeter.of(database.pid());
        Thread.sleep(WATCHED);
        Times watched = times;
        for (Future<Void> call : begun) {
            if (call.state() == Future.State.FAILED) {
                throw new IOException("a node or a page gave up", call.exceptionNow());
            }
        }
        boolean any = watched.count() > 0;
        report.add(
                what + ", for " + WATCHED.toSeconds() + " s",
                any ? Report.whole((bytes.get() - before) / 1000) : "–",
                any ? Report.whole(watched.count()) : "–",
                any ? Report.fine(watched.ms(50)) : "–",
                any ? Report.fine(watched.ms(100)) : "–",
                Report.fine(ofDispatcher.percent()),
                Report.fine(ofPostgres.percent()));
    }

    /** A node that rescues a file each time, at its pace. */
    private Void work(String node) throws IOException, InterruptedException {
        while (true) {
            String assignment = client.post("/dispatch", "{'node_id':'%s','capacity_gb':1}".formatted(node))
                    .at("/assignment/assigned_tasks/0/assignment_id")
                    .asText();
            client.post(
                    "/assignments/" + assignment + "/complete",
                    "{'node_id':'%s','sha256':'%s','size_bytes':1000}".formatted(node, "ab".repeat(32)));
            Thread.sleep(PACE);
        }
    }

    private Void stream() throws IOException, InterruptedException {
        try (InputStream events = ask(dispatcher.uri().resolve(BrowserVisits.STREAM))) {
            byte[] some = new byte[8192];
            for (int read = events.read(some); read >= 0; read = events.read(some)) {
                bytes.addAndGet(read);
            }
        }
        throw new IOException("the stream has ended");
    }

    /** What a page asks for, again and again. */
    private Void play(List<BrowserVisits.Call> calls, Duration begins) throws IOException, InterruptedException {
        long start = System.nanoTime() + begins.toNanos();
        while (true) {
            for (BrowserVisits.Call call : calls) {
                TimeUnit.NANOSECONDS.sleep(start + call.after().toNanos() - System.nanoTime());
                long asked = System.nanoTime();
                try (InputStream answer = ask(call.uri())) {
                    bytes.addAndGet(answer.readAllBytes().length);
                }
                times.since(asked);
            }
            start += BrowserVisits.RECORDED.toNanos();
        }
    }

    /** As a browser asks, which takes packed answers. */
    private InputStream ask(URI uri) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(uri).header("Accept-Encoding", "gzip").build();
        HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            throw new IOException(uri + " answered " + response.statusCode());
        }
        return response.body();
    }

    @Override
    public void close() {
        threads.shutdownNow();
        http.shutdownNow();
    }
}

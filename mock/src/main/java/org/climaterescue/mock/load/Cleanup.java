package org.climaterescue.mock.load;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Takes away what load tests have put into a dispatcher, as far as its calls can. */
final class Cleanup {

    private static final int AT_A_TIME = 32;

    /** Statuses of tasks that are not over. */
    static final String[] OPEN = {"pending", "assigned", "replicating"};

    private final LoadClient client;

    Cleanup(LoadClient client) {
        this.client = client;
    }

    /** Signs nodes off, each once: their assignments go back. */
    void signOff(Collection<String> nodeIds) throws InterruptedException {
        Parallel.run(
                AT_A_TIME,
                nodeIds.stream()
                        .<Parallel.Step>map(id -> () -> client.call("DELETE", "/nodes/" + encoded(id), null, 404))
                        .toList());
    }

    /**
     * What became of unfinished tasks.
     *
     * @param left those for which there was no time
     */
    record Outcome(int cancelled, int left) {}

    /** The unfinished tasks of all load tests by their ids, a list for each host. */
    List<List<String>> open() throws InterruptedException {
        List<List<String>> open = new ArrayList<>();
        List<Parallel.Step> looks = new ArrayList<>();
        for (int host = 0; host < Workload.HOST_COUNT; host++) {
            String name = Workload.host(host);
            List<String> ids = new ArrayList<>();
            open.add(ids);
            looks.add(() -> find(name, ids));
        }
        Parallel.run(AT_A_TIME, looks);
        return open;
    }

    private void find(String host, List<String> ids) throws InterruptedException {
        for (String status : OPEN) {
            client.list("/tasks", "&host=" + host + "&status=" + status)
                    .forEach(task -> ids.add(task.path("task_id").asText()));
        }
    }

    /** Finds and cancels the unfinished tasks of all load tests, until a time is over. */
    Outcome cancelAll(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        return cancel(open(), end, () -> {});
    }

    /**
     * Cancels tasks, until a time is over.
     *
     * @param open as {@link #open} has found them
     * @param each told of each, from any thread
     */
    Outcome cancel(List<List<String>> open, Duration time, Runnable each) throws InterruptedException {
        return cancel(open, System.nanoTime() + time.toNanos(), each);
    }

    private Outcome cancel(List<List<String>> open, long end, Runnable each) throws InterruptedException {
        var cancelled = new AtomicInteger();
        var left = new AtomicInteger();
        List<Parallel.Step> hosts = open.stream()
                .<Parallel.Step>map(ids -> () -> {
                    for (String id : ids) {
                        if (System.nanoTime() < end) {
                            client.call("POST", "/tasks/" + id + "/cancel", null, 404, 409);
                            cancelled.incrementAndGet();
                            each.run();
                        } else {
                            left.incrementAndGet();
                        }
                    }
                })
                .toList();
        Parallel.run(AT_A_TIME, hosts);
        return new Outcome(cancelled.get(), left.get());
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8);
    }
}

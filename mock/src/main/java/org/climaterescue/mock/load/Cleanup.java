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

    /**
     * Cancels the unfinished tasks of all load tests, until a time is over.
     *
     * @param each told of each, from any thread
     */
    Outcome cancel(Duration time, Runnable each) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        var cancelled = new AtomicInteger();
        var left = new AtomicInteger();
        List<Parallel.Step> hosts = new ArrayList<>();
        for (int host = 0; host < Workload.HOST_COUNT; host++) {
            String name = Workload.host(host);
            hosts.add(() -> {
                for (String id : open(name)) {
                    if (System.nanoTime() < end) {
                        client.call("POST", "/tasks/" + id + "/cancel", null, 404, 409);
                        cancelled.incrementAndGet();
                        each.run();
                    } else {
                        left.incrementAndGet();
                    }
                }
            });
        }
        Parallel.run(AT_A_TIME, hosts);
        return new Outcome(cancelled.get(), left.get());
    }

    private List<String> open(String host) throws InterruptedException {
        List<String> found = new ArrayList<>();
        for (String status : OPEN) {
            client.list("/tasks", "&host=" + host + "&status=" + status)
                    .forEach(task -> found.add(task.path("task_id").asText()));
        }
        return found;
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8);
    }
}

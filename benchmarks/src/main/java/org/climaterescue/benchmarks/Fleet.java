package org.climaterescue.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Registered nodes {@code fleet-1} and so on that have nothing to do: each waits for work and sends heartbeats meanwhile. Whoever is
 * refused tries again in a moment, as agents do; it is counted.
 */
final class Fleet implements AutoCloseable {

    static final Duration HEARTBEAT = Duration.ofSeconds(15);

    private static final Duration MOMENT = Duration.ofSeconds(2);

    private final Client client;
    private final int nodes;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<Void>> calls = new ArrayList<>();
    private final AtomicLong refused = new AtomicLong();
    private volatile Times times = new Times();

    Fleet(Client client, int nodes) {
        this.client = client;
        this.nodes = nodes;
    }

    /** Lets them join evenly over the time between two heartbeats, and waits until everyone has sent a few. */
    void gather() throws InterruptedException {
        long apart = HEARTBEAT.toNanos() / nodes;
        long began = System.nanoTime();
        for (int node = 1; node <= nodes; node++) {
            int number = node;
            TimeUnit.NANOSECONDS.sleep(began + node * apart - System.nanoTime());
            calls.add(threads.submit(() -> wait(number)));
            calls.add(threads.submit(() -> beat(number)));
        }
        Thread.sleep(HEARTBEAT.multipliedBy(3));
    }

    /** Tells how long heartbeats take over a time from now on. */
    Times watch(Duration time) throws IOException, InterruptedException {
        refused.set(0);
        times = new Times();
        Thread.sleep(time);
        Times watched = times;
        for (Future<Void> call : calls) {
            if (call.state() == Future.State.FAILED) {
                throw new IOException("a call of the fleet failed", call.exceptionNow());
            }
        }
        return watched;
    }

    /** How many calls were refused since {@link #watch} began. */
    long refused() {
        return refused.get();
    }

    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }

    private Void wait(int node) throws InterruptedException {
        while (true) {
            call("/dispatch", "{'node_id':'fleet-%d','capacity_gb':1,'wait_seconds':60}".formatted(node));
        }
    }

    private Void beat(int node) throws InterruptedException {
        for (long next = System.nanoTime() + HEARTBEAT.toNanos(); ; next += HEARTBEAT.toNanos()) {
            TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
            Times noted = times;
            long sent = System.nanoTime();
            if (call("/nodes/fleet-" + node + "/heartbeat", "{'capacity_gb':1,'assignments':[]}")) {
                noted.since(sent);
            }
        }
    }

    private boolean call(String path, String json) throws InterruptedException {
        try {
            client.post(path, json);
            return true;
        } catch (IOException e) {
            if (refused.getAndIncrement() == 0) {
                System.err.println(e.getMessage());
            }
            Thread.sleep(MOMENT);
            return false;
        }
    }
}

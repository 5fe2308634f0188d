package org.climaterescue.cli.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Threads that act until they have done or everything is over. What one of them throws is the failure of all. */
final class Actors implements AutoCloseable {

    /** What somebody does. */
    interface Act {
        void perform() throws Exception;
    }

    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    void start(String name, Act act) {
        threads.add(Thread.ofVirtual().name(name).start(() -> {
            try {
                act.perform();
            } catch (InterruptedException over) {
                Thread.currentThread().interrupt();
            } catch (Exception | AssertionError e) {
                failures.add(e);
            }
        }));
    }

    /** Waits for all. */
    void join() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw new AssertionError(failures.size() + " actors failed", failures.peek());
        }
    }

    @Override
    public void close() {
        try {
            join();
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while actors were at work", over);
        }
    }
}

package org.climaterescue.cli.chaos;

import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** What the dispatchers have acknowledged, as the actors heard it. */
final class Testimony {

    /** Charged failures that nodes make up for one URL: fewer than use up its attempts. */
    private static final int MADE_UP = 2;

    /** A completion that was answered with 200. */
    record HeldCopy(String taskId, String nodeId, String sha256) {}

    /**
     * Requests of which one may be accepted.
     *
     * @param accepted how many were
     * @param unanswered how many may have been without anybody knowing
     * @param tasks which tasks the answers named
     */
    record Equals(String url, AtomicInteger accepted, AtomicInteger unanswered, Set<String> tasks) {

        static Equals of(String url) {
            return new Equals(url, new AtomicInteger(), new AtomicInteger(), ConcurrentHashMap.newKeySet());
        }

        void accepted(String taskId) {
            accepted.incrementAndGet();
            tasks.add(taskId);
        }
    }

    private final Queue<Equals> requests = new ConcurrentLinkedQueue<>();
    private final Queue<HeldCopy> copies = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicInteger> madeUp = new ConcurrentHashMap<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger late = new AtomicInteger();

    Equals request(String url) {
        Equals request = Equals.of(url);
        requests.add(request);
        return request;
    }

    void completed(String taskId, String nodeId, String sha256, boolean isLate) {
        copies.add(new HeldCopy(taskId, nodeId, sha256));
        if (isLate) {
            late.incrementAndGet();
        }
    }

    void failed() {
        failures.incrementAndGet();
    }

    /** Whether another failure of this URL may be made up. */
    boolean mayFail(String url) {
        return madeUp.computeIfAbsent(url, none -> new AtomicInteger()).incrementAndGet() <= MADE_UP;
    }

    Queue<Equals> requests() {
        return requests;
    }

    Queue<HeldCopy> copies() {
        return copies;
    }

    int failures() {
        return failures.get();
    }

    int late() {
        return late.get();
    }
}

package org.climaterescue.dispatcher.gathering;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One loop that takes all that has come and hands it on as one round, in the order in which it came. What comes meanwhile is
 * the next round; unless it is told otherwise, there is no waiting for more.
 */
public final class Gathering<T> {

    private static final Logger LOG = LoggerFactory.getLogger(Gathering.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<T> waiting = new ArrayDeque<>();
    private final int largest;
    private final int backlog;
    private final Duration patience;
    private final Consumer<List<T>> round;
    private final Thread loop;
    private boolean closed;

    private Gathering(String name, int largest, int backlog, Duration patience, Consumer<List<T>> round) {
        this.largest = largest;
        this.backlog = backlog;
        this.patience = patience;
        this.round = round;
        this.loop = Thread.ofPlatform().name(name).unstarted(this::serve);
    }

    /**
     * Starts the loop.
     *
     * @param name its thread's
     * @param largest the most that goes into one round
     * @param backlog the most that waits
     * @param round carries out what was gathered, which is never empty, and answers for all of it, whatever happens
     */
    public static <T> Gathering<T> start(String name, int largest, int backlog, Consumer<List<T>> round) {
        return start(name, largest, backlog, Duration.ZERO, round);
    }

    /**
     * Starts a loop whose rounds wait for more: for what nobody is in a hurry for, and costs much less together.
     *
     * @param patience how long the loop waits when there is something to take, unless a round is full before
     */
    public static <T> Gathering<T> start(
            String name, int largest, int backlog, Duration patience, Consumer<List<T>> round) {
        var gathering = new Gathering<>(name, largest, backlog, patience, round);
        gathering.loop.start();
        return gathering;
    }

    /** Puts something into the next round; false when too much waits already or the loop stops, and nothing will come of it. */
    public boolean offer(T one) {
        lock.lock();
        try {
            if (closed || waiting.size() >= backlog) {
                return false;
            }
            waiting.add(one);
            if (waiting.size() == 1 || waiting.size() == largest) {
                changed.signal();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Takes nothing more and waits, 10 s at the most, until all that has come is carried out. */
    public void stop() throws InterruptedException {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        loop.join(Duration.ofSeconds(10));
    }

    private void serve() {
        try {
            for (List<T> next = next(); !next.isEmpty(); next = next()) {
                try {
                    round.accept(next);
                } catch (RuntimeException | Error e) {
                    LOG.error("a round failed without an answer for those who wait", e);
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** What has come; empty once the loop is to end. */
    private List<T> next() throws InterruptedException {
        lock.lock();
        try {
            while (!closed && waiting.isEmpty()) {
                changed.await();
            }
            long left = patience.toNanos();
            while (!closed && waiting.size() < largest && left > 0) {
                left = changed.awaitNanos(left);
            }
            List<T> next = new ArrayList<>(Math.min(waiting.size(), largest));
            while (next.size() < largest && !waiting.isEmpty()) {
                next.add(waiting.remove());
            }
            return next;
        } finally {
            lock.unlock();
        }
    }
}

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
 * One loop that takes all that has come and hands it on as one round, in the order in which it came. There is no waiting for
 * more: what comes meanwhile is the next round.
 */
public final class Gathering<T> {

    private static final Logger LOG = LoggerFactory.getLogger(Gathering.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<T> waiting = new ArrayDeque<>();
    private final int largest;
    private final int backlog;
    private final Consumer<List<T>> round;
    private final Thread loop;
    private boolean closed;

    private Gathering(String name, int largest, int backlog, Consumer<List<T>> round) {
        this.largest = largest;
        this.backlog = backlog;
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
        var gathering = new Gathering<>(name, largest, backlog, round);
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
            changed.signal();
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
        for (List<T> next = next(); !next.isEmpty(); next = next()) {
            try {
                round.accept(next);
            } catch (RuntimeException | Error e) {
                LOG.error("a round failed without an answer for those who wait", e);
            }
        }
    }

    /** What has come; empty once the loop is to end. */
    private List<T> next() {
        lock.lock();
        try {
            while (!closed && waiting.isEmpty()) {
                changed.awaitUninterruptibly();
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

package org.climaterescue.dispatcher.allocation;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.climaterescue.protocol.DispatchRequest;

/** Callers of {@code POST /dispatch} that have not been answered, in turn. */
final class WaitingRoom {

    /** More waiting calls than this are turned away: each costs memory, and no fleet of ours has as many nodes. */
    private static final int SEATS = 50_000;

    /**
     * How long the room may go without a round while somebody waits: a missed signal costs no more than this, and other
     * dispatchers see by it that this one lives.
     */
    private static final Duration LONGEST_REST = Duration.ofSeconds(1);

    /** Somebody whose patience has ended and who could not be served waits for the next round at least this long. */
    private static final Duration SHORTEST_REST = Duration.ofMillis(10);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<Caller> callers = new LinkedHashSet<>();
    private boolean signalled;
    private boolean closed;

    /** Takes a place at the end of the line; false when the room is full or closed. */
    boolean enter(Caller caller) {
        lock.lock();
        try {
            if (closed || callers.size() >= SEATS) {
                return false;
            }
            callers.add(caller);
            wake();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Asks for a round: there may be work. */
    void signal() {
        lock.lock();
        try {
            wake();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a reason to hold a round, and returns who waits, in turn. Empty when the room has closed. */
    List<Caller> await() throws InterruptedException {
        lock.lock();
        try {
            while (!closed && (nobodyWaits() || !signalled)) {
                if (callers.isEmpty()) {
                    changed.await();
                } else if (changed.awaitNanos(rest()) <= 0) {
                    signalled = true;
                }
            }
            signalled = false;
            return closed ? List.of() : List.copyOf(callers);
        } finally {
            lock.unlock();
        }
    }

    /** Lets these callers go. */
    void leave(Collection<Caller> answered) {
        lock.lock();
        try {
            answered.forEach(callers::remove);
            // A second call of the same node has its turn now.
            signalled |= !answered.isEmpty() && !callers.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Lets nobody in any more; {@link #await} returns nobody from now on. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Who still waits. */
    List<Caller> callers() {
        lock.lock();
        try {
            return List.copyOf(callers);
        } finally {
            lock.unlock();
        }
    }

    /** Drops those who have hung up first. */
    private boolean nobodyWaits() {
        callers.removeIf(caller -> caller.answer().isDone());
        return callers.isEmpty();
    }

    private void wake() {
        signalled = true;
        changed.signal();
    }

    private long rest() {
        long now = System.nanoTime();
        long next =
                callers.stream().mapToLong(caller -> caller.until() - now).min().orElse(Long.MAX_VALUE);
        return Math.clamp(next, SHORTEST_REST.toNanos(), LONGEST_REST.toNanos());
    }

    /**
     * One call that waits.
     *
     * @param until when its patience ends, on {@link System#nanoTime}'s scale
     */
    record Caller(DispatchRequest request, long until, CompletableFuture<Given> answer) {

        static Caller of(DispatchRequest request) {
            return new Caller(
                    request,
                    System.nanoTime() + TimeUnit.SECONDS.toNanos(request.patience()),
                    new CompletableFuture<>());
        }

        String nodeId() {
            return request.nodeId();
        }

        boolean patient() {
            return until - System.nanoTime() > 0;
        }

        /** How long it has waited at a moment on the scale of {@link #until}. */
        Duration waited(long now) {
            return Duration.ofSeconds(request.patience()).minus(left(now));
        }

        /** How long it goes on waiting from a moment on the scale of {@link #until}. */
        Duration left(long now) {
            return Duration.ofNanos(until - now);
        }

        boolean overdueBy(Duration grace) {
            return System.nanoTime() - until > grace.toNanos();
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }
}

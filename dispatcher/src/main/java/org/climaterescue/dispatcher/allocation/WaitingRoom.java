package org.climaterescue.dispatcher.allocation;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
     * How long the room may go without a whole round while somebody waits, unless thousands do: a missed signal costs no more than
     * this, and what only time changes is seen by then.
     */
    private static final Duration LONGEST_REST = Duration.ofSeconds(1);

    /** A whole round of ten thousand who wait takes a while: such rounds take one part in so many of the time. */
    private static final int WHOLE_ROUNDS_SHARE = 20;

    /** That far at most: the others believe for two seconds that who waits here is still here, see {@code Turns}. */
    private static final Duration LONGEST_REST_OF_MANY = Duration.ofMillis(1500);

    /** So few are always asked together: to leave somebody out pays only where thousands wait. */
    private static final int FEW = 200;

    /** After a round that had nothing for anybody, those who come wait for each other so long, unless there is new work. */
    private static final Duration BREATH = Duration.ofMillis(50);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<Caller> callers = new LinkedHashSet<>();
    /** Who has come since the last round, or could not be served in it. */
    private final Set<Caller> newcomers = new HashSet<>();
    /** How many calls of a node are here. */
    private final Map<String, Integer> calls = new HashMap<>();

    private boolean signalled;
    /** Whether who comes is served with all the others, who have not been offered everything yet. */
    private boolean together;

    private boolean closed;
    /** When a whole round is due, and when those who come are served at the latest; by {@link System#nanoTime}. */
    private long wholeAt = System.nanoTime();

    private long breathUntil = System.nanoTime();

    /** Before this ends the patience of nobody, except who took part in the last round; by {@link System#nanoTime}. */
    private long firstUntil = System.nanoTime();

    /** Takes a place at the end of the line; false when the room is full or closed. */
    boolean enter(Caller caller) {
        lock.lock();
        try {
            if (closed || callers.size() >= SEATS) {
                return false;
            }
            callers.add(caller);
            newcomers.add(caller);
            if (caller.until() - firstUntil < 0 || callers.size() == 1) {
                firstUntil = caller.until();
            }
            // A second call of a node depends on the first one.
            signalled |= calls.merge(caller.nodeId(), 1, Integer::sum) > 1;
            // Whoever comes while others are expected to be served soon is served with them.
            if (signalled || newcomers.size() == 1) {
                changed.signal();
            }
            // Who hangs up leaves at once. Who is answered has left before.
            var _ = caller.answer().whenComplete((given, failure) -> leave(List.of(caller)));
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

    /** Waits for a reason to hold a round, and returns who takes part in it. Empty when the room has closed. */
    Line await() throws InterruptedException {
        lock.lock();
        try {
            while (!closed) {
                long now = System.nanoTime();
                if (callers.isEmpty()) {
                    changed.await();
                } else if (signalled || wholeAt - now <= 0) {
                    return whole();
                } else {
                    long due = newcomers.isEmpty() ? firstUntil : now;
                    if (due - now > 0 || breathUntil - now > 0) {
                        long next = Math.max(due - now, breathUntil - now);
                        changed.awaitNanos(Math.min(next, wholeAt - now));
                    } else if (together || callers.size() <= FEW) {
                        return whole();
                    } else {
                        Line part = part(now);
                        if (!part.callers().isEmpty()) {
                            return part;
                        }
                    }
                }
            }
            return new Line(List.of(), true);
        } finally {
            lock.unlock();
        }
    }

    /** Everybody in the room is asked for next, although nobody has rung. */
    Line whole() {
        lock.lock();
        try {
            signalled = false;
            newcomers.clear();
            expectTheNext(System.nanoTime());
            return new Line(List.copyOf(callers), true);
        } finally {
            lock.unlock();
        }
    }

    /**
     * A round has ended.
     *
     * @param took how long it took
     * @param unserved those of the line who could take no part in it; the next one is for them too
     * @param gave whether anybody was given anything
     * @param all whether everything in the queue has been offered; else the others have not seen all of it
     */
    void ended(Line line, Duration took, Collection<Caller> unserved, boolean gave, boolean all) {
        lock.lock();
        try {
            long now = System.nanoTime();
            if (line.isWhole()) {
                wholeAt = now
                        + Math.clamp(
                                took.toNanos() * WHOLE_ROUNDS_SHARE,
                                LONGEST_REST.toNanos(),
                                LONGEST_REST_OF_MANY.toNanos());
                together = !all;
            }
            breathUntil = gave ? now : now + BREATH.toNanos();
            unserved.stream().filter(callers::contains).forEach(newcomers::add);
        } finally {
            lock.unlock();
        }
    }

    /** Lets these callers go. */
    void leave(Collection<Caller> answered) {
        lock.lock();
        try {
            answered.forEach(caller -> {
                if (callers.remove(caller)) {
                    forget(caller);
                }
            });
            if (signalled) {
                changed.signal();
            }
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

    /** How many wait. */
    int size() {
        lock.lock();
        try {
            return callers.size();
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

    /** Those who have come, and those whose patience has ended: for all the others nothing has changed. */
    private Line part(long now) {
        List<Caller> line = callers.stream()
                .filter(caller -> caller.until() - now <= 0 || newcomers.contains(caller))
                .toList();
        newcomers.clear();
        expectTheNext(now);
        return new Line(line, line.size() == callers.size());
    }

    /** Those whose patience has ended by now take part in the round that begins. */
    private void expectTheNext(long now) {
        firstUntil = now
                + callers.stream()
                        .mapToLong(caller -> caller.until() - now)
                        .filter(left -> left > 0)
                        .min()
                        .orElse(LONGEST_REST.toNanos());
    }

    private void forget(Caller caller) {
        newcomers.remove(caller);
        calls.computeIfPresent(caller.nodeId(), (node, count) -> count == 1 ? null : count - 1);
        // A second call of the same node has its turn now.
        signalled |= calls.containsKey(caller.nodeId());
    }

    private void wake() {
        signalled = true;
        changed.signal();
    }

    /**
     * Who takes part in a round, in turn.
     *
     * @param isWhole whether these are all who wait; else the others have been offered all that there is, and nobody has said
     *     since that there is more
     */
    record Line(List<Caller> callers, boolean isWhole) {}

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

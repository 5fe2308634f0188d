package org.climaterescue.dispatcher.assignment;

import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.climaterescue.db.host.Hosts;
import org.climaterescue.db.ledger.TaskFacts.PastFailure;
import org.climaterescue.protocol.FailureReason;

/**
 * When a task is tried again after a failure, and when not at all.
 *
 * @param maxAttempts charged failures after which a task has failed
 * @param base the wait after the first charged failure; it doubles with each further one up to {@link #LONGEST}
 */
record RetryPolicy(int maxAttempts, Duration base) {

    /** No wait is longer, unless the origin itself asks for more: up to {@link Hosts#LONGEST_REST}. */
    static final Duration LONGEST = Duration.ofHours(6);

    /** The node's own trouble, which says nothing about the file. */
    private static final Set<FailureReason> FREE = EnumSet.of(FailureReason.DISK_FULL, FailureReason.SHUTDOWN);

    /** There is no file to be had; believed once two different nodes have said one of these. */
    private static final Set<FailureReason> PERMANENT =
            EnumSet.of(FailureReason.GONE, FailureReason.FORBIDDEN, FailureReason.DYNAMIC_PAGE);

    private static final int NODES_TO_BELIEVE = 2;

    boolean charges(FailureReason reason) {
        return !FREE.contains(reason);
    }

    int charged(Collection<PastFailure> failures) {
        return (int) failures.stream().filter(PastFailure::charged).count();
    }

    /** Whether the task is not to be tried again. */
    boolean exhausted(Collection<PastFailure> failures) {
        long permanent = failures.stream()
                .filter(failure -> failure.charged() && PERMANENT.contains(failure.reason()))
                .map(PastFailure::nodeNo)
                .distinct()
                .count();
        return charged(failures) >= maxAttempts || permanent >= NODES_TO_BELIEVE;
    }

    /**
     * How long to leave a task alone: exponential, up to half as long again by chance, so that tasks that failed together do
     * not come back together.
     *
     * @param charged charged failures so far, at least 1
     * @param hint how long the origin asked to be left alone; zero if it did not. One node's word, so it is cut to {@link
     *     Hosts#LONGEST_REST}.
     */
    Duration delay(int charged, Duration hint, RandomGenerator chance) {
        long doubled = base.toMillis() << Math.min(charged - 1, 20);
        double spread = doubled * (1 + chance.nextDouble() / 2);
        var backoff = Duration.ofMillis((long) Math.min(spread, (double) LONGEST.toMillis()));
        Duration asked = hint.compareTo(Hosts.LONGEST_REST) > 0 ? Hosts.LONGEST_REST : hint;
        return backoff.compareTo(asked) > 0 ? backoff : asked;
    }
}

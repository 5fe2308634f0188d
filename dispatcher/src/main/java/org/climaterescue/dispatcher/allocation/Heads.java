package org.climaterescue.dispatcher.allocation;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.climaterescue.db.allocation.ReadyQueue.Head;
import org.jspecify.annotations.Nullable;

/**
 * Where the queue began last, as long as that may be relied on: ahead of it is nothing that those could take who asked then, but for the
 * rows of the hosts that are passed by. So it serves those who ask for no larger files. As long as some do who have more room, it is
 * theirs that is kept. Only the loop of rounds uses it.
 */
final class Heads {

    /** So many hosts are passed by at most: each is asked for its rows in the rounds in which it stands more. */
    static final int MOST_PASSED = 10;

    private final LongSupplier nanoTime;
    private @Nullable Head head;
    private long foundAt;
    /** Rows of more bytes may be ahead of the head. */
    private long measure;
    /** When somebody last asked who has so much room. */
    private long measuredAt;
    /** Their rows may be ahead of the head. */
    private Set<Integer> passed = Set.of();
    /** Theirs may be ahead of the next one as well. */
    private Set<Integer> toPass = Set.of();

    /**
     * Knows no head yet.
     *
     * @param nanoTime as {@link System#nanoTime}
     */
    Heads(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Nullable
    Head last(long space) {
        return space <= measure && lasts(foundAt) ? head : null;
    }

    /** The hosts whose rows may be ahead of the last head, in a round of those who have so much room. */
    Set<Integer> passed(long space) {
        return last(space) == null ? Set.of() : passed;
    }

    /** The hosts whose rows the next head is to leave behind, in a round of those who have so much room. */
    Set<Integer> toPass(long space) {
        return last(space) == null ? Set.of() : toPass;
    }

    /** Of these the queue's beginning is full, and they stand no more just now. As many as may be are passed by from now on. */
    void pass(Set<Integer> hosts) {
        if (toPass.containsAll(hosts)) {
            return;
        }
        var more = new HashSet<>(toPass);
        for (int host : hosts) {
            if (more.size() < MOST_PASSED) {
                more.add(host);
            }
        }
        toPass = Set.copyOf(more);
    }

    /** What the next head is to be found for, in a round of those who have so much room. */
    long measure(long space) {
        return last(space) != null && lasts(measuredAt) ? measure : space;
    }

    /**
     * What a round read that began then.
     *
     * @param now empty: there was nothing in the queue but for the rows of the hosts left behind
     */
    void found(Optional<Head> now, long at, long space, long measured, Set<Integer> leftBehind) {
        head = now.orElse(null);
        foundAt = at;
        measure = measured;
        passed = leftBehind;
        toPass = leftBehind;
        if (space == measured) {
            measuredAt = at;
        }
    }

    void forget() {
        head = null;
    }

    private boolean lasts(long since) {
        return nanoTime.getAsLong() - since < Head.LASTS.toNanos();
    }
}

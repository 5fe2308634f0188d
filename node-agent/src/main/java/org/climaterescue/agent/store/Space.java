package org.climaterescue.agent.store;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * How much more a node may store: its capacity less what it stores, and never more than the disk has left.
 *
 * <p>What is offered to the dispatcher still holds the room that the running downloads will take, for the dispatcher takes
 * the sizes of a node's leases off what the node offers. Taking them off here too would count them twice. The room for them
 * is guarded here all the same, by claims: a file that turns out larger than announced, or whose lease the dispatcher has
 * given up, must not push the others over the edge.
 *
 * <p>Thread-safe.
 */
public final class Space {

    /** Left free on the disk for others. */
    static final long MARGIN = 256_000_000L;

    // A download of unknown size claims in steps, so that not every block looks at the disk.
    private static final long STEP = 16_000_000L;

    /** Where little is left, a step is a part of it: what is claimed ahead must not turn away a file that would fit. */
    private static final long STEPS_LEFT = 10;

    private final Store store;
    private final long capacity;
    private final Set<Claim> claims = new HashSet<>();

    /**
     * Space in a store.
     *
     * @param capacity the most bytes that the node's files may take
     */
    public Space(Store store, long capacity) {
        this.store = store;
        this.capacity = capacity;
    }

    /** The bytes to offer now, 0 and up. */
    public synchronized long offered() throws IOException {
        long written = claims.stream().mapToLong(Claim::written).sum();
        return Math.max(0, Math.min(underCapacity(written), store.usableBytes() + written - MARGIN));
    }

    /** Begins a download: it claims nothing yet. */
    public synchronized Claim claim() {
        Claim claim = new Claim();
        claims.add(claim);
        return claim;
    }

    private long underCapacity(long written) throws IOException {
        long leftOver = Math.max(0, store.partialBytes() - written);
        return capacity - store.storedBytes() - leftOver;
    }

    /** The most that a claim could be, with what the others have claimed left to them. */
    private long most(Claim claim) throws IOException {
        long written = 0;
        long othersClaimed = 0;
        long othersToCome = 0;
        for (Claim each : claims) {
            written += each.written;
            if (each != claim) {
                othersClaimed += each.claimed;
                othersToCome += Math.max(0, each.claimed - each.written);
            }
        }
        return Math.min(
                underCapacity(written) - othersClaimed, store.usableBytes() + claim.written - MARGIN - othersToCome);
    }

    /** The room of one download. */
    public final class Claim implements AutoCloseable {

        private long claimed;
        private volatile long written;

        private Claim() {}

        private long written() {
            return written;
        }

        /**
         * Makes sure that there is room for the whole file up to this size.
         *
         * @param total the file's bytes so far, or all of them where that is known
         * @return the bytes that there is room for: {@code total} or more when it fits, less when it does not
         */
        public long room(long total) throws IOException {
            synchronized (Space.this) {
                if (total > claimed) {
                    long most = Math.max(claimed, most(this));
                    claimed = Math.min(total + Math.clamp((most - total) / STEPS_LEFT, 0, STEP), most);
                }
                return claimed;
            }
        }

        /** Makes sure that there is room for a file of exactly this size. */
        public long roomForExactly(long total) throws IOException {
            synchronized (Space.this) {
                claimed = Math.min(total, most(this));
                return claimed;
            }
        }

        /** So many bytes of it are on the disk. */
        public void wrote(long bytes) {
            written = bytes;
        }

        /** Gives the room back. */
        @Override
        public void close() {
            synchronized (Space.this) {
                claims.remove(this);
            }
        }
    }
}

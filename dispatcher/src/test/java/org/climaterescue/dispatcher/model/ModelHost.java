package org.climaterescue.dispatcher.model;

import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** An origin: what it stands, and how it is left alone. Times are in seconds of the model's clock. */
final class ModelHost {

    private static final long FORGOTTEN = 3600;

    final String name;
    private @Nullable Integer wanted;
    private boolean paused;
    private long busyUntil = Long.MIN_VALUE / 2;
    private int troubles;
    private int cutTo = 1_000_000;
    private long cutAt;

    ModelHost(String name) {
        this.name = name;
    }

    int connections(long now) {
        long trusted = cutTo + (now - cutAt) / 60;
        return (int) Math.min(wanted == null ? ModelFleet.CONNECTIONS : wanted, trusted);
    }

    boolean paused() {
        return paused;
    }

    /** How many more assignments may be given out. */
    int free(long now, int active) {
        return paused || busyUntil > now ? 0 : Math.max(0, connections(now) - active);
    }

    /** The origin has answered 429 or 503. */
    void busy(long now, @Nullable Integer retryAfter) {
        if (retryAfter != null) {
            busyUntil = Math.max(busyUntil, now + Math.min(retryAfter, ModelFleet.DAY));
        } else if (busyUntil <= now) {
            int inARow = busyUntil > now - FORGOTTEN ? troubles : 0;
            cutTo = Math.max(1, connections(now) / 2);
            cutAt = now;
            busyUntil = now + Math.min(ModelFleet.RETRY_BASE << inARow, FORGOTTEN);
            troubles = inARow + 1;
        }
    }

    void limit(int connections) {
        wanted = connections;
        cutTo = 1_000_000;
    }

    void pause() {
        paused = true;
    }

    void goOn() {
        paused = false;
        busyUntil = Long.MIN_VALUE / 2;
        troubles = 0;
        cutTo = 1_000_000;
    }

    /** Moments at which something changes by itself. */
    LongStream edges() {
        LongStream growth = cutTo > ModelFleet.CONNECTIONS
                ? LongStream.empty()
                : LongStream.rangeClosed(1, 6).map(minutes -> cutAt + 60 * minutes);
        return LongStream.concat(growth, LongStream.of(busyUntil, busyUntil + FORGOTTEN));
    }

    @Override
    public String toString() {
        return name;
    }
}

package org.climaterescue.mock.load;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** What a run looks like, slice by slice, and all told. Thread-safe. */
public final class Timeline {

    private static final long LONGEST_MICROS = TimeUnit.MINUTES.toMicros(10);
    private static final int DIGITS = 3;

    /**
     * A slice of the run.
     *
     * @param at its end, in seconds since the beginning
     * @param perSecond tasks done a second
     * @param calls that ended in it, by kind; kinds of which there were none are left out
     */
    public record Slice(double at, double perSecond, Map<CallKind, Latency> calls) {}

    private final Map<CallKind, Recorder> recorders = new EnumMap<>(CallKind.class);
    private final Map<CallKind, Histogram> totals = new EnumMap<>(CallKind.class);
    private final LongAdder done = new LongAdder();
    private final List<Slice> slices = new ArrayList<>();
    private final long began = System.nanoTime();
    private long lastTick = began;
    private long lastDone;
    private volatile double seconds;

    /** Begins now. */
    public Timeline() {
        for (CallKind kind : CallKind.values()) {
            recorders.put(kind, new Recorder(LONGEST_MICROS, DIGITS));
            totals.put(kind, new Histogram(LONGEST_MICROS, DIGITS));
        }
    }

    /** Notes a call that began at a moment on {@link System#nanoTime}'s scale and has ended now. */
    void called(CallKind kind, long since) {
        long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - since);
        recorder(kind).recordValue(Math.min(micros, LONGEST_MICROS));
    }

    /** Notes tasks that were done. */
    void done(long tasks) {
        done.add(tasks);
    }

    /** Tasks done so far. */
    public long done() {
        return done.sum();
    }

    /** Ends a slice and begins the next. */
    public synchronized Slice tick() {
        long now = System.nanoTime();
        long count = done.sum();
        Map<CallKind, Latency> calls = new EnumMap<>(CallKind.class);
        for (CallKind kind : CallKind.values()) {
            Histogram interval = recorder(kind).getIntervalHistogram();
            if (interval.getTotalCount() > 0) {
                total(kind).add(interval);
                calls.put(kind, Latency.of(interval));
            }
        }
        double length = (double) (now - lastTick) / TimeUnit.SECONDS.toNanos(1);
        var slice = new Slice(
                (double) (now - began) / TimeUnit.SECONDS.toNanos(1),
                length > 0 ? (double) (count - lastDone) / length : 0,
                calls);
        slices.add(slice);
        seconds = slice.at();
        lastTick = now;
        lastDone = count;
        return slice;
    }

    /** All slices so far. */
    public synchronized List<Slice> slices() {
        return List.copyOf(slices);
    }

    /** From the beginning to the end of the last slice, in seconds. */
    public double seconds() {
        return seconds;
    }

    /** All calls up to the last tick, by kind; kinds of which there were none are left out. */
    public synchronized Map<CallKind, Latency> calls() {
        Map<CallKind, Latency> all = new EnumMap<>(CallKind.class);
        totals.forEach((kind, total) -> {
            if (total.getTotalCount() > 0) {
                all.put(kind, Latency.of(total));
            }
        });
        return all;
    }

    private Recorder recorder(CallKind kind) {
        return Objects.requireNonNull(recorders.get(kind));
    }

    private Histogram total(CallKind kind) {
        return Objects.requireNonNull(totals.get(kind));
    }
}

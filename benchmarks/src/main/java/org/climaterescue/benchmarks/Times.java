package org.climaterescue.benchmarks;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** How long calls took. Thread-safe. */
final class Times {

    private static final double NANOS_PER_MS = 1e6;

    private final Histogram histogram = new ConcurrentHistogram(TimeUnit.MINUTES.toNanos(5), 3);

    /** Notes a call that began at a moment on {@link System#nanoTime}'s scale and has ended now. */
    void since(long began) {
        histogram.recordValue(System.nanoTime() - began);
    }

    long count() {
        return histogram.getTotalCount();
    }

    /** What so many percent took at most, in milliseconds. */
    double ms(double percent) {
        return histogram.getValueAtPercentile(percent) / NANOS_PER_MS;
    }
}

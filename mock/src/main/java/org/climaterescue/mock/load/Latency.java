package org.climaterescue.mock.load;

import org.HdrHistogram.Histogram;

/**
 * How long calls of one kind took, in milliseconds.
 *
 * @param calls how many; the other members are 0 when there were none
 */
public record Latency(long calls, double p50Ms, double p90Ms, double p99Ms, double p999Ms, double maxMs) {

    private static final double MICROS_PER_MS = 1000;

    /** Of a histogram in microseconds. */
    static Latency of(Histogram micros) {
        return new Latency(
                micros.getTotalCount(),
                ms(micros.getValueAtPercentile(50)),
                ms(micros.getValueAtPercentile(90)),
                ms(micros.getValueAtPercentile(99)),
                ms(micros.getValueAtPercentile(99.9)),
                ms(micros.getMaxValue()));
    }

    /** Both together, as a picture shows them: the mean of the medians, by calls, and the larger of the others. */
    public Latency with(Latency other) {
        long all = calls + other.calls;
        return new Latency(
                all,
                all == 0 ? 0 : (calls * p50Ms + other.calls * other.p50Ms) / all,
                Math.max(p90Ms, other.p90Ms),
                Math.max(p99Ms, other.p99Ms),
                Math.max(p999Ms, other.p999Ms),
                Math.max(maxMs, other.maxMs));
    }

    private static double ms(long micros) {
        return micros / MICROS_PER_MS;
    }
}

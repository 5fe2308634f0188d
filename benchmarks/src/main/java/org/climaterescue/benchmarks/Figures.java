package org.climaterescue.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * What a run came to.
 *
 * @param tasks that were done
 * @param seconds from the first to the last
 * @param p50Ms how long half of the calls took at most; null where there are no calls
 * @param p99Ms how long 99 % of the calls took at most; null where there are no calls
 */
record Figures(
        long tasks,
        double seconds,
        @Nullable Double p50Ms,
        @Nullable Double p99Ms) {

    double rate() {
        return (double) tasks / seconds;
    }
}

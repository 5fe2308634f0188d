package org.climaterescue.agent.fetch;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Growing pauses between tries.
 *
 * @param first the longest pause after the first failure
 * @param most the longest pause at all
 */
public record Backoff(Duration first, Duration most) {

    private static final int DOUBLINGS = 20;

    /**
     * How long to wait after so many failures in a row: half to all of {@code first} doubled each time, never more than
     * {@code most}. The random half keeps nodes that failed together from coming back together.
     *
     * @param failures 1 and up
     */
    public Duration after(int failures) {
        long ceiling = first.toMillis() << Math.min(failures - 1, DOUBLINGS);
        long millis = Math.min(most.toMillis(), ceiling);
        return Duration.ofMillis(millis - ThreadLocalRandom.current().nextLong(millis / 2 + 1));
    }
}

package org.climaterescue.mock.load;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a fleet waits for.
 *
 * @param unfinished tasks that want further copies
 * @param retries those of them that wait for another try
 * @param untilRetry how long until the first of these is due; null when there are none
 * @param leases those of them that wait until the lease of a silent node has run out
 */
public record Waiting(
        long unfinished, long retries, @Nullable Duration untilRetry, long leases) {

    /** Whether most of what is left can only be waited for. */
    public boolean isMostly() {
        return 2 * (retries + leases) > unfinished;
    }
}

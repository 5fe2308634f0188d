package org.climaterescue.db.node;

import java.time.Duration;

/**
 * How long a node may be silent.
 *
 * @param suspectAfter then it gets nothing new
 * @param lostAfter then its leases have run out; also how long a lease lasts
 */
public record Silence(Duration suspectAfter, Duration lostAfter) {

    public double suspectSeconds() {
        return suspectAfter.toMillis() / 1000.0;
    }

    public double lostSeconds() {
        return lostAfter.toMillis() / 1000.0;
    }
}

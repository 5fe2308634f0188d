package org.climaterescue.db.invariant;

import java.util.List;

/**
 * How one invariant stands.
 *
 * @param number as in {@code docs/lease-lifecycle.md}
 * @param law what must hold, in a sentence
 * @param violations how often it does not
 * @param examples some of what breaks it, at most {@link Invariants#EXAMPLES}, such as {@code t-1a: failed, but offered}
 */
public record Finding(int number, String law, long violations, List<String> examples) {

    /** Whether nothing breaks the law. */
    public boolean holds() {
        return violations == 0;
    }
}

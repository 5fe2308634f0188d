package org.climaterescue.mock.load;

/**
 * Something that must hold in every run.
 *
 * @param law what it says, for people
 * @param violations how often it was broken
 * @param example one of them; empty if there is none
 */
public record Law(String law, long violations, String example) {

    /** Whether it held. */
    public boolean holds() {
        return violations == 0;
    }
}

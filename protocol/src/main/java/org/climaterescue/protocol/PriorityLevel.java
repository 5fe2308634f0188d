package org.climaterescue.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A floor for the priority of the tasks that a node wants. */
public enum PriorityLevel {
    /** Any task. */
    @JsonProperty("low")
    LOW(1),

    /** Priority 4 and up. */
    @JsonProperty("medium")
    MEDIUM(4),

    /** Priority 7 and up. */
    @JsonProperty("high")
    HIGH(7),

    /** Priority 9 and up. */
    @JsonProperty("critical")
    CRITICAL(9);

    private final int floor;

    PriorityLevel(int floor) {
        this.floor = floor;
    }

    /** The lowest priority that this level admits, 1 to 10. */
    public int floor() {
        return floor;
    }
}

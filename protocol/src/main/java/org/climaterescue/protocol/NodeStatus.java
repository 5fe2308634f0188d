package org.climaterescue.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** How a node stands with the dispatcher. */
public enum NodeStatus {
    /** Heard of lately; gets work. */
    @JsonProperty("active")
    ACTIVE,

    /** Silent for RESCUE_SUSPECT_AFTER; gets nothing new. */
    @JsonProperty("suspect")
    SUSPECT,

    /** Silent for RESCUE_LOST_AFTER; its assignments have gone back. */
    @JsonProperty("lost")
    LOST,

    /** Finishes what it has and gets nothing new. */
    @JsonProperty("draining")
    DRAINING,

    /** Signed off. */
    @JsonProperty("gone")
    GONE;

    /** The word on the wire and in the database: the constant's name in lower case. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}

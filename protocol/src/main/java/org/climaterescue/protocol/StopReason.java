package org.climaterescue.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** Why a node is told to stop working on an assignment. */
public enum StopReason {
    /** The task was cancelled. */
    @JsonProperty("cancelled")
    CANCELLED,

    /** The lease ran out, or the dispatcher does not know the assignment. */
    @JsonProperty("expired")
    EXPIRED,

    /** No byte came for RESCUE_STALL_AFTER. */
    @JsonProperty("stalled")
    STALLED,

    /** Others have met the target. */
    @JsonProperty("target_met")
    TARGET_MET;

    /** The word on the wire and in the database: the constant's name in lower case. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package org.climaterescue.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** How one node's lease on one task stands, or how it ended. */
public enum AssignmentStatus {
    /** The lease is held. */
    @JsonProperty("active")
    ACTIVE,

    /** The node reported the file. */
    @JsonProperty("completed")
    COMPLETED,

    /** The node reported that it could not. */
    @JsonProperty("failed")
    FAILED,

    /** The lease ran out unrenewed, or no byte came for too long. */
    @JsonProperty("expired")
    EXPIRED,

    /** The node gave it back, or stopped listing it. */
    @JsonProperty("released")
    RELEASED,

    /** The task was cancelled, or its target was met by others. */
    @JsonProperty("cancelled")
    CANCELLED;

    /** The word on the wire and in the database: the constant's name in lower case. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}

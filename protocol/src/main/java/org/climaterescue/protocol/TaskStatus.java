package org.climaterescue.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** Where a task stands, as the contract's Words have it. */
public enum TaskStatus {
    /** No copy, and nobody is on it. */
    @JsonProperty("pending")
    PENDING,

    /** Somebody is on it, no copy yet. */
    @JsonProperty("assigned")
    ASSIGNED,

    /** At least one copy, target not met. */
    @JsonProperty("replicating")
    REPLICATING,

    /** The wanted number of copies is held. */
    @JsonProperty("rescued")
    RESCUED,

    /** The attempts are used up; kept with all its errors, an operator can retry it. */
    @JsonProperty("failed")
    FAILED,

    /** An operator called it off. */
    @JsonProperty("cancelled")
    CANCELLED;

    /** The word on the wire and in the database: the constant's name in lower case. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}

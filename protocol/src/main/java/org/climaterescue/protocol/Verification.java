package org.climaterescue.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** What is known about a copy's bytes. */
public enum Verification {
    /** Its SHA-256 equals the catalog's, or nodes of two operators agree. */
    @JsonProperty("verified")
    VERIFIED,

    /** The only word so far. */
    @JsonProperty("unverified")
    UNVERIFIED,

    /** Nodes disagree and no digest leads. */
    @JsonProperty("disputed")
    DISPUTED,

    /** It carries a digest that lost. */
    @JsonProperty("rejected")
    REJECTED;

    /** The word on the wire and in the database: the constant's name in lower case. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package org.climaterescue.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** Why a node could not rescue a file. */
public enum FailureReason {
    /** The origin says that the file is no more (404, 410). */
    @JsonProperty("gone")
    GONE,

    /** The origin asks for a login or refuses (401, 403, 451). */
    @JsonProperty("forbidden")
    FORBIDDEN,

    /** The URL gives a page made for the moment, not a file. */
    @JsonProperty("dynamic_page")
    DYNAMIC_PAGE,

    /** The origin asked to come back later (429, 503). */
    @JsonProperty("origin_busy")
    ORIGIN_BUSY,

    /** The origin failed (other 4xx and 5xx). */
    @JsonProperty("origin_error")
    ORIGIN_ERROR,

    /** No connection, or it broke. */
    @JsonProperty("network")
    NETWORK,

    /** Connected, but no byte came for too long. */
    @JsonProperty("timeout")
    TIMEOUT,

    /** Larger than any file can be on the node's file system. */
    @JsonProperty("too_large")
    TOO_LARGE,

    /** The node has no room for it: on its disk, or within the space that it offers. */
    @JsonProperty("disk_full")
    DISK_FULL,

    /** The bytes do not have the digest that the catalog gives. */
    @JsonProperty("digest_mismatch")
    DIGEST_MISMATCH,

    /** The URL leads to a private, loopback or link-local address. */
    @JsonProperty("blocked_address")
    BLOCKED_ADDRESS,

    /** The node is stopping. */
    @JsonProperty("shutdown")
    SHUTDOWN,

    /** None of these; the detail says what. */
    @JsonProperty("other")
    OTHER;

    /** The word on the wire and in the database: the constant's name in lower case. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package org.climaterescue.agent.fetch;

/** How a fetch ended well. */
public enum Fetched {
    /** The whole file is in the partial. */
    COMPLETE,

    /** The origin says that the copy which the node holds is still the file. */
    UNCHANGED
}

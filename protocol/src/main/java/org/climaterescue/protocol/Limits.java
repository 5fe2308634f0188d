package org.climaterescue.protocol;

/** The ranges that the contract gives to what a client may send. */
public final class Limits {

    /** The most tasks that one dispatch call may ask for. */
    public static final int MAX_TASKS_PER_CALL = 1000;

    /** The longest that a dispatch call may wait for work, in seconds. */
    public static final int MAX_WAIT_SECONDS = 60;

    /** The most completions in one bulk call. */
    public static final int MAX_REPORTS_PER_CALL = 1000;

    /**
     * The most assignments that a node has at a time, whatever it asks for: a heartbeat must list them all, and the 1 MiB that it
     * may take holds so many however long their ids and figures are.
     */
    public static final int MAX_LEASES = 7000;

    /** The most concurrent assignments that a node may ask for. */
    public static final int MAX_SLOTS = 1000;

    /** The largest free space that a node may report: 10^9 GB, an exabyte. */
    public static final String MAX_CAPACITY_GB = "1000000000";

    /** A node's id: 1 to 128 characters, none of them a control character, white space, a slash, {@code ?} or {@code #}. */
    public static final String NODE_ID = "[^\\p{Cntrl}\\s/?#]{1,128}";

    /** A SHA-256 digest: 64 hexadecimal digits. */
    public static final String SHA256 = "[0-9a-fA-F]{64}";

    /** The longest short text: names, operators, regions. */
    public static final int NAME_LENGTH = 256;

    /** The longest explanation that a node may send with a failure, in characters. */
    public static final int DETAIL_LENGTH = 4000;

    /** The longest URL that is taken, in characters. */
    public static final int URL_LENGTH = 8192;

    /** Bytes in a gigabyte as the contract counts it (decimal). */
    public static final long GB = 1_000_000_000L;

    /** Bytes in a megabyte as the contract counts it (decimal). */
    public static final long MB = 1_000_000L;

    private Limits() {}

    /**
     * Whole bytes of a decimal number of gigabytes, rounded down.
     *
     * @param gigabytes 0 to {@link #MAX_CAPACITY_GB}
     */
    public static long bytes(double gigabytes) {
        return (long) Math.floor(gigabytes * GB);
    }
}

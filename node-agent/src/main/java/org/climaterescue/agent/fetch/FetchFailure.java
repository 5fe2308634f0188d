package org.climaterescue.agent.fetch;

import java.io.IOException;
import java.io.Serial;
import java.util.Locale;
import org.climaterescue.protocol.FailureReason;
import org.jspecify.annotations.Nullable;

/** The file could not be had from its origin, and trying on at once would not help. */
public final class FetchFailure extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final FailureReason reason;
    private final String detail;
    private final @Nullable Integer httpStatus;
    private final @Nullable Long retryAfterSeconds;

    FetchFailure(
            FailureReason reason,
            String detail,
            @Nullable Integer httpStatus,
            @Nullable Long retryAfterSeconds,
            @Nullable Throwable cause) {
        super(detail, cause);
        this.reason = reason;
        this.detail = detail;
        this.httpStatus = httpStatus;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /** A failure that no answer of the origin stands behind. */
    public FetchFailure(FailureReason reason, String detail) {
        this(reason, detail, null, null, null);
    }

    /** What writing to the node's own disk failed with. */
    public static FetchFailure ofDisk(IOException failed) {
        String text = String.valueOf(failed.getMessage()).toLowerCase(Locale.ROOT);
        boolean full = text.contains("no space left") || text.contains("not enough space") || text.contains("quota");
        FailureReason reason = full
                ? FailureReason.DISK_FULL
                : text.contains("file too large") ? FailureReason.TOO_LARGE : FailureReason.OTHER;
        return new FetchFailure(reason, "writing to disk failed: " + failed, null, null, failed);
    }

    /** Why, in the contract's words. */
    public FailureReason reason() {
        return reason;
    }

    /** What happened, for people. */
    public String detail() {
        return detail;
    }

    /** What the origin answered, 100 to 599; null when it did not answer over HTTP. */
    public @Nullable Integer httpStatus() {
        return httpStatus;
    }

    /** How long the origin asked to be left alone, in seconds, 0 and up; null if it did not ask. */
    public @Nullable Long retryAfterSeconds() {
        return retryAfterSeconds;
    }
}

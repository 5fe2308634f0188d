package org.climaterescue.agent;

import org.climaterescue.agent.store.StoredCopy;
import org.climaterescue.protocol.FailureReason;
import org.jspecify.annotations.Nullable;

/** How work on one task ended. */
sealed interface Outcome {

    /** The node holds the file. */
    record Held(StoredCopy copy) implements Outcome {}

    /** The file could not be had. */
    record Failed(
            FailureReason reason,
            String detail,
            @Nullable Integer httpStatus,
            @Nullable Long retryAfterSeconds) implements Outcome {}

    /** The work was told to stop. */
    record Stopped() implements Outcome {}
}

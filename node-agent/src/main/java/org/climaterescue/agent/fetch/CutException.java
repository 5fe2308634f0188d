package org.climaterescue.agent.fetch;

import java.io.Serial;
import org.climaterescue.protocol.FailureReason;
import org.jspecify.annotations.Nullable;

/** The transfer broke off or must begin anew; another try may go on. */
final class CutException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final FailureReason reason;

    CutException(FailureReason reason, String detail, @Nullable Throwable cause) {
        super(detail, cause);
        this.reason = reason;
    }

    /** What to report when no further try is made. */
    FetchFailure asFailure() {
        return new FetchFailure(reason, String.valueOf(getMessage()), null, null, this);
    }
}

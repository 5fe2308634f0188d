package org.climaterescue.mock.load;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A load test cannot go on. The message is for the person at the terminal: what happened, and what to do. */
public final class LoadTestFailed extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    LoadTestFailed(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    LoadTestFailed(String message) {
        this(message, null);
    }
}

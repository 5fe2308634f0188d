package org.climaterescue.priorizer;

import java.io.Serial;

/** The priorizer gave no ranking: it is away, refuses, is too slow, or says something else. The message says which. */
public final class PriorizerUnavailable extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    PriorizerUnavailable(String message) {
        super(message);
    }

    PriorizerUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}

package org.climaterescue.priorizer;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The priorizer gave no ranking: it is away, refuses, is too slow, or says something else. The message says which, and holds no
 * address, so that everybody may read it.
 */
public final class PriorizerUnavailable extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final boolean mayPass;

    private PriorizerUnavailable(String message, @Nullable Throwable cause, boolean mayPass) {
        super(message, cause);
        this.mayPass = mayPass;
    }

    static PriorizerUnavailable forTheMoment(String message, @Nullable Throwable cause) {
        return new PriorizerUnavailable(message, cause, true);
    }

    static PriorizerUnavailable forGood(String message, @Nullable Throwable cause) {
        return new PriorizerUnavailable(message, cause, false);
    }

    /** Whether the same question may be answered a moment later. */
    boolean mayPass() {
        return mayPass;
    }
}

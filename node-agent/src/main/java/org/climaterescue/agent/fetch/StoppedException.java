package org.climaterescue.agent.fetch;

import java.io.Serial;

/** The work was told to stop. */
public final class StoppedException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    StoppedException() {
        super("stopped");
    }
}

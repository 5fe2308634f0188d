package org.climaterescue.agent;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** An agent cannot work. The message is one line for the person who started it. */
public final class AgentException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    AgentException(String line, @Nullable Throwable cause) {
        super(line, cause);
    }
}

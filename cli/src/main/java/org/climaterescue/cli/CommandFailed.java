package org.climaterescue.cli;

import java.io.Serial;
import org.climaterescue.protocol.Causes;

/** A command cannot do its work. The message is for the person at the terminal: what happened, and what to do. */
sealed class CommandFailed extends RuntimeException permits Refused {

    @Serial
    private static final long serialVersionUID = 1L;

    CommandFailed(String message) {
        super(message);
    }

    CommandFailed(String message, Throwable cause) {
        super(message, cause);
    }

    /** One line for any failure: its own message, or the first message among its causes, or its kind. */
    static String line(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at.getMessage() != null && !at.getMessage().isBlank()) {
                return Causes.words(at);
            }
        }
        return Causes.words(failure);
    }
}

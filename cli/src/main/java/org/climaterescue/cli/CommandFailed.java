package org.climaterescue.cli;

import java.io.Serial;
import org.climaterescue.protocol.Causes;
import org.jspecify.annotations.Nullable;

/** A command cannot do its work. The message is for the person at the terminal: what happened, and what to do. */
final class CommandFailed extends RuntimeException {

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
        String message = null;
        for (Throwable at = failure; at != null && message == null; at = at.getCause()) {
            message = at.getMessage();
        }
        return oneLine(message, failure);
    }

    private static String oneLine(@Nullable String message, Throwable failure) {
        return message == null || message.isBlank()
                ? Causes.words(failure)
                : message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}

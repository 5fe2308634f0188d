package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Serial;

/** The dispatcher has answered that it will not do something. */
final class Refused extends CommandFailed {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient JsonNode problem;

    /**
     * A refusal.
     *
     * @param problem what the dispatcher said (RFC 9457); without members if that was something else
     */
    Refused(String message, JsonNode problem) {
        super(message);
        this.problem = problem;
    }

    JsonNode problem() {
        return problem;
    }
}

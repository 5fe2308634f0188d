package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Serial;

/** The dispatcher has answered that it will not do something. */
final class Refused extends CommandFailed {

    @Serial
    private static final long serialVersionUID = 1L;

    private static final int BAD_REQUEST = 400;

    private final int status;
    private final transient JsonNode problem;

    /**
     * A refusal.
     *
     * @param status of the answer, 300 to 599
     * @param problem what the dispatcher said (RFC 9457); without members if that was something else
     */
    Refused(String message, int status, JsonNode problem) {
        super(message);
        this.status = status;
        this.problem = problem;
    }

    int status() {
        return status;
    }

    /** Whether that was because of what was typed. */
    boolean isWrongUsage() {
        return status == BAD_REQUEST;
    }

    JsonNode problem() {
        return problem;
    }
}

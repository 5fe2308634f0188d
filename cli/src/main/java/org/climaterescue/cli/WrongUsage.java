package org.climaterescue.cli;

import java.io.Serial;

/** A command was called in a way that makes no sense. The message names the option and says what to write instead. */
final class WrongUsage extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    WrongUsage(String message) {
        super(message);
    }
}

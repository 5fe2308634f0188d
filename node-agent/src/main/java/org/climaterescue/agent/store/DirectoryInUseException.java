package org.climaterescue.agent.store;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;

/** Another agent works in this directory. */
public final class DirectoryInUseException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    DirectoryInUseException(Path directory) {
        super("another agent is at work in " + directory + ": stop it, or give this one a directory of its own");
    }
}

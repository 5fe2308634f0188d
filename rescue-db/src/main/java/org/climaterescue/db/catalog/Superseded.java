package org.climaterescue.db.catalog;

import java.io.Serial;

/** A newer import of the same catalog has begun, or this one was ended; what it still wanted to write was rolled back. */
public final class Superseded extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    Superseded(Run run) {
        super("import " + run.run() + " of catalog " + run.catalogNo() + " is no longer under way");
    }
}

package org.climaterescue.db.catalog;

import java.io.Serial;

/** Records were taken before, in a transaction whose end nobody heard; what was written anew was rolled back. */
public final class AlreadyTaken extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    AlreadyTaken(Run run, long read) {
        super("import %d of catalog %d has its first %,d records already".formatted(run.run(), run.catalogNo(), read));
    }
}

package org.climaterescue.protocol;

import java.io.Serial;

/** Why a text is no URL of a file that could be fetched; the message follows the name of the member, as in "names no host". */
public final class UnusableUrl extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    UnusableUrl(String reason) {
        // Dirty catalogs hold thousands, and nobody looks at where they were thrown.
        super(reason, null, false, false);
    }

    /** The reason. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}

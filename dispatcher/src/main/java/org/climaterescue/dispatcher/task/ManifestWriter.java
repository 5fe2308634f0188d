package org.climaterescue.dispatcher.task;

import java.util.List;
import org.climaterescue.db.task.RescuedRow;

/** Writes the manifest in one format, piece by piece. */
interface ManifestWriter {

    String mediaType();

    /** What stands before the first row; may be empty. */
    byte[] head();

    /** Some rows, at least one. */
    byte[] rows(List<RescuedRow> rows);

    /** What stands after the last row; may be empty. */
    byte[] tail();
}

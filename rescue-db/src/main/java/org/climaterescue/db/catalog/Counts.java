package org.climaterescue.db.catalog;

import java.sql.SQLException;
import org.climaterescue.db.Sql;

/**
 * What became of a catalog's records.
 *
 * @param added new tasks
 * @param updated said differently than this catalog did before
 * @param unchanged said as this catalog did before
 * @param duplicates their URL already came from elsewhere
 * @param rejected refused
 * @param repaired those of them whose URL had to be repaired
 */
public record Counts(long added, long updated, long unchanged, long duplicates, long rejected, long repaired) {

    /** All records, which is also how far the file has been read. */
    public long read() {
        return added + updated + unchanged + duplicates + rejected;
    }

    static Counts from(Sql.Row row) throws SQLException {
        return new Counts(
                row.number("added"),
                row.number("updated"),
                row.number("unchanged"),
                row.number("duplicates"),
                row.number("rejected"),
                row.number("repaired"));
    }
}

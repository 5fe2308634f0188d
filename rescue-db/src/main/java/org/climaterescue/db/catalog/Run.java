package org.climaterescue.db.catalog;

/**
 * One import of one catalog.
 *
 * @param catalogNo the catalog's number
 * @param run 1 for its first import
 */
public record Run(int catalogNo, int run) {

    /** Whether nothing can have come from this catalog before. */
    boolean isFirst() {
        return run == 1;
    }
}

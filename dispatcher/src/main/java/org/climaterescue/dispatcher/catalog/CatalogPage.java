package org.climaterescue.dispatcher.catalog;

import java.time.Instant;
import org.climaterescue.db.catalog.Catalogs;
import org.climaterescue.protocol.CatalogId;
import org.jspecify.annotations.Nullable;

/**
 * A catalog as clients see it; the counts are of its latest import.
 *
 * @param status {@code importing}, {@code imported} or {@code failed}
 * @param error where and why the import broke off; null unless it failed
 * @param datasets how many datasets the file holds
 * @param read records read, the sum of the five counts after it
 * @param repaired those of them whose URL had to be repaired; the history of a new task says how
 */
record CatalogPage(
        String catalogId,
        String name,
        String format,
        String status,
        @Nullable String error,
        long datasets,
        long read,
        long added,
        long updated,
        long unchanged,
        long duplicates,
        long rejected,
        long repaired,
        Instant startedAt,
        @Nullable Instant finishedAt) {

    static CatalogPage from(Catalogs.Row row) {
        return new CatalogPage(
                new CatalogId(row.catalogNo()).toString(),
                row.name(),
                row.format(),
                row.status(),
                row.error(),
                row.datasets(),
                row.counts().read(),
                row.counts().added(),
                row.counts().updated(),
                row.counts().unchanged(),
                row.counts().duplicates(),
                row.counts().rejected(),
                row.counts().repaired(),
                row.startedAt(),
                row.finishedAt());
    }
}

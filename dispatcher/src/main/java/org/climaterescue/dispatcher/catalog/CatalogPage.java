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
 * @param fileBytes the size of the file as it was sent; null if it is not known
 * @param bytesRead how much of it has been read; with {@code fileBytes}, how far the import has come
 * @param read records read, the sum of the five counts after it
 * @param repaired those of them whose URL had to be repaired; the history of a new task says how
 * @param gone assets that an earlier import of this catalog gave and that this one, read whole, names no more; they stay
 */
record CatalogPage(
        String catalogId,
        String name,
        String format,
        String status,
        @Nullable String error,
        @Nullable Long fileBytes,
        long bytesRead,
        long datasets,
        long read,
        long added,
        long updated,
        long unchanged,
        long duplicates,
        long rejected,
        long gone,
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
                row.fileBytes(),
                row.bytesRead(),
                row.datasets(),
                row.counts().read(),
                row.counts().added(),
                row.counts().updated(),
                row.counts().unchanged(),
                row.counts().duplicates(),
                row.counts().rejected(),
                row.gone(),
                row.counts().repaired(),
                row.startedAt(),
                row.finishedAt());
    }
}

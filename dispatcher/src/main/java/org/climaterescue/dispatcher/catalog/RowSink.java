package org.climaterescue.dispatcher.catalog;

import java.util.Objects;
import org.climaterescue.db.catalog.CatalogRecord;
import org.jspecify.annotations.Nullable;

/** Takes rows. Those of the same dataset that follow each other count as one dataset. */
final class RowSink {

    private final RecordSink sink;
    private @Nullable String dataset;

    RowSink(RecordSink sink) {
        this.sink = sink;
    }

    void accept(CatalogRecord found) throws InterruptedException {
        if (found instanceof CatalogRecord.Asset asset) {
            String its = asset.submission().description().dataset();
            if (its != null && !Objects.equals(its, dataset)) {
                sink.dataset();
            }
            dataset = its;
        }
        sink.accept(found);
    }
}

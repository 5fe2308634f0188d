package org.climaterescue.dispatcher.catalog;

import org.climaterescue.db.catalog.CatalogRecord;

/** Takes what a reader finds, in the order of the file. */
interface RecordSink {

    /** A dataset begins. */
    void dataset();

    /** A record was read. May block until there is room for it. */
    void accept(CatalogRecord found) throws InterruptedException;
}

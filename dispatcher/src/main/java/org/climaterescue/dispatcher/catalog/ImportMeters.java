package org.climaterescue.dispatcher.catalog;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;

/** How the imports of this instance ended. */
@Singleton
final class ImportMeters {

    private final Counter imported;
    private final Counter failed;

    ImportMeters(MeterRegistry registry) {
        this.imported = ended(registry, "imported");
        this.failed = ended(registry, "failed");
    }

    /** A catalog was read to its end. */
    void imported() {
        imported.increment();
    }

    /** So many could not be. */
    void failed(int catalogs) {
        failed.increment(catalogs);
    }

    private static Counter ended(MeterRegistry registry, String outcome) {
        return Counter.builder("rescue.imports.ended")
                .description("imports of catalogs that ended here; failed: the file broke off or was refused")
                .tag("outcome", outcome)
                .register(registry);
    }
}

package org.climaterescue.dispatcher.catalog;

import java.time.Duration;
import java.util.function.Supplier;
import org.climaterescue.db.StorageFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Background work waits for a database that is away: for as long as the dispatcher runs, since nobody waits for it. */
final class Patience {

    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);

    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private Patience() {}

    /**
     * Does the work again and again until the database is there, and nobody in the way.
     *
     * @throws StorageFailure when the database refuses
     * @throws InterruptedException when the dispatcher stops
     */
    static <T> T whileAway(Supplier<T> work) throws InterruptedException {
        Duration pause = FIRST;
        while (true) {
            try {
                return work.get();
            } catch (StorageFailure failure) {
                if (!failure.away() && !failure.lostRace()) {
                    throw failure;
                }
                LOG.warn("an import waits for the database: {}", failure.getMessage());
            }
            Thread.sleep(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST) > 0 ? LONGEST : pause.multipliedBy(2);
        }
    }
}

package org.climaterescue.dispatcher.telemetry;

import io.micronaut.context.annotation.Context;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.telemetry.ProgressLog;
import org.climaterescue.dispatcher.service.Ticker;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees to it that the history of the figures and of what was saved goes on while nobody looks, and stays small. Any number of dispatchers may do so at once. */
@Context
final class Sampler {

    private static final Duration STEP = Duration.ofSeconds(10);

    /** Steps between two thinnings: the shortest stretch that is thinned to one sample. */
    private static final int THIN_EVERY = 60;

    private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);

    private final TallyReader tallies;
    private final Savings savings;
    private final Transactions transactions;
    private final ProgressLog history;
    private @Nullable Ticker ticker;
    private int steps;

    Sampler(TallyReader tallies, Savings savings, Transactions transactions, ProgressLog history) {
        this.tallies = tallies;
        this.savings = savings;
        this.transactions = transactions;
        this.history = history;
    }

    @PostConstruct
    void start() {
        ticker = Ticker.start("the history of the figures", STEP, this::runOnce);
    }

    @PreDestroy
    void stop() {
        if (ticker != null) {
            ticker.close();
        }
        try {
            savings.add();
        } catch (StorageFailure e) {
            LOG.debug("what was saved since the last sample is not added: {}", e.getMessage());
        }
    }

    void runOnce() {
        savings.add();
        tallies.sample();
        if (steps++ % THIN_EVERY == 0) {
            transactions.in(history::thin);
        }
    }
}

package org.climaterescue.dispatcher.history;

import io.micronaut.context.annotation.Context;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.history.HistoryParts;
import org.climaterescue.db.ledger.Ledger;
import org.climaterescue.dispatcher.service.Ticker;
import org.climaterescue.dispatcher.settings.Settings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the parts of the chain of custody for the months to come, and drops those that are older than they have to be kept. Any number of
 * instances may be at it. What cannot be done now, for somebody reads the history at length, is tried again at the next time: parts
 * are made months ahead, and an event that has no part is taken all the same.
 */
@Context
public final class HistoryKeeper {

    private static final Logger LOG = LoggerFactory.getLogger(HistoryKeeper.class);
    private static final Duration EVERY = Duration.ofMinutes(10);

    private final Transactions transactions;
    private final HistoryParts parts;
    private final @Nullable Duration keep;
    private @Nullable Ticker ticker;

    HistoryKeeper(Transactions transactions, HistoryParts parts, Settings settings) {
        this.transactions = transactions;
        this.parts = parts;
        this.keep = settings.history().keep();
    }

    @PostConstruct
    void start() {
        ticker = Ticker.startNow("the keeper of the history", EVERY, () -> runOnce(transactions.in(Ledger::now)));
    }

    @PreDestroy
    void stop() {
        if (ticker != null) {
            ticker.close();
        }
    }

    /** Makes and drops all that is due at a time, a transaction each; one run after the other, for a run leaves out what another is at. */
    public synchronized void runOnce(Instant now) {
        while (done("made", connection -> parts.addNext(connection, now))) {}
        if (keep != null) {
            Instant end = now.minus(keep);
            while (done("dropped", connection -> parts.dropNext(connection, end))) {}
        }
    }

    private boolean done(String what, Step step) {
        // At length, for it may have to move what came before its part did, or to wait for the files of a large one.
        Optional<String> part = transactions.atLength(step::run);
        part.ifPresent(name -> LOG.info("{} the part {} of the chain of custody", what, name));
        return part.isPresent();
    }

    @FunctionalInterface
    private interface Step {
        Optional<String> run(Connection connection) throws SQLException;
    }
}

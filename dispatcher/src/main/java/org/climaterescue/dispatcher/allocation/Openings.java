package org.climaterescue.dispatcher.allocation;

import io.micronaut.context.annotation.Context;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.allocation.ReadyQueue;
import org.climaterescue.dispatcher.service.Ticker;
import org.jspecify.annotations.Nullable;

/** Clears away the notes of where the queue was given new rows, once no round needs them. */
@Context
final class Openings {

    private static final Duration EVERY = Duration.ofMinutes(1);

    private final Transactions transactions;
    private final ReadyQueue queue;
    private @Nullable Ticker ticker;

    Openings(Transactions transactions, ReadyQueue queue) {
        this.transactions = transactions;
        this.queue = queue;
    }

    @PostConstruct
    void start() {
        ticker = Ticker.start(
                "the clearing of the queue's openings",
                EVERY,
                () -> transactions.in(connection -> {
                    queue.forgetOpenings(connection);
                    return true;
                }));
    }

    @PreDestroy
    void stop() {
        if (ticker != null) {
            ticker.close();
        }
    }
}

package org.climaterescue.dispatcher.assignment;

import io.micronaut.context.annotation.Context;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.climaterescue.db.Database;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.dispatcher.service.Ticker;
import org.jspecify.annotations.Nullable;

/**
 * Clears away what ended leases leave behind in {@code assignment}. Each round reads all of the table to tell what hosts and nodes
 * bear, and steps over every dead row in it: with some hundred leases and ten thousand dead rows that took a quarter of the server's
 * time. PostgreSQL's own vacuum comes by every few seconds; at thousands of tasks a second that is too late.
 */
@Context
final class LeaseVacuum {

    private static final Duration EVERY = Duration.ofMillis(200);
    private static final int WORTH_IT = 2000;

    private final Database database;
    private final LongAdder ended = new LongAdder();
    private @Nullable Ticker ticker;

    LeaseVacuum(Database database) {
        this.database = database;
    }

    @PostConstruct
    void start() {
        ticker = Ticker.start("the vacuum of leases", EVERY, this::runOnce);
    }

    @PreDestroy
    void stop() {
        if (ticker != null) {
            ticker.close();
        }
    }

    /** So many leases have been ended. */
    void ended(int count) {
        ended.add(count);
    }

    private void runOnce() {
        if (ended.sum() < WORTH_IT) {
            return;
        }
        ended.reset();
        try (Connection connection = database.pool().getConnection();
                Statement statement = connection.createStatement()) {
            // Whoever is at it already, or holds the table, is left alone; the next time will do.
            statement.execute("vacuum (skip_locked, index_cleanup on, truncate false, parallel 0) assignment");
        } catch (SQLException failed) {
            throw new StorageFailure(failed);
        }
    }
}

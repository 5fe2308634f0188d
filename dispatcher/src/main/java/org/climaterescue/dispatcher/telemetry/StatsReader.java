package org.climaterescue.dispatcher.telemetry;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.ledger.Ledger;
import org.climaterescue.db.node.Silence;
import org.climaterescue.db.telemetry.Figures;
import org.climaterescue.dispatcher.coalescing.Coalescing;
import org.climaterescue.protocol.NodeStatus;

/** Reads {@link Stats}: what goes on as it is now, and the tasks as they were counted last. */
@Singleton
final class StatsReader {

    private static final int WINDOW_SECONDS = 60;

    private final Transactions transactions;
    private final TallyReader tallies;
    private final Figures figures;
    private final Coalescing coalescing;
    private final Savings savings;
    private final Silence silence;

    StatsReader(
            Transactions transactions,
            TallyReader tallies,
            Figures figures,
            Coalescing coalescing,
            Savings savings,
            Silence silence) {
        this.transactions = transactions;
        this.tallies = tallies;
        this.figures = figures;
        this.coalescing = coalescing;
        this.savings = savings;
        this.silence = silence;
    }

    /** The figures as they are now, or were a moment ago. */
    CompletableFuture<Stats> stats() {
        return coalescing.keptForAMoment("stats", () -> {
            TallyReader.Counted counted = tallies.last();
            Savings.Total saved = savings.total();
            return transactions.in(connection -> stats(connection, counted, saved));
        });
    }

    private Stats stats(Connection connection, TallyReader.Counted counted, Savings.Total saved) throws SQLException {
        Tally tally = counted.tally();
        Instant now = Ledger.now(connection);
        Figures.Copies recent = figures.recentCopies(connection, WINDOW_SECONDS);
        double rate = (double) recent.copies() / WINDOW_SECONDS;
        return new Stats(
                now,
                counted.at(),
                tally.tasks(),
                tally.copies(),
                tally.fullestNodeBytes(),
                new Stats.Throughput(WINDOW_SECONDS, rate, (double) recent.bytes() / WINDOW_SECONDS),
                tally.missing() == 0 || rate == 0 ? null : Math.round(tally.missing() / rate),
                new Stats.Queue(tally.ready(), tally.backoff(), figures.active(connection), oldest(counted, now)),
                nodes(connection),
                saved.deduplication(),
                saved.coalescing(),
                tally.byPriority(),
                tally.byHost());
    }

    /** It has waited on since the count, if it still does. */
    private static double oldest(TallyReader.Counted counted, Instant now) {
        double then = counted.tally().oldestSeconds();
        return then == 0 ? 0 : then + Duration.between(counted.at(), now).toMillis() / 1000.0;
    }

    private Map<NodeStatus, Long> nodes(Connection connection) throws SQLException {
        Map<NodeStatus, Long> counts = new EnumMap<>(NodeStatus.class);
        for (NodeStatus status : NodeStatus.values()) {
            counts.put(status, 0L);
        }
        figures.nodes(connection, silence).forEach(count -> counts.put(count.status(), count.nodes()));
        return counts;
    }
}

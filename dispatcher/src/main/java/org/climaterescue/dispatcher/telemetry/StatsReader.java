package org.climaterescue.dispatcher.telemetry;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.ledger.Ledger;
import org.climaterescue.db.node.Silence;
import org.climaterescue.db.telemetry.Figures;
import org.climaterescue.db.telemetry.ProgressLog;
import org.climaterescue.dispatcher.coalescing.Coalescing;
import org.climaterescue.dispatcher.intake.Submissions;
import org.climaterescue.dispatcher.telemetry.Stats.Amount;
import org.climaterescue.protocol.NodeStatus;
import org.climaterescue.protocol.TaskStatus;
import org.jspecify.annotations.Nullable;

/** Reads {@link Stats}. */
@Singleton
final class StatsReader {

    private static final int WINDOW_SECONDS = 60;
    private static final int HOSTS = 50;

    private final Transactions transactions;
    private final Figures figures;
    private final Coalescing coalescing;
    private final Submissions submissions;
    private final Silence silence;
    private final ProgressLog history;

    StatsReader(
            Transactions transactions,
            Figures figures,
            Coalescing coalescing,
            Submissions submissions,
            Silence silence,
            ProgressLog history) {
        this.transactions = transactions;
        this.figures = figures;
        this.coalescing = coalescing;
        this.submissions = submissions;
        this.silence = silence;
        this.history = history;
    }

    /** The figures as they are now, or were a moment ago. */
    CompletableFuture<Stats> stats() {
        return coalescing.kept("stats", () -> transactions.atLength(this::read));
    }

    /** Counts the figures for the sake of the history alone, when it is due. */
    void sample() {
        if (transactions.in(history::due)) {
            transactions.atLength(this::read);
        }
    }

    private Stats read(Connection connection) throws SQLException {
        long start = System.nanoTime();
        Stats stats = count(connection);
        history.note(connection, sample(stats), Duration.ofNanos(System.nanoTime() - start));
        return stats;
    }

    private static ProgressLog.Sample sample(Stats stats) {
        long all = stats.tasks().values().stream().mapToLong(Amount::count).sum();
        Amount rescued = of(stats, TaskStatus.RESCUED);
        return new ProgressLog.Sample(
                stats.at(),
                all - of(stats, TaskStatus.CANCELLED).count(),
                rescued.count(),
                rescued.bytes(),
                of(stats, TaskStatus.FAILED).count(),
                stats.copies().count(),
                stats.copies().bytes());
    }

    private static Amount of(Stats stats, TaskStatus status) {
        return Objects.requireNonNull(stats.tasks().get(status), "every status is present");
    }

    private Stats count(Connection connection) throws SQLException {
        List<Figures.Tally> tallies = figures.tasks(connection);
        Figures.Copies copies = figures.copies(connection, WINDOW_SECONDS);
        Figures.Queue queue = figures.queue(connection);
        double rate = (double) copies.recentCopies() / WINDOW_SECONDS;
        return new Stats(
                Ledger.now(connection),
                amounts(tallies.stream()
                        .filter(tally -> tally.priority() == null && tally.host() == null)
                        .toList()),
                new Amount(copies.copies(), copies.bytes()),
                new Stats.Throughput(WINDOW_SECONDS, rate, (double) copies.recentBytes() / WINDOW_SECONDS),
                eta(tallies, rate),
                new Stats.Queue(queue.ready(), queue.backoff(), queue.active(), queue.oldestSeconds()),
                nodes(connection),
                submissions.counters(),
                coalescing.counters(),
                byPriority(tallies),
                byHost(tallies));
    }

    private static @Nullable Long eta(List<Figures.Tally> tallies, double rate) {
        long missing = tallies.stream()
                .filter(tally -> tally.priority() == null && tally.host() == null && open(tally.status()))
                .mapToLong(Figures.Tally::missing)
                .sum();
        return missing == 0 || rate == 0 ? null : Math.round(missing / rate);
    }

    private Map<NodeStatus, Long> nodes(Connection connection) throws SQLException {
        Map<NodeStatus, Long> counts = new EnumMap<>(NodeStatus.class);
        for (NodeStatus status : NodeStatus.values()) {
            counts.put(status, 0L);
        }
        figures.nodes(connection, silence).forEach(count -> counts.put(count.status(), count.nodes()));
        return counts;
    }

    private static List<Stats.OfPriority> byPriority(List<Figures.Tally> tallies) {
        return grouped(tallies, Figures.Tally::priority).entrySet().stream()
                .map(group -> new Stats.OfPriority(group.getKey(), amounts(group.getValue())))
                .sorted(Comparator.comparingInt(Stats.OfPriority::priority).reversed())
                .toList();
    }

    private static List<Stats.OfHost> byHost(List<Figures.Tally> tallies) {
        return grouped(tallies, Figures.Tally::host).entrySet().stream()
                .sorted(Comparator.comparingLong(
                                (Map.Entry<String, List<Figures.Tally>> group) -> unfinished(group.getValue()))
                        .reversed()
                        .thenComparing(Map.Entry::getKey))
                .limit(HOSTS)
                .map(group -> new Stats.OfHost(group.getKey(), amounts(group.getValue())))
                .toList();
    }

    private static <K> Map<K, List<Figures.Tally>> grouped(
            List<Figures.Tally> tallies, Function<Figures.Tally, @Nullable K> key) {
        Map<K, List<Figures.Tally>> groups = new HashMap<>();
        for (Figures.Tally tally : tallies) {
            K group = key.apply(tally);
            if (group != null) {
                groups.computeIfAbsent(group, none -> new ArrayList<>()).add(tally);
            }
        }
        return groups;
    }

    private static long unfinished(List<Figures.Tally> tallies) {
        return tallies.stream()
                .filter(tally -> open(tally.status()))
                .mapToLong(Figures.Tally::tasks)
                .sum();
    }

    private static boolean open(TaskStatus status) {
        return switch (status) {
            case PENDING, ASSIGNED, REPLICATING -> true;
            case RESCUED, FAILED, CANCELLED -> false;
        };
    }

    private static Map<TaskStatus, Amount> amounts(List<Figures.Tally> tallies) {
        Map<TaskStatus, Amount> amounts = new EnumMap<>(TaskStatus.class);
        for (TaskStatus status : TaskStatus.values()) {
            amounts.put(status, new Amount(0, 0));
        }
        tallies.forEach(tally -> amounts.put(tally.status(), new Amount(tally.tasks(), tally.bytes())));
        return amounts;
    }
}

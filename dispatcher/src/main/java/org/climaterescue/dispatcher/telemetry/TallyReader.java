package org.climaterescue.dispatcher.telemetry;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.micronaut.scheduling.TaskExecutors;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.ledger.Ledger;
import org.climaterescue.db.telemetry.Figures;
import org.climaterescue.db.telemetry.KeptTally;
import org.climaterescue.db.telemetry.ProgressLog;
import org.climaterescue.dispatcher.telemetry.Stats.Amount;
import org.climaterescue.protocol.Json;
import org.climaterescue.protocol.TaskStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts all tasks, and keeps the history of it. As long as that is quick, whoever asks gets a new count; when it has become slow,
 * whoever asks gets the last one, of whichever dispatcher, and a new one is begun in the background when it is due.
 */
@Singleton
final class TallyReader {

    private static final Logger LOG = LoggerFactory.getLogger(TallyReader.class);
    private static final int HOSTS = 50;

    private final Transactions transactions;
    private final Figures figures;
    private final KeptTally kept;
    private final ProgressLog history;
    private final ExecutorService blocking;
    private final AtomicBoolean counting = new AtomicBoolean();

    TallyReader(
            Transactions transactions,
            Figures figures,
            KeptTally kept,
            ProgressLog history,
            @Named(TaskExecutors.BLOCKING) ExecutorService blocking) {
        this.transactions = transactions;
        this.figures = figures;
        this.kept = kept;
        this.history = history;
        this.blocking = blocking;
    }

    /** The count of now, or the last one. */
    Counted last() {
        Optional<KeptTally.Kept> last = transactions.in(kept::last);
        if (last.isEmpty()) {
            return transactions.atLength(this::count);
        }
        if (last.get().aged()) {
            countAside();
        }
        return new Counted(last.get().countedAt(), read(last.get().content()));
    }

    /** Counts for the sake of the history alone, when it is due. */
    void sample() {
        if (transactions.in(history::due)) {
            countUnlessAnother();
        }
    }

    private void countAside() {
        if (counting.compareAndSet(false, true)) {
            blocking.execute(() -> {
                try {
                    countUnlessAnother();
                } catch (RuntimeException e) {
                    LOG.warn("The tasks could not be counted; the figures stay as they were: {}", e.getMessage());
                } finally {
                    counting.set(false);
                }
            });
        }
    }

    /** Counts, unless another dispatcher is at it. */
    void countUnlessAnother() {
        transactions.atLength(connection -> kept.begin(connection) ? Optional.of(count(connection)) : Optional.empty());
    }

    private Counted count(Connection connection) throws SQLException {
        long start = System.nanoTime();
        var counted = new Counted(Ledger.now(connection), tally(connection));
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        kept.note(connection, counted.at(), took, write(counted.tally()));
        history.note(connection, sample(counted), took);
        return counted;
    }

    private Tally tally(Connection connection) throws SQLException {
        List<Figures.Tally> tallies = figures.tasks(connection);
        Figures.Copies copies = figures.copies(connection);
        Figures.Waiting waiting = figures.waiting(connection);
        List<Figures.Tally> byStatus = tallies.stream()
                .filter(tally -> tally.priority() == null && tally.host() == null)
                .toList();
        return new Tally(
                amounts(byStatus),
                new Amount(copies.copies(), copies.bytes()),
                byStatus.stream()
                        .filter(tally -> open(tally.status()))
                        .mapToLong(Figures.Tally::missing)
                        .sum(),
                waiting.ready(),
                waiting.backoff(),
                waiting.oldestSeconds(),
                byPriority(tallies),
                byHost(tallies));
    }

    private static ProgressLog.Sample sample(Counted counted) {
        Tally tally = counted.tally();
        long all = tally.tasks().values().stream().mapToLong(Amount::count).sum();
        Amount rescued = of(tally, TaskStatus.RESCUED);
        return new ProgressLog.Sample(
                counted.at(),
                all - of(tally, TaskStatus.CANCELLED).count(),
                rescued.count(),
                rescued.bytes(),
                of(tally, TaskStatus.FAILED).count(),
                tally.copies().count(),
                tally.copies().bytes());
    }

    private static Amount of(Tally tally, TaskStatus status) {
        return Objects.requireNonNull(tally.tasks().get(status), "every status is present");
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

    private static String write(Tally tally) {
        try {
            return Json.mapper().writeValueAsString(tally);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Tally read(String content) {
        try {
            return Json.mapper().readValue(content, Tally.class);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("the kept count of all tasks cannot be read", e);
        }
    }

    /** A count, and when it was begun. */
    record Counted(Instant at, Tally tally) {}
}

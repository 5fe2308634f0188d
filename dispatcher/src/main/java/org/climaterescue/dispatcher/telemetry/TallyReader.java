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
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.ledger.Ledger;
import org.climaterescue.db.telemetry.Figures;
import org.climaterescue.db.telemetry.KeptCounts;
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
    private final KeptCounts counts;
    private final ProgressLog history;
    private final ExecutorService blocking;
    private final AtomicBoolean counting = new AtomicBoolean();
    /** Until when this instance begins no count, after one or a try, on {@link System#nanoTime}'s scale. */
    private volatile long restUntil = System.nanoTime();
    /** The last count, if it was quick and so is kept by nobody else. */
    private volatile @Nullable Counted quick;

    TallyReader(
            Transactions transactions,
            Figures figures,
            KeptTally kept,
            KeptCounts counts,
            ProgressLog history,
            @Named(TaskExecutors.BLOCKING) ExecutorService blocking) {
        this.transactions = transactions;
        this.figures = figures;
        this.kept = kept;
        this.counts = counts;
        this.history = history;
        this.blocking = blocking;
    }

    /** The count of now, or the last one. */
    Counted last() {
        Counted mine = quick;
        if (mine != null && System.nanoTime() - restUntil < 0) {
            return mine;
        }
        Optional<KeptTally.Kept> last = transactions.in(kept::last);
        Optional<Counted> told = last.flatMap(TallyReader::read);
        if (told.isEmpty()) {
            return transactions.atLength(this::countUnlessKept);
        }
        if (last.get().aged()) {
            countAside();
        }
        return told.get();
    }

    /** Counts for the sake of the history alone, when it is due. */
    void sample() {
        if (transactions.in(history::due)) {
            countUnlessAnother();
        }
    }

    private void countAside() {
        if (System.nanoTime() - restUntil < 0 || !counting.compareAndSet(false, true)) {
            return;
        }
        blocking.execute(() -> {
            long start = System.nanoTime();
            try {
                countUnlessAnother();
            } catch (StorageFailure e) {
                rest(since(start));
                LOG.warn("The tasks could not be counted; the figures stay as they were: {}", e.getMessage());
            } finally {
                counting.set(false);
            }
        });
    }

    /** Counts, unless another dispatcher is at it, or has just been. */
    void countUnlessAnother() {
        transactions.atLength(connection -> kept.begin(connection)
                        && kept.last(connection).filter(last -> !last.aged()).isEmpty()
                ? Optional.of(count(connection))
                : Optional.empty());
    }

    /** Nothing is kept, as it seems: who counts at the same moment is waited for, for it may take long. */
    private Counted countUnlessKept(Connection connection) throws SQLException {
        kept.await(connection);
        Optional<Counted> meanwhile = kept.last(connection).flatMap(TallyReader::read);
        return meanwhile.isPresent() ? meanwhile.get() : count(connection);
    }

    private void rest(Duration took) {
        restUntil = System.nanoTime() + took.toNanos() * KeptTally.REST_TIMES_TAKEN;
    }

    private Counted count(Connection connection) throws SQLException {
        long start = System.nanoTime();
        Instant now = Ledger.now(connection);
        // First, for it tells a time since which the count goes on.
        Figures.Waiting waiting = figures.waiting(connection);
        List<Figures.Sum> sums = figures.tasks(connection);
        List<Figures.Held> held = figures.held(connection);
        var counted = new Counted(now, tally(waiting, sums, held));
        if (KeptTally.isLong(since(start))) {
            counts.keep(connection, now, held);
        }
        Duration took = since(start);
        kept.note(connection, counted.at(), took, write(counted.tally()));
        history.note(connection, sample(counted), took);
        rest(took);
        quick = kept.last(connection).isPresent() ? null : counted;
        return counted;
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static Tally tally(Figures.Waiting waiting, List<Figures.Sum> sums, List<Figures.Held> held) {
        List<Figures.Sum> byStatus = sums.stream()
                .filter(sum -> sum.priority() == null && sum.host() == null)
                .toList();
        return new Tally(
                amounts(byStatus),
                new Amount(
                        held.stream().mapToLong(node -> node.copies().copies()).sum(),
                        held.stream().mapToLong(node -> node.copies().bytes()).sum()),
                held.stream().mapToLong(node -> node.copies().bytes()).max().orElse(0),
                byStatus.stream()
                        .filter(sum -> open(sum.status()))
                        .mapToLong(Figures.Sum::missing)
                        .sum(),
                waiting.ready(),
                waiting.backoff(),
                waiting.oldestSeconds(),
                byPriority(sums),
                byHost(sums));
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

    private static List<Stats.OfPriority> byPriority(List<Figures.Sum> sums) {
        return grouped(sums, Figures.Sum::priority).entrySet().stream()
                .map(group -> new Stats.OfPriority(group.getKey(), amounts(group.getValue())))
                .sorted(Comparator.comparingInt(Stats.OfPriority::priority).reversed())
                .toList();
    }

    private static List<Stats.OfHost> byHost(List<Figures.Sum> sums) {
        return grouped(sums, Figures.Sum::host).entrySet().stream()
                .sorted(Comparator.comparingLong(
                                (Map.Entry<String, List<Figures.Sum>> group) -> notSafe(group.getValue()))
                        .reversed()
                        .thenComparing(Map.Entry::getKey))
                .limit(HOSTS)
                .map(group -> new Stats.OfHost(group.getKey(), amounts(group.getValue())))
                .toList();
    }

    private static <K> Map<K, List<Figures.Sum>> grouped(
            List<Figures.Sum> sums, Function<Figures.Sum, @Nullable K> key) {
        Map<K, List<Figures.Sum>> groups = new HashMap<>();
        for (Figures.Sum sum : sums) {
            K group = key.apply(sum);
            if (group != null) {
                groups.computeIfAbsent(group, none -> new ArrayList<>()).add(sum);
            }
        }
        return groups;
    }

    private static long notSafe(List<Figures.Sum> sums) {
        return sums.stream()
                .filter(sum -> open(sum.status()) || sum.status() == TaskStatus.FAILED)
                .mapToLong(Figures.Sum::tasks)
                .sum();
    }

    private static boolean open(TaskStatus status) {
        return switch (status) {
            case PENDING, ASSIGNED, REPLICATING -> true;
            case RESCUED, FAILED, CANCELLED -> false;
        };
    }

    private static Map<TaskStatus, Amount> amounts(List<Figures.Sum> sums) {
        Map<TaskStatus, Amount> amounts = new EnumMap<>(TaskStatus.class);
        for (TaskStatus status : TaskStatus.values()) {
            amounts.put(status, new Amount(0, 0));
        }
        sums.forEach(sum -> amounts.put(sum.status(), new Amount(sum.tasks(), sum.bytes())));
        return amounts;
    }

    private static String write(Tally tally) {
        try {
            return Json.mapper().writeValueAsString(tally);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Empty: another version of the program has kept it, in words of its own. */
    private static Optional<Counted> read(KeptTally.Kept kept) {
        try {
            return Optional.of(new Counted(kept.countedAt(), Json.mapper().readValue(kept.content(), Tally.class)));
        } catch (JsonProcessingException e) {
            LOG.warn("The kept count of all tasks cannot be read, so it is made anew: {}", e.getOriginalMessage());
            return Optional.empty();
        }
    }

    /** A count, and when it was begun. */
    record Counted(Instant at, Tally tally) {}
}

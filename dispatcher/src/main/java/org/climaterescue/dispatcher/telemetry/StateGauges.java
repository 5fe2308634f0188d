package org.climaterescue.dispatcher.telemetry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micronaut.context.annotation.Context;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.node.Silence;
import org.climaterescue.db.telemetry.BoundedFigures;
import org.climaterescue.db.telemetry.BoundedFigures.Snapshot;
import org.climaterescue.dispatcher.service.DatabaseHealth;
import org.climaterescue.dispatcher.service.Ticker;
import org.climaterescue.protocol.NodeStatus;
import org.climaterescue.protocol.TaskStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state that all instances share, as gauges: read every few seconds, whoever asks and however often. Every instance tells the same,
 * so whoever adds up instances takes one of them. While the database is away there is no value, rather than an old one.
 */
@Context
final class StateGauges {

    private static final Logger LOG = LoggerFactory.getLogger(StateGauges.class);

    private static final Duration EVERY = Duration.ofSeconds(5);

    /** After a reading that was slow, the database is left alone for ten times as long, or for this. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private static final int PAUSE_TIMES_TAKEN = 10;

    /** What was read is no longer told after this. */
    private static final Duration STALE = Duration.ofSeconds(45);

    /** Hosts that are named, each of which is a time series of its own. */
    private static final int WORST_HOSTS = 5;

    private static final int LOWEST_PRIORITY = 1;
    private static final int HIGHEST_PRIORITY = 10;

    private final MeterRegistry registry;
    private final Transactions transactions;
    private final BoundedFigures figures;
    private final Silence silence;
    private final DatabaseHealth database;
    private final MultiGauge worst;
    private @Nullable Ticker ticker;
    private long notBefore = System.nanoTime();
    private volatile @Nullable Reading last;

    StateGauges(
            MeterRegistry registry,
            Transactions transactions,
            BoundedFigures figures,
            Silence silence,
            DatabaseHealth database) {
        this.registry = registry;
        this.transactions = transactions;
        this.figures = figures;
        this.silence = silence;
        this.database = database;
        this.worst = MultiGauge.builder("rescue.host.waiting.copies")
                .description("copies that wait for a host that stands no more connections now; the %d with most"
                        .formatted(WORST_HOSTS))
                .register(registry);
    }

    @PostConstruct
    void start() {
        Gauge.builder("rescue.database.up", this, gauges -> gauges.now() == null ? 0 : 1)
                .description("1 while the database answers this instance, else 0")
                .register(registry);
        gauge("rescue.database.size", "bytes", "what the database takes on its disk", Snapshot::databaseBytes);
        for (TaskStatus status : TaskStatus.values()) {
            gauge(
                    "rescue.tasks",
                    null,
                    "tasks by status; more than %d are estimated".formatted(BoundedFigures.EXACT),
                    snapshot -> snapshot.tasks().getOrDefault(status, 0L),
                    "status",
                    status.wire());
        }
        gauge("rescue.tasks.disputed", null, "tasks whose copies disagree, with none that leads", Snapshot::disputed);
        gauge("rescue.tasks.backoff", null, "tasks that wait for their next try", Snapshot::backoff);
        gauge("rescue.copies.rejected", null, "copies that lost the vote", Snapshot::rejectedCopies);
        gauge("rescue.assignments.active", null, "assignments under way", Snapshot::active);
        for (int priority = LOWEST_PRIORITY; priority <= HIGHEST_PRIORITY; priority++) {
            queue(priority);
        }
        for (NodeStatus status : NodeStatus.values()) {
            gauge(
                    "rescue.nodes",
                    null,
                    "nodes by status",
                    snapshot -> snapshot.nodes().getOrDefault(status, 0L),
                    "status",
                    status.wire());
        }
        for (String state : List.of("open", "full", "resting", "paused")) {
            gauge(
                    "rescue.hosts",
                    null,
                    "hosts that are worked on or limited: open to more, full, resting because they said so, paused",
                    snapshot -> sum(snapshot.hosts(), host -> host.state().equals(state) ? host.hosts() : 0),
                    "state",
                    state);
        }
        gauge(
                "rescue.host.connections.free",
                null,
                "further connections that the hosts stand which are worked on now",
                snapshot -> sum(snapshot.hosts(), host -> host.state().equals("open") ? host.free() : 0));
        for (String status : List.of("importing", "imported", "failed")) {
            gauge(
                    "rescue.catalogs",
                    null,
                    "catalogs by the status of their last import",
                    snapshot -> sum(snapshot.catalogs(), of -> of.status().equals(status) ? of.catalogs() : 0),
                    "status",
                    status);
        }
        imports("rescue.imports.size", "files of the imports under way", BoundedFigures.Catalogs::fileBytes);
        imports("rescue.imports.read", "what of these files has been read", BoundedFigures.Catalogs::bytesRead);
        ticker = Ticker.startNow("the reading of gauges", EVERY, this::runOnce);
    }

    @PreDestroy
    void stop() {
        if (ticker != null) {
            ticker.close();
        }
    }

    /** Reads the state, unless the last reading took so long that it is too early for another. */
    void runOnce() {
        long start = System.nanoTime();
        if (start - notBefore < 0) {
            return;
        }
        try {
            Snapshot snapshot = transactions.in(connection -> figures.read(connection, silence, WORST_HOSTS));
            last = new Reading(snapshot, System.nanoTime() + STALE.toNanos());
            worst.register(
                    snapshot.worst().stream()
                            .map(host -> MultiGauge.Row.of(
                                    Tags.of("host", host.host(), "state", host.state()), host.copies()))
                            .toList(),
                    true);
        } catch (StorageFailure away) {
            last = null;
            worst.register(List.of(), true);
            LOG.debug("the gauges cannot be read: {}", away.getMessage());
            // So that it is known since when it is away, whoever asks.
            var _ = database.awaySince();
        } finally {
            long end = System.nanoTime();
            notBefore = end + Math.min(PAUSE_TIMES_TAKEN * (end - start), LONGEST_PAUSE.toNanos());
        }
    }

    private @Nullable Snapshot now() {
        Reading reading = last;
        return reading == null || System.nanoTime() - reading.until() > 0 ? null : reading.snapshot();
    }

    private void queue(int priority) {
        gauge(
                "rescue.queue.copies",
                null,
                "copies that could be made now, by priority; more than %d are estimated"
                        .formatted(BoundedFigures.EXACT),
                snapshot -> sum(snapshot.ready(), one -> one.priority() == priority ? one.copies() : 0),
                "priority",
                String.valueOf(priority));
        gauge(
                "rescue.queue.oldest",
                "seconds",
                "how long the oldest of the next copies to be made has waited, by priority",
                snapshot -> sum(snapshot.ready(), one -> one.priority() == priority ? one.oldestSeconds() : 0),
                "priority",
                String.valueOf(priority));
    }

    private void imports(String name, String description, ToDoubleFunction<BoundedFigures.Catalogs> bytes) {
        gauge(
                name,
                "bytes",
                description,
                snapshot ->
                        sum(snapshot.catalogs(), of -> of.status().equals("importing") ? bytes.applyAsDouble(of) : 0));
    }

    private void gauge(
            String name, @Nullable String unit, String description, ToDoubleFunction<Snapshot> value, String... tags) {
        Gauge.builder(name, this, gauges -> {
                    Snapshot snapshot = gauges.now();
                    return snapshot == null ? Double.NaN : value.applyAsDouble(snapshot);
                })
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .register(registry);
    }

    private static <T> double sum(Collection<T> parts, ToDoubleFunction<T> value) {
        return parts.stream().mapToDouble(value).sum();
    }

    /** {@code until}: when it is too old to be told, on {@link System#nanoTime}'s scale. */
    private record Reading(Snapshot snapshot, long until) {}
}

package org.climaterescue.dispatcher.telemetry;

import io.micronaut.http.sse.Event;
import io.micronaut.json.JsonMapper;
import io.micronaut.runtime.graceful.GracefulShutdownCapable;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.host.Hosts;
import org.climaterescue.db.node.Nodes;
import org.climaterescue.db.node.Silence;
import org.climaterescue.db.telemetry.Figures;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.service.DatabaseHealth;
import org.climaterescue.protocol.AssignmentId;
import org.climaterescue.protocol.NodeStatus;
import org.climaterescue.protocol.TaskId;
import org.climaterescue.protocol.TaskStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.BufferOverflowStrategy;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * What happens, once a second, for everybody who watches: one reading serves all, and nothing is read that nobody watches.
 *
 * <p>It reads the chain of custody, so it shows what every instance did. A watcher that is too slow misses the oldest events.
 */
@Singleton
final class LiveStream implements GracefulShutdownCapable {

    private static final Logger LOG = LoggerFactory.getLogger(LiveStream.class);
    private static final Duration BEAT = Duration.ofSeconds(1);

    /** Task changes sent a second at the most; the newest of them. */
    private static final int CHANGES = 200;

    /** Nodes looked at a second at the most. */
    private static final int NODES = 20_000;

    /** Hosts told of at the most: those in the figures first, then the first known that have terms of their own. */
    private static final int HOSTS = 1000;

    private static final int BUFFER = 2 * (CHANGES + NODES + HOSTS);

    /** When nothing has been read for so long, the database is asked whether it is there; while it is not, this often. */
    private static final Duration QUIET = Duration.ofSeconds(2);

    private final StatsReader stats;
    private final Transactions transactions;
    private final Figures figures;
    private final Nodes nodes;
    private final Hosts hosts;
    private final Silence silence;
    private final DatabaseHealth database;
    private final Map<Kind, AtomicInteger> watchers = new EnumMap<>(Kind.class);
    private final Sinks.Empty<Void> stopping = Sinks.empty();
    private final JsonMapper json;
    private final Flux<Event<String>> frames;

    private long lastEvent = -1;
    private Map<String, NodeStatus> lastNodes = Map.of();
    private Map<String, HostChange> lastHosts = Map.of();
    /** On {@link System#nanoTime}'s scale. */
    private volatile long lastRead = System.nanoTime() - QUIET.toNanos();

    private boolean toldAway;

    LiveStream(
            StatsReader stats,
            Transactions transactions,
            Figures figures,
            Nodes nodes,
            Hosts hosts,
            Silence silence,
            DatabaseHealth database,
            JsonMapper json) {
        this.stats = stats;
        this.transactions = transactions;
        this.figures = figures;
        this.nodes = nodes;
        this.hosts = hosts;
        this.silence = silence;
        this.database = database;
        this.json = json;
        for (Kind kind : Kind.values()) {
            watchers.put(kind, new AtomicInteger());
        }
        this.frames = Flux.merge(beats(BEAT, this::frame), beats(QUIET, this::database))
                .takeUntilOther(stopping.asMono())
                .publish()
                .refCount(1, BEAT);
    }

    /** One after the other; a beat that comes while the one before is at work is left out. */
    private static Flux<Event<String>> beats(Duration apart, Supplier<CompletableFuture<List<Event<String>>>> work) {
        return Flux.interval(Duration.ZERO, apart)
                .onBackpressureDrop()
                .concatMap(beat -> Mono.fromFuture(work).onErrorResume(LiveStream::skip), 1)
                .flatMapIterable(events -> events);
    }

    /** Ends every watcher's stream, so that the server need not wait for them. */
    @Override
    public CompletionStage<?> shutdownGracefully() {
        stopping.tryEmitEmpty();
        return CompletableFuture.completedFuture(null);
    }

    /** What an event may be about. */
    enum Kind {
        STATS,
        TASK,
        NODE,
        HOST,
        DATABASE;

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A watcher's own view of the stream: events of these kinds. */
    Flux<Event<String>> watch(Set<Kind> kinds) {
        Set<String> names = kinds.stream().map(Kind::word).collect(Collectors.toSet());
        return Flux.using(
                () -> count(kinds, 1),
                counted -> frames.filter(event -> names.contains(event.getName()))
                        .onBackpressureBuffer(
                                BUFFER,
                                dropped -> LOG.debug("a watcher is too slow"),
                                BufferOverflowStrategy.DROP_OLDEST),
                counted -> count(kinds, -1));
    }

    private Set<Kind> count(Set<Kind> kinds, int more) {
        kinds.forEach(kind -> watchersOf(kind).addAndGet(more));
        return kinds;
    }

    private AtomicInteger watchersOf(Kind kind) {
        return Objects.requireNonNull(watchers.get(kind), "every kind has its count");
    }

    private CompletableFuture<List<Event<String>>> frame() {
        Set<Kind> watched = EnumSet.noneOf(Kind.class);
        watchers.forEach((kind, count) -> {
            if (count.get() > 0) {
                watched.add(kind);
            }
        });
        CompletableFuture<Optional<Stats>> now = watched.contains(Kind.STATS) || watched.contains(Kind.HOST)
                ? stats.stats().thenApply(Optional::of)
                : CompletableFuture.completedFuture(Optional.empty());
        return now.thenApplyAsync(read -> events(watched, read));
    }

    /**
     * Reads only what somebody watches, and forgets how it stood when nobody does. Only one frame is made at a time, so its memory of
     * the one before needs no lock.
     */
    private List<Event<String>> events(Set<Kind> watched, Optional<Stats> now) {
        List<Event<String>> events = new ArrayList<>();
        now.filter(stats -> watched.contains(Kind.STATS)).ifPresent(stats -> events.add(event(Kind.STATS, stats)));
        if (watched.contains(Kind.TASK)) {
            taskChanges().reversed().forEach(change -> events.add(event(Kind.TASK, change)));
        } else {
            lastEvent = -1;
        }
        if (watched.contains(Kind.NODE)) {
            nodeChanges().forEach(change -> events.add(event(Kind.NODE, change)));
        } else {
            lastNodes = Map.of();
        }
        if (now.isPresent() && watched.contains(Kind.HOST)) {
            hostChanges(now.get()).forEach(change -> events.add(event(Kind.HOST, change)));
        } else {
            lastHosts = Map.of();
        }
        if (watched.stream().anyMatch(kind -> kind != Kind.DATABASE)) {
            lastRead = System.nanoTime();
        }
        return events;
    }

    /** Says again and again that the database is away while it is, and once that it is back; else nothing. */
    private CompletableFuture<List<Event<String>>> database() {
        if (!toldAway && System.nanoTime() - lastRead < QUIET.toNanos()) {
            return CompletableFuture.completedFuture(List.of());
        }
        return database.awaySince().thenApply(since -> {
            boolean news = toldAway || since.isPresent();
            toldAway = since.isPresent();
            return news
                    ? List.of(
                            event(Kind.DATABASE, since.map(DatabaseState::away).orElseGet(DatabaseState::up)))
                    : List.of();
        });
    }

    /** Written once, however many watch. */
    private Event<String> event(Kind kind, Object content) {
        try {
            return Event.of(json.writeValueAsString(content)).name(kind.word());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private List<TaskChange> taskChanges() {
        return transactions
                .in(connection -> {
                    long until = figures.lastEvent(connection);
                    long after = lastEvent < 0 ? until : lastEvent;
                    lastEvent = until;
                    return figures.changes(connection, after, until, CHANGES);
                })
                .stream()
                .map(TaskChange::from)
                .toList();
    }

    private List<NodeChange> nodeChanges() {
        List<Nodes.Seen> seen = transactions.in(connection -> nodes.seen(connection, NODES, silence));
        Map<String, NodeStatus> now = new HashMap<>();
        List<NodeChange> changes = new ArrayList<>();
        for (Nodes.Seen node : seen) {
            now.put(node.nodeId(), node.status());
            if (node.status() != lastNodes.get(node.nodeId())) {
                changes.add(new NodeChange(node.nodeId(), node.name(), node.status(), node.activeAssignments()));
            }
        }
        lastNodes = now;
        return changes;
    }

    /**
     * Of hosts that are told of in the figures or have terms of their own; also of those that have neither any more. Whoever was told
     * of a host is told of it further, however many others get terms meanwhile.
     */
    private List<HostChange> hostChanges(Stats stats) {
        Map<String, Map<TaskStatus, Stats.Amount>> counted = new HashMap<>();
        stats.byHost().forEach(host -> counted.put(host.host(), host.tasks()));
        Set<String> names = new HashSet<>(counted.keySet());
        names.addAll(lastHosts.keySet());
        int room = HOSTS - names.size();
        Map<String, HostChange> now = new HashMap<>();
        List<HostChange> changes = new ArrayList<>();
        for (Hosts.Terms terms : transactions.in(connection -> hosts.terms(connection, names, HOSTS))) {
            String host = terms.host();
            if (!names.contains(host) && room-- <= 0) {
                continue;
            }
            var told = new HostChange(
                    host,
                    counted.get(host),
                    terms.maxConnections(),
                    terms.connections(),
                    terms.paused(),
                    terms.busyUntil());
            if (!told.equals(lastHosts.get(host))) {
                changes.add(told);
            }
            if (terms.own() || counted.containsKey(host)) {
                now.put(host, told);
            }
        }
        lastHosts = now;
        return changes;
    }

    private static Mono<List<Event<String>>> skip(Throwable failure) {
        if (failure instanceof StorageFailure || failure instanceof ProblemException) {
            LOG.debug("no frame this time", failure);
        } else {
            LOG.warn("Watchers miss a second", failure);
        }
        return Mono.empty();
    }

    /**
     * Something happened to a task.
     *
     * @param kind the word of the chain of custody
     * @param status where the task stands after it
     */
    record TaskChange(
            String taskId,
            String kind,
            TaskStatus status,
            @Nullable String nodeId,
            @Nullable String assignmentId,
            Instant at) {

        static TaskChange from(Figures.Change change) {
            return new TaskChange(
                    new TaskId(change.taskId()).toString(),
                    change.kind(),
                    change.status(),
                    change.nodeId(),
                    change.token() == null ? null : new AssignmentId(change.taskId(), change.token()).toString(),
                    change.at());
        }
    }

    /** A node's status changed, or it is new to the watcher. */
    record NodeChange(String nodeId, String name, NodeStatus status, long activeAssignments) {}

    /**
     * A host's tasks or terms changed, or it is new to the watcher.
     *
     * @param tasks null for a host that is not among those of {@link Stats#byHost}
     * @param maxConnections active assignments at a time over the whole fleet
     * @param connections what of these it is trusted with now
     * @param busyUntil when the pause ends that it asked for; null when there is none
     */
    record HostChange(
            String host,
            @Nullable Map<TaskStatus, Stats.Amount> tasks,
            int maxConnections,
            int connections,
            boolean paused,
            @Nullable Instant busyUntil) {}

    /**
     * Whether the database can be used.
     *
     * @param status {@code up} or {@code away}
     * @param since when it was first found to be away, by this dispatcher's clock; null when it is up
     */
    record DatabaseState(String status, @Nullable Instant since) {

        static DatabaseState up() {
            return new DatabaseState("up", null);
        }

        static DatabaseState away(Instant since) {
            return new DatabaseState("away", since);
        }
    }
}

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
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.node.Nodes;
import org.climaterescue.db.node.Silence;
import org.climaterescue.db.telemetry.Figures;
import org.climaterescue.dispatcher.problem.ProblemException;
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
 * What happens, once a second, for everybody who watches: one reading serves all, and none is made while nobody watches.
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

    private static final int BUFFER = 2 * (CHANGES + NODES);

    private final StatsReader stats;
    private final Transactions transactions;
    private final Figures figures;
    private final Nodes nodes;
    private final Silence silence;
    private final Sinks.Empty<Void> stopping = Sinks.empty();
    private final JsonMapper json;
    private final Flux<Event<String>> frames;

    private long lastEvent = -1;
    private Map<String, NodeStatus> lastNodes = Map.of();
    private Map<String, Stats.OfHost> lastHosts = Map.of();

    LiveStream(
            StatsReader stats,
            Transactions transactions,
            Figures figures,
            Nodes nodes,
            Silence silence,
            JsonMapper json) {
        this.stats = stats;
        this.transactions = transactions;
        this.figures = figures;
        this.nodes = nodes;
        this.silence = silence;
        this.json = json;
        this.frames = Flux.interval(Duration.ZERO, BEAT)
                .onBackpressureDrop()
                .concatMap(beat -> Mono.fromFuture(this::frame).onErrorResume(LiveStream::skip), 1)
                .flatMapIterable(events -> events)
                .takeUntilOther(stopping.asMono())
                .publish()
                .refCount(1, BEAT);
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
        HOST;

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A watcher's own view of the stream: events of these kinds. */
    Flux<Event<String>> watch(Set<Kind> kinds) {
        Set<String> names = kinds.stream().map(Kind::word).collect(Collectors.toSet());
        return frames.filter(event -> names.contains(event.getName()))
                .onBackpressureBuffer(
                        BUFFER, dropped -> LOG.debug("a watcher is too slow"), BufferOverflowStrategy.DROP_OLDEST);
    }

    private CompletableFuture<List<Event<String>>> frame() {
        return stats.stats().thenApplyAsync(this::events);
    }

    /** Only one frame is made at a time, so its memory of the one before needs no lock. */
    private List<Event<String>> events(Stats now) {
        List<Event<String>> events = new ArrayList<>();
        events.add(event(Kind.STATS, now));
        taskChanges().reversed().forEach(change -> events.add(event(Kind.TASK, change)));
        nodeChanges().forEach(change -> events.add(event(Kind.NODE, change)));
        Map<String, Stats.OfHost> hosts = new HashMap<>();
        for (Stats.OfHost host : now.byHost()) {
            hosts.put(host.host(), host);
            if (!host.equals(lastHosts.get(host.host()))) {
                events.add(event(Kind.HOST, host));
            }
        }
        lastHosts = hosts;
        return events;
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
}

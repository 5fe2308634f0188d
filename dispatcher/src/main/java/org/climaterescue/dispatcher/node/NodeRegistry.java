package org.climaterescue.dispatcher.node;

import com.github.benmanes.caffeine.cache.AsyncCacheLoader;
import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micronaut.context.annotation.Context;
import io.micronaut.scheduling.TaskExecutors;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Named;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.node.Nodes;
import org.climaterescue.dispatcher.gathering.Gathering;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.security.Caller;
import org.climaterescue.dispatcher.service.Ticker;
import org.climaterescue.dispatcher.settings.Settings;
import org.climaterescue.protocol.DispatchRequest;
import org.climaterescue.protocol.Limits;
import org.climaterescue.protocol.NodeRegistration;
import org.jspecify.annotations.Nullable;

/** Knows nodes by their id without asking the database each time, and gathers who has been heard of. */
@Context
public final class NodeRegistry {

    /** Who reports about an assignment without being registered; owns none. */
    private static final Nodes.Known STRANGER = new Nodes.Known(-1, "", null, false, false);

    private static final Pattern NODE_ID = Pattern.compile(Limits.NODE_ID);

    /** What another dispatcher has changed about a node is seen after so long at the latest. */
    private static final Duration KEPT = Duration.ofSeconds(30);

    /** Whoever calls at least once in {@link #KEPT} never waits for a look at the database: after so long, one is begun beside the call. */
    private static final Duration REFRESHED_AFTER = Duration.ofSeconds(10);

    private static final Duration REFRESHED_TOGETHER = Duration.ofMillis(250);

    /** Nodes that one query looks for. */
    private static final int LARGEST_LOOKUP = 2000;

    private static final int LOOKUP_BACKLOG = 100_000;

    private final Transactions transactions;
    private final Nodes nodes;
    private final ExecutorService blocking;
    private final boolean open;
    private final Duration flushEvery;
    private final AsyncLoadingCache<String, Nodes.Known> known;
    private final Set<Integer> heard = ConcurrentHashMap.newKeySet();
    private final Gathering<Lookup> lookups;
    private final Gathering<Lookup> refreshes;
    private @Nullable Ticker ticker;

    NodeRegistry(
            Transactions transactions,
            Nodes nodes,
            Settings settings,
            @Named(TaskExecutors.BLOCKING) ExecutorService blocking) {
        this.transactions = transactions;
        this.nodes = nodes;
        this.blocking = blocking;
        this.open = !settings.access().secured();
        this.flushEvery =
                Duration.ofMillis(Math.clamp(settings.liveness().heartbeat().toMillis() / 4, 50, 1000));
        this.known = Caffeine.newBuilder()
                .maximumSize(100_000)
                .refreshAfterWrite(REFRESHED_AFTER)
                .expireAfterWrite(KEPT)
                .executor(blocking)
                .buildAsync(new Loader());
        this.lookups = Gathering.start("node-lookups", LARGEST_LOOKUP, LOOKUP_BACKLOG, this::look);
        this.refreshes =
                Gathering.start("node-refreshes", LARGEST_LOOKUP, LOOKUP_BACKLOG, REFRESHED_TOGETHER, this::look);
    }

    @PostConstruct
    void start() {
        ticker = Ticker.start("the note of who was heard of", flushEvery, this::flush);
    }

    @PreDestroy
    void stop() throws InterruptedException {
        if (ticker != null) {
            ticker.close();
        }
        lookups.stop();
        refreshes.stop();
    }

    /**
     * Makes sure that the node which asks for work is registered: in open mode on the spot. One that had signed off is back.
     *
     * <p>Fails with 404 {@code not_found} for an unknown node in secured mode, and with 403 {@code forbidden} for a caller
     * that is not the node, or a node that an operator has signed off.
     */
    public CompletableFuture<Nodes.Known> known(DispatchRequest request, Caller caller) {
        return find(request.nodeId()).thenCompose(found -> {
            if (found.isPresent()) {
                caller.requireNode(request.nodeId());
                if (found.get().dismissed() && !open) {
                    return CompletableFuture.failedFuture(dismissed(request.nodeId()));
                }
                if (found.get().gone()) {
                    return CompletableFuture.supplyAsync(() -> takeBack(found.get()), blocking);
                }
                // Rounds note it seldom.
                heard.add(found.get().nodeNo());
                return CompletableFuture.completedFuture(found.get());
            }
            if (!open) {
                return CompletableFuture.failedFuture(unknown(request.nodeId()));
            }
            return CompletableFuture.supplyAsync(() -> registerOnTheSpot(request), blocking);
        });
    }

    /** The node of this id; fails with 404 {@code not_found} when there is none. */
    public CompletableFuture<Nodes.Known> registered(String nodeId) {
        return find(nodeId).thenApply(found -> found.orElseThrow(() -> unknown(nodeId)));
    }

    /** Who reports; a stranger owns no assignment. Counts as hearing from the node. */
    public CompletableFuture<Nodes.Known> reporting(String nodeId) {
        return find(nodeId).thenApply(found -> {
            found.ifPresent(node -> heard.add(node.nodeNo()));
            return found.orElse(STRANGER);
        });
    }

    /** The next look at this node asks the database. */
    public void forget(String nodeId) {
        known.synchronous().invalidate(nodeId);
    }

    /** The refusal for a node that nobody knows. */
    public static ProblemException unknown(String nodeId) {
        return ProblemException.notFound("node " + nodeId + " is not registered; introduce it with POST /nodes");
    }

    /** The refusal for a node that an operator has signed off. */
    public static ProblemException dismissed(String nodeId) {
        return ProblemException.forbidden("an operator has signed node " + nodeId
                + " off; introduce it anew with POST /nodes and the join key or the operator key");
    }

    private CompletableFuture<Optional<Nodes.Known>> find(String nodeId) {
        if (!NODE_ID.matcher(nodeId).matches()) {
            // No node has such an id, and the database, which cannot even read some, would refuse those who are looked
            // up beside.
            return CompletableFuture.completedFuture(Optional.empty());
        }
        // Absence is not kept: the node may register at any instance at any moment.
        return known.get(nodeId).thenApply(Optional::ofNullable);
    }

    private static CompletableFuture<Nodes.@Nullable Known> ask(Gathering<Lookup> lookups, String nodeId) {
        var lookup = new Lookup(nodeId, new CompletableFuture<>());
        if (!lookups.offer(lookup)) {
            lookup.answer.completeExceptionally(ProblemException.unavailable(
                    "busy", "too many nodes come to this dispatcher at once; call again", Duration.ofSeconds(5)));
        }
        return lookup.answer;
    }

    /** Thousands of nodes may come at once, when a dispatcher starts: one query for all of them, not a connection for each. */
    private void look(List<Lookup> round) {
        try {
            List<String> ids = round.stream().map(Lookup::nodeId).toList();
            Map<String, Nodes.Known> found = transactions.in(connection -> nodes.find(connection, ids)).stream()
                    .collect(Collectors.toMap(Nodes.Known::nodeId, Function.identity()));
            round.forEach(one -> one.answer.complete(found.get(one.nodeId)));
        } catch (RuntimeException | Error e) {
            // Whatever went wrong, the callers are told and the loop goes on.
            round.forEach(one -> one.answer.completeExceptionally(e));
        }
    }

    /** A node that had signed off asks for work again. */
    private Nodes.Known takeBack(Nodes.Known node) {
        transactions.in(connection -> {
            nodes.comeBack(connection, node.nodeNo());
            return node;
        });
        forget(node.nodeId());
        return node;
    }

    private Nodes.Known registerOnTheSpot(DispatchRequest request) {
        var node = new NodeRegistration(request.nodeId(), request.nodeId(), null, null, request.capacityGb(), null);
        forget(request.nodeId());
        return transactions.in(connection -> {
            nodes.add(connection, request.nodeId(), node, request.capacityBytes(), null);
            return nodes.find(connection, request.nodeId()).orElseThrow(() -> unknown(request.nodeId()));
        });
    }

    private void flush() {
        Set<Integer> now = new HashSet<>(heard);
        if (now.isEmpty()) {
            return;
        }
        heard.removeAll(now);
        try {
            Set<Integer> noted = transactions.in(connection -> nodes.heard(connection, now));
            now.stream().filter(node -> !noted.contains(node)).forEach(heard::add);
        } catch (StorageFailure e) {
            heard.addAll(now);
            throw e;
        }
    }

    private record Lookup(String nodeId, CompletableFuture<Nodes.@Nullable Known> answer) {}

    /** Nobody waits for a refresh, so many are made together. One that fails leaves it to the next call to ask, and to be told. */
    private final class Loader implements AsyncCacheLoader<String, Nodes.Known> {

        @Override
        public CompletableFuture<Nodes.@Nullable Known> asyncLoad(String nodeId, Executor executor) {
            return ask(lookups, nodeId);
        }

        @Override
        public CompletableFuture<Nodes.@Nullable Known> asyncReload(
                String nodeId, Nodes.Known known, Executor executor) {
            return ask(refreshes, nodeId).exceptionally(failure -> null);
        }
    }
}

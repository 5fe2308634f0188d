package org.climaterescue.dispatcher.priority;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Context;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.ranking.RefreshLog;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.service.Ticker;
import org.climaterescue.dispatcher.settings.Settings;
import org.climaterescue.priorizer.PriorizerClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Refreshes the priorities when they are due, and when somebody asks. */
@Context
public final class Priorities {

    private static final Logger LOG = LoggerFactory.getLogger(Priorities.class);

    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(90);

    /** A ranking of millions comes only as fast as the database takes it. Less than the refresh's session may be silent. */
    private static final Duration LONGEST_ANSWER = Duration.ofMinutes(15);

    /** Less than the server keeps a connection on which nothing moves. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(100);

    private static final Duration COME_AGAIN = Duration.ofSeconds(30);
    private static final int LOOKS_A_REFRESH = 20;
    private static final long SHORTEST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 2000;

    private final Duration every;
    private final @Nullable PriorizerClient priorizer;
    private final RankingRefresh refresh;
    private final Transactions transactions;
    private final Map<Source, Counter> refreshes = new EnumMap<>(Source.class);
    private final AtomicBoolean away = new AtomicBoolean();

    /** One thread: what is asked for while it is at work comes after that. */
    private final ExecutorService runner = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("refresh of priorities").factory());

    private @Nullable Ticker ticker;

    // The next two and what stands in them only under this object's lock.
    private @Nullable Round next;
    private boolean stopped;

    Priorities(Settings settings, RankingRefresh refresh, Transactions transactions, MeterRegistry meters) {
        Settings.Priorizer from = settings.priorizer();
        this.every = from.refresh();
        this.priorizer = from.url() == null ? null : new PriorizerClient(from.url(), LONGEST_SILENCE, LONGEST_ANSWER);
        this.refresh = refresh;
        this.transactions = transactions;
        for (Source source : Source.values()) {
            refreshes.put(source, refreshes(meters, source));
        }
    }

    @PostConstruct
    void start() {
        if (priorizer != null && every.isPositive()) {
            long pause = Math.clamp(every.toMillis() / LOOKS_A_REFRESH, SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS);
            ticker = Ticker.start("the look for a new ranking", Duration.ofMillis(pause), this::runOnce);
        }
    }

    @PreDestroy
    void stop() {
        synchronized (this) {
            stopped = true;
            if (next != null) {
                next.result.completeExceptionally(stopping());
            }
        }
        // Before those who wait for the answer that this breaks off.
        if (priorizer != null) {
            priorizer.close();
        }
        runner.shutdownNow();
        if (ticker != null) {
            ticker.close();
        }
    }

    /** Refreshes if no instance has done so for as long as the settings say. */
    void runOnce() {
        if (priorizer == null) {
            return;
        }
        try {
            refresh.runIfDue(priorizer, every).ifPresent(this::tell);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** How the last refresh went. */
    RefreshLog.Entry last() {
        return transactions.in(RefreshLog::read);
    }

    /**
     * Asks the priorizer now, or once the refresh is over that is under way, here or at another instance: what it answered may be older
     * than what the caller knows. All who ask meanwhile share the one that comes next.
     *
     * @throws ProblemException 409 when there is no priorizer; 503 when that takes too long, or this instance stops. A refresh that
     *     takes too long goes on
     */
    RefreshLog.Entry refresh() {
        if (priorizer == null) {
            throw ProblemException.conflict(
                    "no_priorizer", "this dispatcher knows no priorizer to ask; set PRIORIZER_URL and start it again");
        }
        CompletableFuture<RefreshLog.Entry> result = join(priorizer, refresh.begun());
        try {
            return result.get(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException still) {
            throw ProblemException.unavailable(
                    "refreshing",
                    "refreshing the priorities takes longer than %d s and goes on; GET /priorities says when it is done"
                            .formatted(LONGEST_WAIT.toSeconds()),
                    COME_AGAIN);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw stopping();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(failed);
        }
    }

    private synchronized CompletableFuture<RefreshLog.Entry> join(PriorizerClient from, long begun) {
        if (stopped) {
            throw stopping();
        }
        if (next == null) {
            var round = new Round();
            runner.execute(() -> run(from, round));
            next = round;
        }
        next.after = Math.max(next.after, begun);
        return next.result;
    }

    private void run(PriorizerClient from, Round round) {
        long after;
        synchronized (this) {
            next = null;
            after = round.after;
        }
        try {
            round.result.complete(tell(refresh.run(from, after)));
        } catch (InterruptedException stopping) {
            round.result.completeExceptionally(stopping());
            Thread.currentThread().interrupt();
        } catch (Throwable failure) {
            // Those who wait may have gone by now.
            LOG.warn("A refresh of the priorities failed: {}", failure.toString());
            round.result.completeExceptionally(failure);
        }
    }

    private static ProblemException stopping() {
        return ProblemException.unavailable(
                "stopping", "this dispatcher is stopping; ask another one, or this one again soon", COME_AGAIN);
    }

    /** Says once that the priorizer went away, and once that it is back. */
    private RefreshLog.Entry tell(RankingRefresh.Done done) {
        RefreshLog.Entry entry = done.entry();
        if (done.mine()) {
            boolean answered = entry.error() == null;
            Objects.requireNonNull(refreshes.get(Source.of(entry))).increment();
            if (away.compareAndSet(answered, !answered)) {
                if (answered) {
                    LOG.info("The priorizer gives a ranking again");
                } else {
                    LOG.warn(
                            "The priorizer gave no ranking, so the last known one stands ({}); see PRIORIZER_URL",
                            entry.error());
                }
            }
            LOG.debug("Priorities were refreshed: {}", entry);
        }
        return entry;
    }

    private static Counter refreshes(MeterRegistry meters, Source source) {
        return Counter.builder("rescue.priorizer.refreshes")
                .description("refreshes of the priorities; last_known: the priorizer was away")
                .tag("source", source.wire())
                .register(meters);
    }

    /** A refresh that has not begun yet, of everybody who asks for one. */
    private static final class Round {

        private final CompletableFuture<RefreshLog.Entry> result = new CompletableFuture<>();

        /** How many had begun, here and elsewhere, when the last of them asked. */
        private long after;
    }
}

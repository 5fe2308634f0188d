package org.climaterescue.dispatcher.priority;

import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Context;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
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

    /** For the whole answer; less than an HTTP client waits for its own. */
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(90);

    private static final int LOOKS_A_REFRESH = 20;
    private static final long SHORTEST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 2000;

    private final Duration every;
    private final @Nullable PriorizerClient priorizer;
    private final RankingRefresh refresh;
    private final Transactions transactions;
    private final MeterRegistry meters;
    private final AtomicReference<@Nullable CompletableFuture<RefreshLog.Entry>> underWay = new AtomicReference<>();
    private final AtomicBoolean away = new AtomicBoolean();
    private @Nullable Ticker ticker;

    Priorities(Settings settings, RankingRefresh refresh, Transactions transactions, MeterRegistry meters) {
        Settings.Priorizer from = settings.priorizer();
        this.every = from.refresh();
        this.priorizer = from.url() == null ? null : new PriorizerClient(from.url(), LONGEST_ANSWER);
        this.refresh = refresh;
        this.transactions = transactions;
        this.meters = meters;
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
        // Before the ticker, which waits for the answer that this breaks off.
        if (priorizer != null) {
            priorizer.close();
        }
        if (ticker != null) {
            ticker.close();
        }
    }

    /** Refreshes if no instance has done so for as long as the settings say. */
    void runOnce() {
        if (!transactions.in(connection -> RefreshLog.isDue(connection, every))) {
            return;
        }
        try {
            refresh();
        } catch (ProblemException elsewhere) {
            LOG.warn("{}", elsewhere.detail());
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** How the last refresh went. */
    RefreshLog.Entry last() {
        return transactions.in(RefreshLog::read);
    }

    /**
     * Asks the priorizer now; whoever asks while a refresh is under way, here or at another instance, shares its result.
     *
     * @throws ProblemException 409 when there is no priorizer, 503 when another instance's refresh takes too long
     */
    RefreshLog.Entry refresh() throws InterruptedException {
        if (priorizer == null) {
            throw ProblemException.conflict(
                    "no_priorizer", "this dispatcher knows no priorizer to ask; set PRIORIZER_URL and start it again");
        }
        var mine = new CompletableFuture<RefreshLog.Entry>();
        CompletableFuture<RefreshLog.Entry> other = underWay.compareAndExchange(null, mine);
        if (other != null) {
            return join(other);
        }
        try {
            RefreshLog.Entry entry = tell(refresh.run(priorizer));
            mine.complete(entry);
            return entry;
        } catch (Throwable failure) {
            mine.completeExceptionally(failure);
            throw failure;
        } finally {
            underWay.set(null);
        }
    }

    private static RefreshLog.Entry join(CompletableFuture<RefreshLog.Entry> other) throws InterruptedException {
        try {
            return other.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(failed);
        }
    }

    /** Says once that the priorizer went away, and once that it is back. */
    private RefreshLog.Entry tell(RankingRefresh.Done done) {
        RefreshLog.Entry entry = done.entry();
        if (done.mine()) {
            boolean answered = entry.error() == null;
            meters.counter(
                            "rescue.priorizer.refreshes",
                            "source",
                            Source.of(entry).wire())
                    .increment();
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
}

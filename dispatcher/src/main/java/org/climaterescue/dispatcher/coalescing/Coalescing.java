package org.climaterescue.dispatcher.coalescing;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.micronaut.scheduling.TaskExecutors;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.climaterescue.dispatcher.bell.WorkBell;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.settings.Settings;

/** Does equal reads once: whoever asks while one is under way shares its result or its error. What failed is never kept. */
@Singleton
public final class Coalescing {

    private static final Duration MOMENT = Duration.ofSeconds(1);
    private static final int KEPT_TIMES_TAKEN = 10;
    private static final Duration COME_AGAIN = Duration.ofSeconds(5);

    private final AsyncCache<Key, Timed> reads;
    private final ExecutorService blocking;
    private final Duration longestWait;
    private final AtomicLong changes = new AtomicLong();
    private final LongAdder total = new LongAdder();
    private final LongAdder shared = new LongAdder();
    private final LongAdder hits = new LongAdder();
    private final LongAdder executions = new LongAdder();

    Coalescing(@Named(TaskExecutors.BLOCKING) ExecutorService blocking, WorkBell bell, Settings settings) {
        this.blocking = blocking;
        this.longestWait = settings.reads().longestWait();
        this.reads = Caffeine.newBuilder()
                .maximumSize(10_000)
                .executor(blocking)
                .expireAfter(Expiry.creating((Key key, Timed read) -> key.kept() == Kept.BY_COST
                        ? longer(MOMENT, read.took().multipliedBy(KEPT_TIMES_TAKEN))
                        : MOMENT))
                .buildAsync();
        // An import, and the lines of a bulk submission, commit without an answer that the filter sees.
        bell.onRing(this::changed);
    }

    /**
     * Does the work, or shares what is under way whenever it began: for what does not show what clients have just changed.
     *
     * @param key equal for equal work, and never for other work
     * @param read does the work, on a thread that may block
     * @return fails as {@code read} did, or with 503 {@code busy} after {@code RESCUE_COALESCE_WAIT}
     */
    public <T> CompletableFuture<T> get(String key, Supplier<T> read) {
        return get(new Key(key, 0, Kept.NOT), read);
    }

    /**
     * As {@link #get}, for what clients change: shares only what began after the last change that this instance has answered, so
     * that whoever has changed something sees it. What another instance has answered a moment ago may not be seen yet.
     */
    public <T> CompletableFuture<T> fresh(String key, Supplier<T> read) {
        return get(new Key(key, changes.get(), Kept.NOT), read);
    }

    /**
     * As {@link #get}, and keeps the result for a second, or for ten times as long as it took when that is longer: an expensive
     * read never takes more than a tenth of the time.
     */
    public <T> CompletableFuture<T> kept(String key, Supplier<T> read) {
        return get(new Key(key, 0, Kept.BY_COST), read);
    }

    /** As {@link #get}, and keeps the result for a second, however long it took. */
    public <T> CompletableFuture<T> keptForAMoment(String key, Supplier<T> read) {
        return get(new Key(key, 0, Kept.FOR_A_MOMENT), read);
    }

    /** Says that something has been committed: what began before is shared with no {@link #fresh} read that comes after. */
    void changed() {
        changes.incrementAndGet();
    }

    private <T> CompletableFuture<T> get(Key key, Supplier<T> read) {
        total.increment();
        var mine = new AtomicBoolean();
        CompletableFuture<Timed> found = reads.get(key, (same, executor) -> {
            var begun = new CompletableFuture<Timed>();
            blocking.execute(() -> run(key, read, begun));
            mine.set(true);
            executions.increment();
            return begun;
        });
        if (!mine.get()) {
            (key.kept() != Kept.NOT && found.isDone() ? hits : shared).increment();
        }
        return found.thenApply(timed -> {
                    @SuppressWarnings("unchecked") // A key is asked for one type of result only.
                    T value = (T) timed.value();
                    return value;
                })
                .orTimeout(longestWait.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(failure ->
                        CompletableFuture.failedFuture(failure instanceof TimeoutException ? busy() : failure));
    }

    /** Forgets before it answers: whoever asks after an answer begins anew. */
    private void run(Key key, Supplier<?> read, CompletableFuture<Timed> begun) {
        long start = System.nanoTime();
        try {
            Object value = read.get();
            if (key.kept() == Kept.NOT) {
                reads.asMap().remove(key, begun);
            }
            begun.complete(new Timed(value, Duration.ofNanos(System.nanoTime() - start)));
        } catch (Throwable failure) {
            // Also an error: those who wait must not wait for a thread that is no more.
            reads.asMap().remove(key, begun);
            begun.completeExceptionally(failure);
        }
    }

    private ProblemException busy() {
        return ProblemException.unavailable(
                "busy",
                "this has been under way for more than %d ms; try again soon".formatted(longestWait.toMillis()),
                COME_AGAIN);
    }

    /** The counters since the start of this instance. */
    public Counters counters() {
        return Counters.of(total.sum(), shared.sum(), hits.sum(), executions.sum());
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /**
     * What is read.
     *
     * @param since the changes that had been answered when it began; 0 where that does not matter
     * @param kept how long its result serves others after it
     */
    private record Key(String name, long since, Kept kept) {}

    private enum Kept {
        NOT,
        FOR_A_MOMENT,
        BY_COST
    }

    private record Timed(Object value, Duration took) {}

    /**
     * How often equal reads met.
     *
     * @param deduplicatedRequests those that shared an execution under way
     * @param cacheHits those that were served a kept result
     * @param deduplicationRate the share of requests that cost no execution, 0 to 1
     */
    public record Counters(
            long totalRequests,
            long deduplicatedRequests,
            long cacheHits,
            long actualExecutions,
            double deduplicationRate) {

        /** With the rate that follows from them. */
        public static Counters of(long requests, long shared, long hits, long executions) {
            return new Counters(
                    requests,
                    shared,
                    hits,
                    executions,
                    requests == 0 ? 0 : (double) (requests - executions) / requests);
        }
    }
}

package org.climaterescue.dispatcher.telemetry;

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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Does equal reads once: whoever asks while one is under way shares its result or its error, and its result serves whoever asks
 * shortly after. What failed is not kept.
 *
 * <p>A result is kept for a second, or for ten times as long as it took when that is longer: an expensive read never takes
 * more than a tenth of the time.
 */
@Singleton
public final class Coalescing {

    private static final Duration KEPT = Duration.ofSeconds(1);
    private static final int KEPT_TIMES_TAKEN = 10;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final AsyncCache<String, Timed> reads;
    private final ExecutorService blocking;
    private final LongAdder total = new LongAdder();
    private final LongAdder shared = new LongAdder();
    private final LongAdder hits = new LongAdder();
    private final LongAdder executions = new LongAdder();

    Coalescing(@Named(TaskExecutors.BLOCKING) ExecutorService blocking) {
        this.blocking = blocking;
        this.reads = Caffeine.newBuilder()
                .maximumSize(10_000)
                .executor(blocking)
                .expireAfter(Expiry.creating(
                        (String key, Timed read) -> longer(KEPT, read.took().multipliedBy(KEPT_TIMES_TAKEN))))
                .buildAsync();
    }

    /**
     * Reads through a key.
     *
     * @param key equal for equal reads, and never for others
     * @param type what they give
     * @param read does the work, on a thread that may block
     * @return fails as {@code read} did, or with a {@link java.util.concurrent.TimeoutException} after 30 s
     */
    public <T> CompletableFuture<T> get(String key, Class<T> type, Supplier<T> read) {
        total.increment();
        var mine = new AtomicBoolean();
        CompletableFuture<Timed> found = reads.get(key, (same, executor) -> {
            mine.set(true);
            executions.increment();
            return CompletableFuture.supplyAsync(() -> time(read), blocking);
        });
        if (!mine.get()) {
            (found.isDone() ? hits : shared).increment();
        }
        return found.thenApply(timed -> type.cast(timed.value()))
                .orTimeout(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The counters since the start of this instance. */
    public Counters counters() {
        long all = total.sum();
        long done = executions.sum();
        return new Counters(all, shared.sum(), hits.sum(), done, all == 0 ? 0 : (double) (all - done) / all);
    }

    private static Timed time(Supplier<?> read) {
        long start = System.nanoTime();
        Object value = read.get();
        return new Timed(value, Duration.ofNanos(System.nanoTime() - start));
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
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
            double deduplicationRate) {}
}

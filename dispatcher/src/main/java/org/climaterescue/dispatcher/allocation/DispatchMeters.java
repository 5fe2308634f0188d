package org.climaterescue.dispatcher.allocation;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What became of calls for work at this instance. */
@Singleton
final class DispatchMeters {

    private static final Duration[] WAITS = Stream.of(
                    2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Counter assigned;
    private final Counter empty;
    private final Counter refused;
    private final Counter assignments;
    private final Timer wait;

    DispatchMeters(MeterRegistry registry) {
        this.registry = registry;
        this.assigned = calls("assigned");
        this.empty = calls("empty");
        this.refused = calls("refused");
        this.assignments = Counter.builder("rescue.assignments.started")
                .description("assignments that were given to nodes")
                .register(registry);
        this.wait = Timer.builder("rescue.claim.wait")
                .description("how long a call for work waited that was given some")
                .serviceLevelObjectives(WAITS)
                .register(registry);
    }

    /** Counts a call that comes in now, once it is answered. */
    BiConsumer<@Nullable Given, @Nullable Throwable> answered() {
        long start = System.nanoTime();
        return (given, failure) -> {
            if (given == null) {
                refused.increment();
            } else if (given.tasks().isEmpty()) {
                empty.increment();
            } else {
                assigned.increment();
                assignments.increment(given.tasks().size());
                wait.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            }
        };
    }

    /** Shows how many calls wait. */
    void waiting(Supplier<Number> calls) {
        Gauge.builder("rescue.dispatches.waiting", calls)
                .description("calls for work that wait at this instance")
                .register(registry);
    }

    private Counter calls(String outcome) {
        return Counter.builder("rescue.dispatches")
                .description("answered calls for work; refused: busy, hung up, or the database was away")
                .tag("outcome", outcome)
                .register(registry);
    }
}

package org.climaterescue.dispatcher.gathering;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** How large rounds are, and how long they take. */
@Singleton
public final class RoundMeters {

    private static final Duration[] DURATIONS = Stream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);

    private static final double[] SIZES = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000};

    private final MeterRegistry registry;

    RoundMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** The same work, measured; {@code round} as in {@link #of}. */
    public <T> Consumer<List<T>> metered(String round, Consumer<List<T>> work) {
        Rounds measured = of(round);
        return gathered -> {
            long start = System.nanoTime();
            try {
                work.accept(gathered);
            } finally {
                measured.ended(gathered.size(), System.nanoTime() - start);
            }
        };
    }

    /**
     * The meters of one kind of rounds.
     *
     * @param round what is gathered: {@code allocation}, {@code report}, {@code submission}
     */
    public Rounds of(String round) {
        return new Rounds(
                Timer.builder("rescue.round.duration")
                        .description("how long a round takes, from those who were gathered to their answers")
                        .tag("round", round)
                        .serviceLevelObjectives(DURATIONS)
                        .register(registry),
                DistributionSummary.builder("rescue.round.size")
                        .description("how many calls a round is for")
                        .tag("round", round)
                        .serviceLevelObjectives(SIZES)
                        .register(registry));
    }

    /** Rounds of one kind. */
    public record Rounds(Timer duration, DistributionSummary size) {

        /** A round for so many calls is over. */
        public void ended(int calls, long nanos) {
            size.record(calls);
            duration.record(nanos, TimeUnit.NANOSECONDS);
        }
    }
}

package org.climaterescue.dispatcher.allocation;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.climaterescue.db.allocation.ReadyQueue.Candidate;
import org.climaterescue.db.allocation.ReadyQueue.Place;
import org.climaterescue.db.host.Headroom;
import org.climaterescue.dispatcher.allocation.AllocationPolicy.Grant;
import org.climaterescue.dispatcher.allocation.AllocationPolicy.Seat;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to decide a round: everybody who waits gets what they want. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class AllocationBenchmark {

    private static final long GB = 1_000_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int HOSTS = 100;

    /** How many nodes wait. */
    @Param({"1", "64", "1000"})
    public int nodes;

    /** How many tasks each of them wants. */
    @Param({"1", "50"})
    public int wanted;

    private List<Seat> line = List.of();
    private List<Candidate> tasks = List.of();

    /** Seats the nodes, and queues a task for each that they want. */
    @Setup
    public void fill() {
        line = IntStream.rangeClosed(1, nodes)
                .mapToObj(no -> new Seat(no, "node " + no, "region " + no % 5, false, 1000 * GB, false, 1, wanted))
                .toList();
        tasks = IntStream.rangeClosed(1, nodes * wanted)
                .mapToObj(no -> new Candidate(
                        new Place(5, 0, Integer.MAX_VALUE, no, 0),
                        no % HOSTS,
                        GB / 1000,
                        Instant.EPOCH,
                        Duration.ZERO,
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        Set.of()))
                .toList();
    }

    /** One round. */
    @Benchmark
    public List<Grant> round() {
        var policy = new AllocationPolicy(
                line, GB, PATIENCE, new Headroom(Integer.MAX_VALUE, Map.of()), List::of, UnaryOperator.identity());
        for (Candidate task : tasks) {
            if (!policy.hungry()) {
                break;
            }
            policy.offer(task);
        }
        return policy.grants();
    }
}

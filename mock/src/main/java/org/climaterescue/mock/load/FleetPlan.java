package org.climaterescue.mock.load;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * How a simulated fleet behaves. What chance decides follows from the number of a node or a task alone, so that a run can be repeated.
 *
 * @param nodes how many; from 1
 * @param tasks how many; from 1
 * @param meanDownload what a download takes on average; most take less, few take several times as much
 * @param failures the share of downloads that fail, 0 to 1, none of a task that had failed before they began; above 0, the
 *     first of all tasks fails whoever has it first
 * @param silent the share of nodes that fall silent in the middle of their work and never come back, 0 to 1; above 0, one at least
 */
public record FleetPlan(int nodes, int tasks, Duration meanDownload, double failures, double silent) {

    private static final double[] CAPACITIES_GB = {50, 100, 200, 500, 1000, 2000};
    private static final String[] REGIONS = {"eu-north", "eu-south", "us-east", "us-west", "asia", "africa", "oceania"};
    private static final int MOST_SLOTS = 8;
    private static final int NODES_PER_OPERATOR = 3;
    private static final long SMALLEST = 10_000;
    private static final double ORDERS = 5;
    private static final double LONGEST = 5;
    /** Few enough that a node with a single slot gets there too. */
    private static final int EARLY = 8;

    /** The usual one: downloads of a second on average, one of fifty fails, one of fifty nodes falls silent. */
    public static FleetPlan usual(int nodes, int tasks) {
        return new FleetPlan(nodes, tasks, Duration.ofSeconds(1), 0.02, 0.02);
    }

    double capacityGb(int node) {
        return CAPACITIES_GB[chance(node, 1).nextInt(CAPACITIES_GB.length)];
    }

    int slots(int node) {
        return 1 + chance(node, 2).nextInt(MOST_SLOTS);
    }

    String operator(int node) {
        return "operator-" + node / NODES_PER_OPERATOR;
    }

    String region(int node) {
        return REGIONS[node / NODES_PER_OPERATOR % REGIONS.length];
    }

    /** After so many finished downloads the node falls silent; never, for most. */
    long silentAfter(int node) {
        // Spread evenly, from the first node on: chance might spare every node of a small fleet.
        boolean falls = Math.ceil((node + 1) * silent) > Math.ceil(node * silent);
        long few = Math.max(1, (long) tasks / nodes / EARLY);
        return falls ? chance(node, 3).nextLong(few) : Long.MAX_VALUE;
    }

    /** How many fall silent in the end. */
    int silentNodes() {
        return (int) IntStream.range(0, nodes)
                .filter(node -> silentAfter(node) < Long.MAX_VALUE)
                .count();
    }

    /** Ten kilobytes to a gigabyte, evenly over the orders of magnitude. */
    long bytes(int task) {
        return Math.round(SMALLEST * Math.pow(10, chance(task, 4).nextDouble() * ORDERS));
    }

    /** Exponentially distributed, cut off. */
    Duration download(int task, int attempt) {
        double factor = -Math.log(1 - chance(task, 5 + attempt).nextDouble());
        return Duration.ofNanos(Math.round(meanDownload.toNanos() * Math.min(LONGEST, factor)));
    }

    /**
     * Never when a task is given out after a failure: a dispatcher's pauses double with each, and a run would end with minutes of
     * waiting. Copies that are given out side by side are all at their first attempt, so more than one of them may fail.
     */
    boolean fails(int task, int attempt, int node) {
        boolean first = task == 0 && failures > 0;
        return attempt == 1 && (first || chance(task * 31 + node, 6).nextDouble() < failures);
    }

    private static SplittableRandom chance(int of, int what) {
        return new SplittableRandom(of * 1_000_003L + what);
    }
}

package org.climaterescue.dispatcher.telemetry;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.climaterescue.dispatcher.coalescing.Coalescing;
import org.climaterescue.dispatcher.intake.Submissions;
import org.climaterescue.protocol.NodeStatus;
import org.climaterescue.protocol.TaskStatus;
import org.jspecify.annotations.Nullable;

/**
 * The whole rescue in figures.
 *
 * @param at when they were read
 * @param countedAt when the tasks and copies were counted, and those that wait: shortly before, or longer ago where counting takes
 *     more than a quarter of a second. Whoever asks then has a new count begun once the last one is ten times as old as it took
 * @param tasks by status, every status present
 * @param copies all copies, extra ones too
 * @param fullestNodeBytes what the node with most bytes holds, as of the count: what those of others compare with
 * @param throughput copies of the last minute
 * @param etaSeconds how long the copies that are still wanted take at that rate; null when nothing moves or nothing is wanted
 * @param queue what waits
 * @param nodes by status, every status present
 * @param deduplication equal submissions at all instances together, over all their starts, by what was equal; what others than the one
 *     that answers have counted in the last ten seconds may be missing
 * @param coalescing equal reads, likewise
 * @param byPriority the most urgent first
 * @param byHost the hosts with most unfinished and failed tasks first, fifty at most
 */
public record Stats(
        Instant at,
        Instant countedAt,
        Map<TaskStatus, Amount> tasks,
        Amount copies,
        long fullestNodeBytes,
        Throughput throughput,
        @Nullable Long etaSeconds,
        Queue queue,
        Map<NodeStatus, Long> nodes,
        Submissions.Counters deduplication,
        Coalescing.Counters coalescing,
        List<OfPriority> byPriority,
        List<OfHost> byHost) {

    /**
     * How many, and how large.
     *
     * @param bytes known sizes only
     */
    public record Amount(long count, long bytes) {}

    /** What came in over the last {@code windowSeconds}. */
    public record Throughput(int windowSeconds, double copiesPerSecond, double bytesPerSecond) {}

    /**
     * What waits.
     *
     * @param ready copies that can be claimed now
     * @param backoff tasks that wait for their next try
     * @param active assignments under way
     * @param oldestSeconds how long the oldest claimable copy has waited; 0 when none does
     */
    public record Queue(long ready, long backoff, long active, double oldestSeconds) {}

    /** The tasks of one priority. */
    public record OfPriority(int priority, Map<TaskStatus, Amount> tasks) {}

    /** The tasks of one host. */
    public record OfHost(String host, Map<TaskStatus, Amount> tasks) {}
}

package org.climaterescue.dispatcher.telemetry;

import java.util.List;
import java.util.Map;
import org.climaterescue.dispatcher.telemetry.Stats.Amount;
import org.climaterescue.protocol.TaskStatus;

/**
 * What only a look at every task tells. Its components are kept in the database by their names: to change them, change what reads
 * those of an earlier version.
 *
 * @param tasks by status, every status present
 * @param copies all copies, extra ones too
 * @param fullestNodeBytes what the node with most bytes holds; 0 in a count that an earlier version has made
 * @param missing copies that are wanted of unfinished tasks and not held
 * @param ready copies that can be claimed
 * @param backoff tasks that wait for their next try
 * @param oldestSeconds how long the oldest claimable copy had waited; 0 when none did
 * @param byPriority the most urgent first
 * @param byHost the hosts with most unfinished and failed tasks first, fifty at most
 */
record Tally(
        Map<TaskStatus, Amount> tasks,
        Amount copies,
        long fullestNodeBytes,
        long missing,
        long ready,
        long backoff,
        double oldestSeconds,
        List<Stats.OfPriority> byPriority,
        List<Stats.OfHost> byHost) {}

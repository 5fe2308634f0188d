package org.climaterescue.dispatcher.membership;

import io.micronaut.context.annotation.Context;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.climaterescue.db.Pipeline;
import org.climaterescue.db.Pipeline.Reply;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.node.Leases;
import org.climaterescue.db.node.Nodes;
import org.climaterescue.db.node.Silence;
import org.climaterescue.dispatcher.gathering.Gathering;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.settings.Settings;
import org.climaterescue.protocol.NodeStatus;

/**
 * Notes heartbeats, those of many nodes in one transaction. A heartbeat is in no hurry, and ten thousand nodes send hundreds a
 * second: so each waits a moment for others.
 */
@Context
final class Heartbeats {

    private static final int BATCH = 1000;

    private static final int BACKLOG = 100_000;

    /** A heartbeat waits for others this part of the time until the next one: 100 ms of 15 s. */
    private static final int PATIENCE = 150;

    private final Transactions transactions;
    private final Nodes nodes;
    private final Leases leases;
    private final Silence silence;
    private final Settings.Liveness liveness;
    private final Gathering<Pending> waiting;

    Heartbeats(Transactions transactions, Nodes nodes, Leases leases, Silence silence, Settings settings) {
        this.transactions = transactions;
        this.nodes = nodes;
        this.leases = leases;
        this.silence = silence;
        this.liveness = settings.liveness();
        this.waiting = Gathering.start(
                "heartbeats", BATCH, BACKLOG, liveness.heartbeat().dividedBy(PATIENCE), this::note);
    }

    /** Notes what is waiting, then stops. */
    @PreDestroy
    void stop() throws InterruptedException {
        waiting.stop();
    }

    /**
     * Notes that a node has been heard of and what it offers, renews the leases that it lists and counts those that it leaves out.
     * Answered after the commit.
     */
    CompletableFuture<Beat> note(int nodeNo, long capacityBytes, List<Leases.Listed> listed) {
        var pending = new Pending(nodeNo, capacityBytes, listed, new CompletableFuture<>());
        if (!waiting.offer(pending)) {
            pending.answer.completeExceptionally(ProblemException.unavailable(
                    "busy", "too many heartbeats wait at this dispatcher; send this one again", Duration.ofSeconds(2)));
        }
        return pending.answer;
    }

    /** Two heartbeats of one node count one after the other. */
    private void note(List<Pending> round) {
        Map<Integer, Pending> first = new HashMap<>();
        List<Pending> later = new ArrayList<>();
        for (Pending pending : round) {
            if (first.putIfAbsent(pending.nodeNo, pending) != null) {
                later.add(pending);
            }
        }
        noteTogether(List.copyOf(first.values()));
        if (!later.isEmpty()) {
            note(later);
        }
    }

    private void noteTogether(List<Pending> beats) {
        try {
            Map<Integer, Beat> noted = transactions.in(connection -> {
                var pipeline = Pipeline.on(connection);
                pipeline.keepPlans();
                int[] nodeNos = beats.stream().mapToInt(Pending::nodeNo).toArray();
                List<Leases.Listed> listed =
                        beats.stream().flatMap(beat -> beat.listed.stream()).toList();
                Reply<List<Nodes.Reported>> reported = nodes.report(
                        pipeline,
                        nodeNos,
                        beats.stream().mapToLong(Pending::capacityBytes).toArray(),
                        silence);
                Reply<List<Leases.Renewed>> renewed =
                        leases.renew(pipeline, nodeNos, listed, liveness.lostAfter(), liveness.stallAfter());
                Reply<List<Leases.Lease>> omitted = leases.omit(pipeline, nodeNos, listed);
                pipeline.send();
                return byNode(reported.get(), renewed.get(), omitted.get());
            });
            beats.forEach(beat -> beat.answer.complete(noted.get(beat.nodeNo)));
        } catch (StorageFailure e) {
            if (beats.size() == 1 || e.away()) {
                beats.forEach(beat -> beat.answer.completeExceptionally(e));
            } else {
                // One that cannot be noted must not take the others with it.
                beats.forEach(beat -> noteTogether(List.of(beat)));
            }
        } catch (RuntimeException | Error e) {
            // Whatever went wrong, the callers are told and the loop goes on.
            beats.forEach(beat -> beat.answer.completeExceptionally(e));
        }
    }

    private static Map<Integer, Beat> byNode(
            List<Nodes.Reported> reported, List<Leases.Renewed> renewed, List<Leases.Lease> omitted) {
        Map<Integer, List<Leases.Renewed>> renewals =
                renewed.stream().collect(Collectors.groupingBy(Leases.Renewed::nodeNo));
        Map<Integer, List<Leases.Lease>> omissions =
                omitted.stream().collect(Collectors.groupingBy(Leases.Lease::nodeNo));
        return reported.stream()
                .collect(Collectors.toMap(
                        Nodes.Reported::nodeNo,
                        node -> new Beat(
                                node.status(),
                                renewals.getOrDefault(node.nodeNo(), List.of()),
                                omissions.getOrDefault(node.nodeNo(), List.of()))));
    }

    /**
     * What came of a heartbeat.
     *
     * @param renewed the listed leases that last longer now
     * @param omitted the leases that two heartbeats in a row have left out
     */
    record Beat(NodeStatus status, List<Leases.Renewed> renewed, List<Leases.Lease> omitted) {}

    private record Pending(
            int nodeNo, long capacityBytes, List<Leases.Listed> listed, CompletableFuture<Beat> answer) {}
}

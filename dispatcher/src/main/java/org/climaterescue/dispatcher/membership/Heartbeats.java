package org.climaterescue.dispatcher.membership;

import io.micronaut.context.annotation.Context;
import io.micronaut.scheduling.TaskExecutors;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Named;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
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

    /** Leases that the heartbeats of one transaction list, those of the last one aside. */
    private static final int MOST_LEASES = 5000;

    /** How long a transaction waits for the lease of a node, which a report may hold; else each heartbeat is noted alone. */
    private static final Duration LONGEST_WAIT = Duration.ofMillis(500);

    /** A heartbeat waits for others this part of the time until the next one: 100 ms of 15 s. */
    private static final int PATIENCE = 150;

    private final Transactions transactions;
    private final Nodes nodes;
    private final Leases leases;
    private final Silence silence;
    private final Settings.Liveness liveness;
    private final ExecutorService blocking;
    private final Gathering<Pending> waiting;

    Heartbeats(
            Transactions transactions,
            Nodes nodes,
            Leases leases,
            Silence silence,
            Settings settings,
            @Named(TaskExecutors.BLOCKING) ExecutorService blocking) {
        this.transactions = transactions;
        this.nodes = nodes;
        this.leases = leases;
        this.silence = silence;
        this.liveness = settings.liveness();
        this.blocking = blocking;
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
        submit(pending);
        return pending.answer;
    }

    private void submit(Pending pending) {
        if (!waiting.offer(pending)) {
            pending.answer.completeExceptionally(ProblemException.unavailable(
                    "busy", "too many heartbeats wait at this dispatcher; send this one again", Duration.ofSeconds(2)));
        }
    }

    /** Two heartbeats of one node count one after the other: the second is for the next round. */
    private void note(List<Pending> round) {
        Map<Integer, Pending> first = new LinkedHashMap<>();
        int leases = 0;
        for (Pending pending : round) {
            if (leases > MOST_LEASES || first.putIfAbsent(pending.nodeNo, pending) != null) {
                submit(pending);
            } else {
                leases += pending.listed.size();
            }
        }
        List<Pending> beats = List.copyOf(first.values());
        try {
            Map<Integer, Beat> noted = transactions.in(connection -> note(connection, beats, false));
            for (Pending beat : beats) {
                Beat answer = noted.get(beat.nodeNo);
                if (answer == null) {
                    noteLater(beat);
                } else {
                    beat.answer.complete(answer);
                }
            }
        } catch (StorageFailure e) {
            if (e.away() && !e.waitedInVain()) {
                beats.forEach(beat -> beat.answer.completeExceptionally(e));
            } else {
                // One that cannot be noted must not take the others with it.
                beats.forEach(this::noteLater);
            }
        } catch (RuntimeException | Error e) {
            // Whatever went wrong, the callers are told and the loop goes on.
            beats.forEach(beat -> beat.answer.completeExceptionally(e));
        }
    }

    /** Alone and beside the loop, for it may have to wait: a row of the node is locked just now. */
    private void noteLater(Pending beat) {
        blocking.execute(() -> {
            try {
                Map<Integer, Beat> noted = transactions.in(connection -> note(connection, List.of(beat), true));
                beat.answer.complete(noted.get(beat.nodeNo));
            } catch (RuntimeException | Error e) {
                beat.answer.completeExceptionally(e);
            }
        });
    }

    /** Unless it is patient, rows of nodes that are locked just now are passed over: their nodes are missing in the answer. */
    private Map<Integer, Beat> note(Connection connection, List<Pending> beats, boolean patient) throws SQLException {
        var first = Pipeline.on(connection);
        if (!patient) {
            first.list("select set_config('lock_timeout', ?, true)", row -> true, LONGEST_WAIT.toMillis() + "ms");
        }
        Reply<List<Nodes.Reported>> reported = nodes.report(
                first,
                beats.stream().mapToInt(Pending::nodeNo).toArray(),
                beats.stream().mapToLong(Pending::capacityBytes).toArray(),
                patient,
                silence);
        first.send();
        Map<Integer, Nodes.Reported> present =
                reported.get().stream().collect(Collectors.toMap(Nodes.Reported::nodeNo, Function.identity()));
        int[] nodeNos = present.keySet().stream().mapToInt(Integer::intValue).toArray();
        List<Leases.Listed> listed = beats.stream()
                .filter(beat -> present.containsKey(beat.nodeNo))
                .flatMap(beat -> beat.listed.stream())
                .toList();
        var second = Pipeline.on(connection);
        Reply<List<Leases.Renewed>> renewed =
                leases.renew(second, nodeNos, listed, liveness.lostAfter(), liveness.stallAfter());
        Reply<List<Leases.Lease>> omitted = leases.omit(second, nodeNos, listed);
        second.send();
        return byNode(reported.get(), renewed.get(), omitted.get());
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

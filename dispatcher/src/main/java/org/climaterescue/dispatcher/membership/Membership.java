package org.climaterescue.dispatcher.membership;

import io.micronaut.scheduling.TaskExecutors;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.ledger.Ledger;
import org.climaterescue.db.node.Leases;
import org.climaterescue.db.node.Nodes;
import org.climaterescue.db.node.Silence;
import org.climaterescue.dispatcher.assignment.CustodyDesk;
import org.climaterescue.dispatcher.assignment.CustodyDesk.Order;
import org.climaterescue.dispatcher.assignment.TaskOrders;
import org.climaterescue.dispatcher.bell.WorkBell;
import org.climaterescue.dispatcher.node.NodeRegistry;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.security.Caller;
import org.climaterescue.dispatcher.settings.Settings;
import org.climaterescue.protocol.AssignmentId;
import org.climaterescue.protocol.Heartbeat;
import org.climaterescue.protocol.Limits;
import org.climaterescue.protocol.NodeRegistration;
import org.climaterescue.protocol.NodeStatus;
import org.climaterescue.protocol.NodeWelcome;
import org.climaterescue.protocol.Sha256;
import org.climaterescue.protocol.StopReason;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Joining, living, draining and leaving. */
@Singleton
final class Membership {

    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final int PAGE = 1000;

    private final Transactions transactions;
    private final Nodes nodes;
    private final Leases leases;
    private final Ledger ledger;
    private final NodeRegistry registry;
    private final Heartbeats heartbeats;
    private final CustodyDesk desk;
    private final WorkBell bell;
    private final Settings.Liveness liveness;
    private final Silence silence;
    private final ExecutorService blocking;
    private final Tokens tokens = new Tokens();

    Membership(
            Transactions transactions,
            Nodes nodes,
            Leases leases,
            Ledger ledger,
            NodeRegistry registry,
            Heartbeats heartbeats,
            CustodyDesk desk,
            WorkBell bell,
            Silence silence,
            Settings settings,
            @Named(TaskExecutors.BLOCKING) ExecutorService blocking) {
        this.transactions = transactions;
        this.nodes = nodes;
        this.leases = leases;
        this.ledger = ledger;
        this.registry = registry;
        this.heartbeats = heartbeats;
        this.desk = desk;
        this.bell = bell;
        this.liveness = settings.liveness();
        this.silence = silence;
        this.blocking = blocking;
    }

    /**
     * Takes a node in, or back.
     *
     * @param shown the token that the caller showed; null when it showed none
     */
    Joined join(NodeRegistration node, Caller caller, @Nullable String shown) {
        String ownId = caller.nodeId();
        if (ownId != null && node.nodeId() != null && !ownId.equals(node.nodeId())) {
            throw notYours(node.nodeId());
        }
        String wanted = node.nodeId() == null ? ownId : node.nodeId();
        String nodeId = wanted == null ? tokens.nodeId() : wanted;
        String token = tokens.token();
        Joined joined = transactions.in(connection -> {
            Optional<Integer> added = nodes.add(
                    connection,
                    nodeId,
                    node,
                    Limits.bytes(node.capacityGb()),
                    Sha256.ofText(token).bytes());
            if (added.isPresent()) {
                return new Joined(true, welcome(nodeId, token, NodeStatus.ACTIVE));
            }
            Nodes.Known known = nodes.lock(connection, nodeId).orElseThrow(() -> NodeRegistry.unknown(nodeId));
            if (known.dismissed() && caller instanceof Caller.Node) {
                throw NodeRegistry.dismissed(nodeId);
            }
            if (!known.dismissed() && !caller.mayActFor(nodeId)) {
                throw notYours(nodeId);
            }
            String kept = shown != null && Sha256.ofText(shown).hex().equals(known.tokenSha256()) ? shown : token;
            boolean speaksForAnother = nodes.update(
                    connection,
                    known.nodeNo(),
                    node,
                    Limits.bytes(node.capacityGb()),
                    Sha256.ofText(kept).bytes());
            if (speaksForAnother) {
                ledger.changeVoice(connection, known.nodeNo());
            }
            return new Joined(false, welcome(nodeId, kept, nodes.status(connection, known.nodeNo(), silence)));
        });
        registry.forget(nodeId);
        if (!joined.isNew()) {
            changeVoice(nodeId);
        }
        return joined;
    }

    /**
     * A node may come back with another operator: then its copies are that one's votes, task by task. Also when nothing has
     * changed just now, for whoever did this last may have been killed on the way.
     */
    private void changeVoice(String nodeId) {
        List<Order<Boolean>> orders;
        do {
            orders = transactions.in(connection -> {
                int nodeNo = nodes.find(connection, nodeId)
                        .orElseThrow(() -> NodeRegistry.unknown(nodeId))
                        .nodeNo();
                String voice = nodes.voice(connection, nodeNo);
                return nodes.copiesOfAnotherVoice(connection, nodeNo, voice, PAGE).stream()
                        .map(task -> TaskOrders.changeVoice(task, nodeNo, voice))
                        .toList();
            });
            desk.carryOut(orders);
        } while (!orders.isEmpty());
    }

    /** Renews what the heartbeat lists, releases what two in a row have left out, learns sizes, and says what to stop. */
    CompletableFuture<Heartbeat.Answer> beat(String nodeId, Heartbeat heartbeat, Caller caller) {
        Map<AssignmentId, Heartbeat.Progress> listed = listed(heartbeat);
        return registry.registered(nodeId)
                .thenCompose(node -> {
                    caller.requireNode(nodeId);
                    return heartbeats.note(
                            node.nodeNo(), Limits.bytes(heartbeat.capacityGb()), leases(node.nodeNo(), listed));
                })
                .thenCompose(beat -> isQuiet(beat, heartbeat)
                        ? CompletableFuture.completedFuture(answer(beat, List.of()))
                        : CompletableFuture.supplyAsync(() -> conclude(beat, heartbeat, listed), blocking));
    }

    private static List<Leases.Listed> leases(int nodeNo, Map<AssignmentId, Heartbeat.Progress> listed) {
        return listed.entrySet().stream()
                .map(entry -> new Leases.Listed(
                        nodeNo,
                        entry.getKey().task(),
                        entry.getKey().token(),
                        entry.getValue().bytesDone(),
                        entry.getValue().sizeBytes()))
                .toList();
    }

    /** Whether nothing follows from a heartbeat: all that it lists is renewed, nothing was left out, and no size is new. */
    private static boolean isQuiet(Heartbeats.Beat beat, Heartbeat heartbeat) {
        return beat.omitted().isEmpty()
                && beat.renewed().size() == heartbeat.assignments().size()
                && beat.renewed().stream().allMatch(lease -> lease.news() == null);
    }

    private Heartbeat.Answer conclude(
            Heartbeats.Beat beat, Heartbeat heartbeat, Map<AssignmentId, Heartbeat.Progress> listed) {
        desk.carryOut(Stream.concat(
                        beat.omitted().stream().map(lease -> TaskOrders.releaseOmitted(lease.taskId(), lease.token())),
                        beat.renewed().stream().flatMap(Membership::news))
                .toList());
        return answer(beat, stops(heartbeat, listed, beat.renewed()));
    }

    private Heartbeat.Answer answer(Heartbeats.Beat beat, List<Heartbeat.Stop> stops) {
        List<Heartbeat.Renewed> renewed = beat.renewed().stream()
                .map(lease -> new Heartbeat.Renewed(
                        new AssignmentId(lease.taskId(), lease.token()).toString(),
                        liveness.lostAfter().toSeconds()))
                .toList();
        return new Heartbeat.Answer(beat.status(), renewed, stops);
    }

    private static Stream<Order<Boolean>> news(Leases.Renewed lease) {
        Long size = lease.news();
        return size == null ? Stream.empty() : Stream.of(TaskOrders.tell(lease.taskId(), lease.token(), size));
    }

    /** The node finishes what it has and gets nothing new: by its own word until it signs off, by an operator's until {@link #resume}. */
    NodeStatus drain(String nodeId, boolean byItself) {
        NodeStatus now = changed(nodeId, (connection, nodeNo) -> nodes.drain(connection, nodeNo, byItself));
        if (!byItself) {
            LOG.info("an operator drains node {}", nodeId);
        }
        return now;
    }

    /** Undoes a drain. */
    NodeStatus resume(String nodeId) {
        NodeStatus now = changed(nodeId, nodes::resume);
        LOG.info("an operator lets node {} have work again", nodeId);
        bell.ring();
        return now;
    }

    /** What is to become of a node's row. */
    private interface Change {
        void make(Connection connection, int nodeNo) throws SQLException;
    }

    /** How a node stands after a change that was made under its lock. */
    private NodeStatus changed(String nodeId, Change change) {
        return transactions.in(connection -> {
            Nodes.Known node = nodes.lock(connection, nodeId).orElseThrow(() -> NodeRegistry.unknown(nodeId));
            change.make(connection, node.nodeNo());
            return nodes.status(connection, node.nodeNo(), silence);
        });
    }

    /**
     * The node leaves: its assignments go back at once, and its copies too if they are withdrawn. A round locks the rows of those
     * to whom it gives something, so that it gives this one its work before or not at all.
     */
    Left leave(String nodeId, boolean withdrawCopies, boolean byOperator) {
        Gone gone = transactions.in(connection -> {
            Nodes.Known node = nodes.lock(connection, nodeId).orElseThrow(() -> NodeRegistry.unknown(nodeId));
            nodes.leave(connection, node.nodeNo(), byOperator);
            List<Boolean> released = desk.carryOut(
                    connection,
                    leases.of(connection, node.nodeNo()).stream()
                            .map(lease -> TaskOrders.release(lease.taskId(), lease.token(), "the node signed off"))
                            .toList());
            return new Gone(
                    node.nodeNo(), released.stream().filter(done -> done).count());
        });
        registry.forget(nodeId);
        if (byOperator) {
            LOG.info("an operator signs node {} off{}", nodeId, withdrawCopies ? ", and withdraws its copies" : "");
        }
        if (gone.released() > 0) {
            bell.ring();
        }
        return new Left(
                nodeId, NodeStatus.GONE, gone.released(), withdrawCopies ? withdraw(gone.nodeNo(), byOperator) : 0);
    }

    private long withdraw(int nodeNo, boolean byOperator) {
        long withdrawn = 0;
        long after = 0;
        while (true) {
            long from = after;
            List<Long> page = transactions.in(connection -> nodes.copiesOf(connection, nodeNo, from, PAGE));
            if (page.isEmpty()) {
                return withdrawn;
            }
            withdrawn += desk
                    .carryOut(page.stream()
                            .map(task -> TaskOrders.withdraw(
                                    task, nodeNo, byOperator, "the node signed off with its copies"))
                            .toList())
                    .stream()
                    .filter(done -> done)
                    .count();
            after = page.getLast();
        }
    }

    /** What the heartbeat lists and was not renewed: stalled or run out by now, ended before, or never given out. */
    private List<Heartbeat.Stop> stops(
            Heartbeat heartbeat, Map<AssignmentId, Heartbeat.Progress> listed, List<Leases.Renewed> renewed) {
        List<AssignmentId> dead = new ArrayList<>(listed.keySet());
        renewed.forEach(lease -> dead.remove(new AssignmentId(lease.taskId(), lease.token())));
        // Run out first, as the sweep has it: a node that could not say anything for so long is not blamed for the
        // silence.
        desk.carryOut(dead.stream()
                .flatMap(id -> Stream.of(
                        TaskOrders.expire(id.task(), id.token()),
                        TaskOrders.expireStalled(id.task(), id.token(), liveness.stallAfter())))
                .toList());
        Map<Long, StopReason> reasons = dead.isEmpty()
                ? Map.of()
                : transactions
                        .in(connection -> leases.stopped(
                                connection,
                                dead.stream().mapToLong(AssignmentId::task).toArray(),
                                dead.stream().mapToLong(AssignmentId::token).toArray()))
                        .stream()
                        .collect(Collectors.toMap(Leases.Stopped::token, Leases.Stopped::reason));
        List<Heartbeat.Stop> stops = new ArrayList<>();
        dead.forEach(id ->
                stops.add(new Heartbeat.Stop(id.toString(), reasons.getOrDefault(id.token(), StopReason.EXPIRED))));
        heartbeat.assignments().stream()
                .map(Heartbeat.Progress::assignmentId)
                .filter(id -> AssignmentId.parse(id).isEmpty())
                .forEach(id -> stops.add(new Heartbeat.Stop(id, StopReason.EXPIRED)));
        return stops;
    }

    private static Map<AssignmentId, Heartbeat.Progress> listed(Heartbeat heartbeat) {
        return heartbeat.assignments().stream()
                .flatMap(progress ->
                        AssignmentId.parse(progress.assignmentId()).stream().map(id -> Map.entry(id, progress)))
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        Map.Entry::getValue,
                        (one, other) -> one.bytesDone() >= other.bytesDone() ? one : other));
    }

    private NodeWelcome welcome(String nodeId, String token, NodeStatus status) {
        return new NodeWelcome(
                nodeId,
                token,
                Math.max(1, liveness.heartbeat().toSeconds()),
                liveness.lostAfter().toSeconds(),
                status);
    }

    private static ProblemException notYours(String nodeId) {
        return ProblemException.forbidden(
                "node " + nodeId + " exists already; only it may introduce itself again, with its own token");
    }

    /** A node that was taken in; {@code isNew} tells it from one that came back. */
    record Joined(boolean isNew, NodeWelcome welcome) {}

    /**
     * A node that has left.
     *
     * @param released assignments that went back
     * @param withdrawn copies that no longer count
     */
    record Left(String nodeId, NodeStatus status, long released, long withdrawn) {}

    private record Gone(int nodeNo, long released) {}
}

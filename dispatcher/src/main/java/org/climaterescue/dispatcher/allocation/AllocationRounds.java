package org.climaterescue.dispatcher.allocation;

import io.micronaut.context.annotation.Context;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.allocation.ReadyQueue;
import org.climaterescue.db.allocation.ReadyQueue.Candidate;
import org.climaterescue.db.allocation.ReadyQueue.Claimed;
import org.climaterescue.db.allocation.ReadyQueue.Pick;
import org.climaterescue.db.allocation.ReadyQueue.Place;
import org.climaterescue.db.node.Room;
import org.climaterescue.db.node.Silence;
import org.climaterescue.dispatcher.allocation.AllocationPolicy.Seat;
import org.climaterescue.dispatcher.allocation.WaitingRoom.Caller;
import org.climaterescue.dispatcher.bell.WorkBell;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.settings.Settings;
import org.climaterescue.protocol.DispatchRequest;
import org.climaterescue.protocol.NodeStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The loop that serves the waiting room, round by round. */
@Context
final class AllocationRounds {

    private static final Logger LOG = LoggerFactory.getLogger(AllocationRounds.class);

    /** Rows of the queue read at a time. */
    private static final int PAGE = 1000;

    /** How many heartbeats a task waits for a node that would serve it better. */
    private static final int PATIENCE_HEARTBEATS = 2;

    private final WaitingRoom room = new WaitingRoom();
    private final Transactions transactions;
    private final Room guests;
    private final ReadyQueue queue;
    private final WorkBell bell;
    private final Settings.Rescue rescue;
    private final Silence silence;
    private final Duration patience;
    private final Thread loop = Thread.ofPlatform().name("allocation-rounds").unstarted(this::serve);

    AllocationRounds(Transactions transactions, Room guests, ReadyQueue queue, WorkBell bell, Settings settings) {
        this.transactions = transactions;
        this.guests = guests;
        this.queue = queue;
        this.bell = bell;
        this.rescue = settings.rescue();
        this.silence = new Silence(
                settings.liveness().suspectAfter(), settings.liveness().lostAfter());
        this.patience = settings.liveness().heartbeat().multipliedBy(PATIENCE_HEARTBEATS);
    }

    @PostConstruct
    void start() {
        bell.onRing(room::signal);
        loop.start();
    }

    @PreDestroy
    void stop() throws InterruptedException {
        room.close().forEach(caller -> caller.answer().complete(new Given(List.of(), NodeStatus.ACTIVE)));
        loop.join(Duration.ofSeconds(10));
    }

    /** Joins the room; the answer comes after the commit of the round that gave something, or when patience ends. */
    CompletableFuture<Given> ask(DispatchRequest request) {
        Caller caller = Caller.of(request);
        if (!room.enter(caller)) {
            return CompletableFuture.failedFuture(ProblemException.unavailable(
                    "busy",
                    "too many nodes wait for work at this dispatcher; ask again in a few seconds",
                    Duration.ofSeconds(5)));
        }
        return caller.answer();
    }

    private void serve() {
        try {
            for (List<Caller> line = room.await(); !line.isEmpty(); line = room.await()) {
                serve(line);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(List<Caller> line) {
        Map<Caller, Given> answers;
        try {
            answers = round(line);
        } catch (RuntimeException | Error e) {
            // Whatever went wrong, the callers are told and the loop goes on.
            LOG.debug("a round failed, {} callers are told", line.size(), e);
            room.leave(line);
            line.forEach(caller -> caller.answer().completeExceptionally(e));
            return;
        }
        List<Caller> done = line.stream()
                .filter(caller -> {
                    Given given = answers.get(caller);
                    return !caller.patient() || (given != null && !given.tasks().isEmpty());
                })
                .toList();
        room.leave(done);
        done.forEach(caller ->
                caller.answer().complete(answers.getOrDefault(caller, new Given(List.of(), NodeStatus.ACTIVE))));
    }

    /** One round: one transaction. A caller that is missing in the answer is being served by another instance. */
    Map<Caller, Given> round(List<Caller> line) {
        return transactions.in(connection -> {
            Map<String, Caller> byNode = line.stream()
                    .collect(Collectors.toMap(caller -> caller.request().nodeId(), caller -> caller));
            Map<Integer, Caller> callers = new HashMap<>();
            Map<String, Seat> seats = new HashMap<>();
            Map<Caller, NodeStatus> statuses = new HashMap<>();
            for (Room.Guest guest : guests.admit(connection, asks(line))) {
                Caller caller = byNode.get(guest.nodeId());
                if (caller != null) {
                    callers.put(guest.nodeNo(), caller);
                    seats.put(guest.nodeId(), seat(guest, caller.request()));
                    statuses.put(caller, guest.draining() ? NodeStatus.DRAINING : NodeStatus.ACTIVE);
                }
            }
            List<Claimed> claimed = allocate(connection, inTurn(line, seats));
            Map<Integer, List<Claimed>> byNo = claimed.stream().collect(Collectors.groupingBy(Claimed::nodeNo));
            Map<Caller, Given> answers = new HashMap<>();
            callers.forEach((nodeNo, caller) -> answers.put(
                    caller,
                    new Given(byNo.getOrDefault(nodeNo, List.of()), statuses.getOrDefault(caller, NodeStatus.ACTIVE))));
            return answers;
        });
    }

    private List<Claimed> allocate(Connection connection, List<Seat> line) throws SQLException {
        var others = new OnceADecision(connection);
        var policy = new AllocationPolicy(line, rescue.unknownSizeBytes(), patience, others::get);
        Place place = Place.START;
        while (policy.hungry()) {
            List<Candidate> page = queue.page(
                    connection, place, policy.lowestFloor(), policy.largestSpace(), rescue.unknownSizeBytes(), PAGE);
            for (Candidate task : page) {
                policy.offer(task);
            }
            if (page.size() < PAGE) {
                break;
            }
            place = page.getLast().place();
        }
        if (policy.grants().isEmpty()) {
            return List.of();
        }
        List<Pick> picks = policy.grants().stream()
                .map(grant -> new Pick(
                        grant.task().place().taskId(),
                        grant.task().place().slot(),
                        grant.task().since(),
                        grant.nodeNo(),
                        grant.reservedBytes()))
                .toList();
        return queue.claim(connection, picks, silence.lostAfter());
    }

    private static List<Room.Ask> asks(List<Caller> line) {
        return line.stream()
                .map(Caller::request)
                .map(request -> new Room.Ask(request.nodeId(), request.capacityBytes(), request.floor()))
                .toList();
    }

    private static List<Seat> inTurn(List<Caller> line, Map<String, Seat> seats) {
        List<Seat> inTurn = new ArrayList<>();
        for (Caller caller : line) {
            Seat seat = seats.get(caller.request().nodeId());
            if (seat != null) {
                inTurn.add(seat);
            }
        }
        return inTurn;
    }

    private static Seat seat(Room.Guest guest, DispatchRequest request) {
        int free = guest.slots() == null ? Integer.MAX_VALUE : guest.slots() - guest.leases();
        return new Seat(
                guest.nodeNo(),
                guest.voice(),
                request.capacityBytes() - guest.reservedBytes(),
                request.floor(),
                guest.draining() ? 0 : Math.min(request.wanted(), free));
    }

    /** Reads the other nodes at most once a round, and only when a preference depends on them. */
    private final class OnceADecision {

        private final Connection connection;
        private List<Room.Bystander> found = List.of();
        private boolean read;

        OnceADecision(Connection connection) {
            this.connection = connection;
        }

        List<Room.Bystander> get() {
            if (!read) {
                try {
                    found = guests.bystanders(connection, silence);
                } catch (SQLException e) {
                    throw new StorageFailure(e);
                }
                read = true;
            }
            return found;
        }
    }
}

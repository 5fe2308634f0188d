package org.climaterescue.dispatcher.allocation;

import io.micronaut.context.annotation.Context;
import io.micronaut.runtime.graceful.GracefulShutdownCapable;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
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
final class AllocationRounds implements GracefulShutdownCapable {

    private static final Logger LOG = LoggerFactory.getLogger(AllocationRounds.class);

    /** Rows of the queue read at a time. */
    private static final int PAGE = 1000;

    /** How many heartbeats a task waits for a node that would serve it better. */
    private static final int PATIENCE_HEARTBEATS = 2;

    /** How long after the end of its patience a caller is held whose node's row is locked. */
    private static final Duration LONGEST_ABSENCE = Duration.ofSeconds(5);

    private final WaitingRoom room = new WaitingRoom();
    private final Transactions transactions;
    private final Room guests;
    private final ReadyQueue queue;
    private final WorkBell bell;
    private final Settings.Rescue rescue;
    private final Silence silence;
    private final Duration patience;
    private final Duration retryBase;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread loop = Thread.ofPlatform().name("allocation-rounds").unstarted(this::serve);

    AllocationRounds(
            Transactions transactions,
            Room guests,
            ReadyQueue queue,
            WorkBell bell,
            Silence silence,
            Settings settings) {
        this.transactions = transactions;
        this.guests = guests;
        this.queue = queue;
        this.bell = bell;
        this.rescue = settings.rescue();
        this.silence = silence;
        this.retryBase = settings.retries().base();
        this.patience = settings.liveness().heartbeat().multipliedBy(PATIENCE_HEARTBEATS);
    }

    @PostConstruct
    void start() {
        bell.onRing(room::signal);
        loop.start();
    }

    /** Lets the round under way answer those whom it gave something, and turns the others away, before the server stops. */
    @Override
    public CompletionStage<?> shutdownGracefully() {
        room.close();
        return ended.thenRun(() ->
                room.callers().forEach(caller -> caller.answer().completeExceptionally(busy("this dispatcher stops"))));
    }

    @Override
    public OptionalLong reportActiveTasks() {
        return OptionalLong.of(room.callers().size());
    }

    @PreDestroy
    void stop() throws InterruptedException {
        shutdownGracefully();
        loop.join(Duration.ofSeconds(10));
    }

    /**
     * Joins the room; the answer comes after the commit of the round that gave something, or when patience ends. Who
     * completes it from outside leaves the room.
     */
    CompletableFuture<Given> ask(DispatchRequest request) {
        Caller caller = Caller.of(request);
        if (!room.enter(caller)) {
            return CompletableFuture.failedFuture(busy("too many nodes wait for work at this dispatcher"));
        }
        return caller.answer();
    }

    private static ProblemException busy(String why) {
        return ProblemException.unavailable("busy", why + "; ask again in a few seconds", Duration.ofSeconds(2));
    }

    private void serve() {
        try {
            for (List<Caller> line = room.await(); !line.isEmpty(); line = room.await()) {
                serve(line);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } finally {
            ended.complete(null);
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
        Map<Caller, Runnable> done = new LinkedHashMap<>();
        for (Caller caller : line) {
            Given given = answers.get(caller);
            if (given != null && (given.isFinal() || !caller.patient())) {
                done.put(caller, () -> caller.answer().complete(given));
            } else if (given == null && caller.overdueBy(LONGEST_ABSENCE)) {
                done.put(
                        caller,
                        () -> caller.answer().completeExceptionally(busy("the node is being served elsewhere")));
            }
        }
        room.leave(done.keySet());
        done.values().forEach(Runnable::run);
    }

    /** One round: one transaction. A caller that is missing in the answer takes part in the next one: its node's row is locked. */
    Map<Caller, Given> round(List<Caller> line) {
        return transactions.in(connection -> {
            Map<String, Room.Guest> present = guests.admit(connection, asks(line)).stream()
                    .collect(Collectors.toMap(Room.Guest::nodeId, Function.identity()));
            List<Caller> served = line.stream()
                    .filter(caller -> present.containsKey(caller.request().nodeId()))
                    .toList();
            List<Seat> seats = served.stream()
                    .map(caller -> seat(guest(present, caller), caller.request()))
                    .toList();
            Map<Integer, List<Claimed>> claimed =
                    allocate(connection, seats).stream().collect(Collectors.groupingBy(Claimed::nodeNo));
            Map<Caller, Given> answers = new HashMap<>();
            for (Caller caller : served) {
                Room.Guest guest = guest(present, caller);
                answers.put(caller, new Given(claimed.getOrDefault(guest.nodeNo(), List.of()), guest.status()));
            }
            return answers;
        });
    }

    private static Room.Guest guest(Map<String, Room.Guest> present, Caller caller) {
        return Objects.requireNonNull(present.get(caller.request().nodeId()));
    }

    private List<Claimed> allocate(Connection connection, List<Seat> line) throws SQLException {
        var others = new OnceADecision(connection);
        var policy = new AllocationPolicy(line, rescue.unknownSizeBytes(), patience, others::get);
        Place place = Place.START;
        while (policy.hungry()) {
            List<Candidate> page = queue.page(
                    connection,
                    place,
                    policy.lowestFloor(),
                    policy.largestSpace(),
                    rescue.unknownSizeBytes(),
                    retryBase,
                    PAGE);
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

    private static Seat seat(Room.Guest guest, DispatchRequest request) {
        int free = guest.slots() == null ? Integer.MAX_VALUE : guest.slots() - guest.leases();
        return new Seat(
                guest.nodeNo(),
                guest.voice(),
                request.capacityBytes() - guest.reservedBytes(),
                request.floor(),
                guest.status() == NodeStatus.ACTIVE ? Math.min(request.wanted(), free) : 0);
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

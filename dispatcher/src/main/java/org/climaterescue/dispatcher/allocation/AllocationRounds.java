package org.climaterescue.dispatcher.allocation;

import io.micronaut.context.annotation.Context;
import io.micronaut.runtime.graceful.GracefulShutdownCapable;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.climaterescue.db.Pipeline;
import org.climaterescue.db.Pipeline.Reply;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.allocation.ReadyQueue;
import org.climaterescue.db.allocation.ReadyQueue.Claim;
import org.climaterescue.db.allocation.ReadyQueue.Claimed;
import org.climaterescue.db.allocation.ReadyQueue.Head;
import org.climaterescue.db.allocation.ReadyQueue.Pick;
import org.climaterescue.db.allocation.ReadyQueue.Place;
import org.climaterescue.db.host.Headroom;
import org.climaterescue.db.host.Hosts;
import org.climaterescue.db.node.Room;
import org.climaterescue.db.node.Silence;
import org.climaterescue.db.node.Turns;
import org.climaterescue.dispatcher.allocation.AllocationPolicy.Grant;
import org.climaterescue.dispatcher.allocation.AllocationPolicy.Seat;
import org.climaterescue.dispatcher.allocation.WaitingRoom.Caller;
import org.climaterescue.dispatcher.allocation.WaitingRoom.Line;
import org.climaterescue.dispatcher.bell.WorkBell;
import org.climaterescue.dispatcher.gathering.RoundMeters;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.service.InstanceId;
import org.climaterescue.dispatcher.settings.Settings;
import org.climaterescue.protocol.DispatchRequest;
import org.climaterescue.protocol.Limits;
import org.climaterescue.protocol.NodeStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The loop that serves the waiting room, round by round. */
@Context
final class AllocationRounds implements GracefulShutdownCapable {

    private static final Logger LOG = LoggerFactory.getLogger(AllocationRounds.class);

    /** How many heartbeats a task waits for a node that would serve it better. */
    private static final int PATIENCE_HEARTBEATS = 2;

    /** How long after the end of its patience a caller is held whose node's row is locked. */
    private static final Duration LONGEST_ABSENCE = Duration.ofSeconds(5);

    private final WaitingRoom room = new WaitingRoom();
    private final Notices notices;
    private final Heads heads = new Heads(System::nanoTime);
    private final Transactions transactions;
    private final Turns turns;
    private final Room guests;
    private final ReadyQueue queue;
    private final Hosts hosts;
    private final WorkBell bell;
    private final Settings.Rescue rescue;
    private final Silence silence;
    private final Duration patience;
    private final Duration retryBase;
    private final DispatchMeters meters;
    private final RoundMeters.Rounds measured;
    /** Where the last round stopped in a queue that nobody could take much of; only the loop reads and writes it. */
    private Place goOnAt = Place.START;

    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread loop = Thread.ofPlatform().name("allocation-rounds").unstarted(this::serve);

    AllocationRounds(
            Transactions transactions,
            Turns turns,
            Room guests,
            ReadyQueue queue,
            Hosts hosts,
            WorkBell bell,
            Silence silence,
            InstanceId instance,
            DispatchMeters meters,
            RoundMeters rounds,
            Settings settings) {
        this.meters = meters;
        this.measured = rounds.of("allocation");
        this.notices = new Notices(turns, instance.value());
        this.transactions = transactions;
        this.turns = turns;
        this.guests = guests;
        this.queue = queue;
        this.hosts = hosts;
        this.bell = bell;
        this.rescue = settings.rescue();
        this.silence = silence;
        this.retryBase = settings.retries().base();
        this.patience = settings.liveness().heartbeat().multipliedBy(PATIENCE_HEARTBEATS);
    }

    @PostConstruct
    void start() {
        bell.onRing(room::signal);
        meters.waiting(room::size);
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
        return OptionalLong.of(room.size());
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
        var _ = caller.answer().whenComplete(meters.answered());
        if (!room.enter(caller)) {
            caller.answer().completeExceptionally(busy("too many nodes wait for work at this dispatcher"));
        }
        return caller.answer();
    }

    private static ProblemException busy(String why) {
        return ProblemException.unavailable("busy", why + "; ask again in a few seconds", Duration.ofSeconds(2));
    }

    private void serve() {
        try {
            for (Line line = room.await(); !line.callers().isEmpty(); line = room.await()) {
                if (!serve(line)) {
                    serve(room.whole());
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } finally {
            ended.complete(null);
        }
    }

    /**
     * One round for the first call of each node; a further one has its turn when the first has been answered.
     *
     * @return false when nothing was done, for there is something that others in the room may want as well
     */
    private boolean serve(Line asked) {
        List<Caller> callers = asked.callers();
        Map<String, Caller> line = new LinkedHashMap<>();
        callers.forEach(caller -> line.putIfAbsent(caller.nodeId(), caller));
        long began = System.nanoTime();
        Optional<Map<String, Given>> round;
        try {
            round = asked.isWhole() || !notices.areLost()
                    ? round(List.copyOf(line.values()), asked.isWhole())
                    : Optional.empty();
        } catch (RuntimeException | Error e) {
            // Whatever went wrong, the callers are told and the loop goes on.
            notices.lost();
            heads.forget();
            if (e instanceof StorageFailure away && away.away()) {
                LOG.debug("no round while the database is away: {}", away.getMessage());
            } else {
                LOG.error("a round failed, {} callers are told", line.size(), e);
            }
            room.leave(callers);
            callers.forEach(caller -> caller.answer().completeExceptionally(e));
            return true;
        }
        if (round.isEmpty()) {
            return false;
        }
        Map<String, Given> answers = round.get();
        Map<Caller, Runnable> done = new LinkedHashMap<>();
        List<Caller> unserved = new ArrayList<>();
        for (Caller caller : callers) {
            Given given = answers.get(caller.nodeId());
            if (given == null) {
                unserved.add(caller);
                if (caller.overdueBy(LONGEST_ABSENCE)) {
                    done.put(
                            caller,
                            () -> caller.answer()
                                    .completeExceptionally(busy("another call of the node is being served")));
                }
            } else if (caller.equals(line.get(caller.nodeId()))) {
                if (given.isFinal() || !caller.patient()) {
                    done.put(caller, () -> caller.answer().complete(given));
                }
            } else if (given.tasks().isEmpty() && (given.isFinal() || !caller.patient())) {
                done.put(caller, () -> caller.answer().complete(given));
            }
        }
        room.leave(done.keySet());
        room.ended(
                asked,
                Duration.ofNanos(System.nanoTime() - began),
                unserved,
                answers.values().stream().anyMatch(given -> !given.tasks().isEmpty()),
                goOnAt.equals(Place.START));
        measured.ended(callers.size(), System.nanoTime() - began);
        done.values().forEach(Runnable::run);
        return true;
    }

    /**
     * One round: one transaction, and one at a time over all instances. What hosts stand and what nodes hold is read after the
     * others' rounds have been committed, and while it waits for its turn it holds no lock that others might want.
     *
     * <p>A round of a part of those who wait only finds out whether there is anything for them. If there is, all are asked: others have
     * waited longer.
     *
     * @param line a call of each node, in turn
     * @param whole whether nobody else waits here
     * @return what each node is given, by id; one that is missing has its row locked, and takes part in the next round. Nothing
     *     when others are to be asked as well
     */
    private Optional<Map<String, Given>> round(List<Caller> line, boolean whole) {
        Optional<Map<String, Given>> answers = transactions.in(connection -> {
            Opening opening = open(connection, line);
            Map<String, Room.Guest> present =
                    opening.guests().stream().collect(Collectors.toMap(Room.Guest::nodeId, Function.identity()));
            List<Seat> seats = new ArrayList<>();
            Map<Integer, Caller> callers = new HashMap<>();
            for (Caller caller : line) {
                Room.Guest guest = present.get(caller.nodeId());
                if (guest != null) {
                    seats.add(seat(guest, caller.request()));
                    callers.put(guest.nodeNo(), caller);
                }
            }
            Set<Integer> absent = new HashSet<>();
            Map<Integer, List<Claimed>> claimed = Map.of();
            if (whole) {
                claimed = allocate(connection, opening, seats, callers, absent).stream()
                        .collect(Collectors.groupingBy(Claimed::nodeNo));
            } else if (!decide(connection, opening, seats, callers, new OnceADecision(connection))
                    .grants()
                    .isEmpty()) {
                return Optional.empty();
            }
            Map<Integer, Caller> waiting = new HashMap<>();
            for (Seat seat : seats) {
                Caller caller = callers.get(seat.nodeNo());
                if (caller != null && caller.patient() && seat.open() && !claimed.containsKey(seat.nodeNo())) {
                    waiting.put(seat.nodeNo(), caller);
                }
            }
            notices.tell(connection, whole ? null : callers.keySet(), waiting);
            Map<String, Given> given = new HashMap<>();
            for (Room.Guest guest : present.values()) {
                if (!absent.contains(guest.nodeNo())) {
                    given.put(
                            guest.nodeId(), new Given(claimed.getOrDefault(guest.nodeNo(), List.of()), guest.status()));
                }
            }
            return Optional.of(given);
        });
        if (answers.isPresent()) {
            notices.told();
        }
        return answers;
    }

    /** Takes the turn and reads, in one round trip, what nearly every round needs. */
    private Opening open(Connection connection, List<Caller> line) throws SQLException {
        long began = System.nanoTime();
        long space = Queue.space(line);
        Head known = heads.last(space);
        long measure = heads.measure(space);
        Set<Integer> passed = heads.passed(space);
        Set<Integer> toPass = heads.toPass(space);
        Place after = known == null ? Place.START : known.place();
        var reads = Pipeline.on(connection);
        turns.take(reads);
        Room.Admission admission = guests.admit(reads, asks(line), silence);
        Reply<List<Hosts.Free>> free = hosts.free(reads);
        Reply<Boolean> others = notices.others(reads);
        Reply<Optional<Place>> opened = known == null ? null : queue.opened(reads, known);
        Beginning beginning = beginning(reads, line, space, after, measure, toPass);
        reads.send();
        Optional<Place> ahead =
                opened == null ? Optional.empty() : opened.get().filter(place -> place.compareTo(after) < 0);
        if (ahead.isPresent()) {
            reads = Pipeline.on(connection);
            beginning = beginning(reads, line, space, ahead.get(), measure, toPass);
            reads.send();
        }
        heads.found(beginning.head().get(), began, space, measure, toPass);
        return new Opening(admission.guests(), free.get(), others.get(), beginning.first(), passed);
    }

    /** The head comes before the page, see {@link ReadyQueue#head}. */
    private Beginning beginning(
            Pipeline reads, List<Caller> line, long space, Place after, long measure, Set<Integer> toPass)
            throws SQLException {
        return new Beginning(
                queue.head(reads, after, measure, toPass),
                Queue.firstPage(reads, queue, line, space, after, retryBase));
    }

    /**
     * Decides until every node that is to be given something is held.
     *
     * @param absent filled with those that could not be held
     */
    private List<Claimed> allocate(
            Connection connection, Opening opening, List<Seat> line, Map<Integer, Caller> callers, Set<Integer> absent)
            throws SQLException {
        var others = new OnceADecision(connection);
        while (true) {
            List<Seat> present = line.stream()
                    .filter(seat -> !absent.contains(seat.nodeNo()))
                    .toList();
            Decision decision = decide(connection, opening, present, callers, others);
            List<Grant> grants = decision.grants();
            if (grants.isEmpty()) {
                goOnAt = decision.next();
                return List.of();
            }
            Claim claim = queue.claim(connection, picks(grants), silence.lostAfter());
            Set<Integer> missing = grants.stream()
                    .map(grant -> grant.seat().nodeNo())
                    .filter(taker -> !claim.held().contains(taker))
                    .collect(Collectors.toSet());
            if (missing.isEmpty()) {
                goOnAt = decision.next();
                return claim.claimed();
            }
            absent.addAll(missing);
        }
    }

    private Decision decide(
            Connection connection, Opening opening, List<Seat> line, Map<Integer, Caller> callers, OnceADecision others)
            throws SQLException {
        if (line.stream().noneMatch(Seat::open)) {
            return new Decision(List.of(), goOnAt);
        }
        Headroom headroom = hosts.headroom(opening.free());
        var policy = new AllocationPolicy(
                line,
                rescue.unknownSizeBytes(),
                patience,
                headroom,
                others::get,
                open -> opening.others() ? withOthers(connection, open, callers) : open);
        var rows = new Queue(connection, queue, headroom, retryBase);
        if (!rows.offerPassed(policy, opening.first(), opening.passed())) {
            heads.forget();
        }
        Place next = rows.offerTo(policy, opening.first(), goOnAt);
        heads.pass(rows.inTheWay());
        return new Decision(policy.grants(), next);
    }

    private static List<Pick> picks(List<Grant> grants) {
        return grants.stream()
                .map(grant -> new Pick(
                        grant.task().place().taskId(),
                        grant.task().place().slot(),
                        grant.task().since(),
                        grant.seat().nodeNo(),
                        grant.reservedBytes()))
                .toList();
    }

    private static List<Room.Ask> asks(List<Caller> line) {
        return line.stream()
                .map(Caller::request)
                .map(request -> new Room.Ask(request.nodeId(), request.capacityBytes(), request.floor()))
                .toList();
    }

    /** Those here and those who wait at other dispatchers, in turn: whoever has waited longest comes first. */
    private List<Seat> withOthers(Connection connection, List<Seat> open, Map<Integer, Caller> callers) {
        Map<Integer, Duration> waited = new HashMap<>();
        long now = System.nanoTime();
        callers.forEach((nodeNo, caller) -> waited.put(nodeNo, caller.waited(now)));
        List<Seat> line = new ArrayList<>(open);
        try {
            for (Turns.Waiter waiter : notices.elsewhere(connection)) {
                if (waited.putIfAbsent(waiter.guest().nodeNo(), waiter.waited()) == null) {
                    // Who gets something waits no longer, so its turn brings it one task.
                    line.add(seat(waiter.guest(), waiter.capacityBytes(), waiter.floor(), 1));
                }
            }
        } catch (SQLException e) {
            throw new StorageFailure(e);
        }
        line.sort(Comparator.comparing((Seat seat) -> waited.getOrDefault(seat.nodeNo(), Duration.ZERO))
                .reversed());
        return line;
    }

    private static Seat seat(Room.Guest guest, DispatchRequest request) {
        return seat(guest, request.capacityBytes(), request.floor(), request.wanted());
    }

    private static Seat seat(Room.Guest guest, long capacityBytes, int floor, int wanted) {
        int slots = guest.slots() == null ? Limits.MAX_LEASES : guest.slots();
        int free = (guest.load().doubtful() ? 1 : slots) - guest.load().leases();
        return new Seat(
                guest.nodeNo(),
                guest.voice(),
                guest.region(),
                guest.load().doubtful(),
                capacityBytes - guest.load().reservedBytes(),
                guest.load().guessing(),
                floor,
                guest.status() == NodeStatus.ACTIVE ? Math.min(wanted, free) : 0);
    }

    /**
     * What a round begins with.
     *
     * @param others whether nodes wait at other dispatchers as well
     * @param passed hosts whose rows may be ahead of the first ones
     */
    private record Opening(
            List<Room.Guest> guests,
            List<Hosts.Free> free,
            boolean others,
            Queue.FirstPage first,
            Set<Integer> passed) {}

    /** Where the queue begins, and what is there. */
    private record Beginning(Reply<Optional<Head>> head, Queue.FirstPage first) {}

    /** Who gets what, and where in the queue the next round goes on. */
    private record Decision(List<Grant> grants, Place next) {}

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

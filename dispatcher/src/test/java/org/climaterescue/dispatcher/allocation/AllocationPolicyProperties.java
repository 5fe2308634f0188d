package org.climaterescue.dispatcher.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.climaterescue.db.allocation.ReadyQueue.Candidate;
import org.climaterescue.db.allocation.ReadyQueue.Place;
import org.climaterescue.db.host.Headroom;
import org.climaterescue.dispatcher.allocation.AllocationPolicy.Grant;
import org.climaterescue.dispatcher.allocation.AllocationPolicy.Seat;

/** What holds for every line of nodes and every queue. */
class AllocationPolicyProperties {

    private static final long UNKNOWN = 50;
    private static final Comparator<Candidate> ORDER_OF_WORK = Comparator.comparing(
            Candidate::place,
            Comparator.comparingInt(Place::urgency)
                    .thenComparingInt(Place::copies)
                    .thenComparingInt(Place::rank)
                    .thenComparingLong(Place::taskId)
                    .thenComparingInt(Place::slot));

    @Property
    void neverOverCapacity(@ForAll("lines") List<Seat> line, @ForAll("queues") List<Candidate> queue) {
        Map<Integer, Long> given = new HashMap<>();
        allocate(line, queue).forEach(grant -> given.merge(grant.seat().nodeNo(), grant.reservedBytes(), Long::sum));
        for (Seat seat : line) {
            assertThat(given.getOrDefault(seat.nodeNo(), 0L)).isLessThanOrEqualTo(seat.space());
        }
    }

    /** What is known is reserved as it is; an unknown size reserves the guess, or once all of a space that is smaller. */
    @Property
    void eachReservesItsSizeAndAnUnknownOneTheGuessOrTheLastOfASmallSpace(
            @ForAll("lines") List<Seat> line, @ForAll("queues") List<Candidate> queue) {
        Map<Integer, Seat> now = new HashMap<>();
        line.forEach(seat -> now.put(seat.nodeNo(), seat));
        for (Grant grant : allocate(line, queue)) {
            Seat before = Objects.requireNonNull(now.get(grant.seat().nodeNo()));
            assertThat(grant.seat()).isEqualTo(before);
            Long known = grant.task().sizeBytes();
            if (known != null) {
                assertThat(grant.reservedBytes()).isEqualTo(known);
            } else if (before.space() >= UNKNOWN) {
                assertThat(grant.reservedBytes()).isEqualTo(UNKNOWN);
            } else {
                assertThat(before.guessing()).isFalse();
                assertThat(grant.task().fullDisks()).isEmpty();
                assertThat(grant.reservedBytes()).isEqualTo(before.space()).isPositive();
            }
            now.put(before.nodeNo(), before.taking(grant.reservedBytes(), known == null));
        }
    }

    /** What the queue leaves out because nobody could take it, nobody could have taken. */
    @Property
    void whatIsNotWorthOfferingWouldHaveGoneToNobody(
            @ForAll("lines") List<Seat> line, @ForAll("queues") List<Candidate> queue) {
        var policy = new AllocationPolicy(
                line, UNKNOWN, Duration.ofSeconds(30), headroom(), List::of, UnaryOperator.identity());
        for (Candidate task : sorted(queue)) {
            boolean worth = policy.hungry()
                    && task.place().priority() >= policy.lowestFloor()
                    && (task.sizeBytes() == null ? policy.anyForUnknown() : task.sizeBytes() <= policy.largestSpace());
            int before = policy.grants().size();
            policy.offer(task);
            assertThat(policy.grants().size() == before || worth).isTrue();
        }
    }

    @Property
    void neverBelowTheFloorNorMoreThanWanted(
            @ForAll("lines") List<Seat> line, @ForAll("queues") List<Candidate> queue) {
        Map<Integer, Integer> count = new HashMap<>();
        for (Grant grant : allocate(line, queue)) {
            Seat seat = seat(line, grant);
            assertThat(grant.task().place().priority()).isGreaterThanOrEqualTo(seat.floor());
            assertThat(count.merge(seat.nodeNo(), 1, Integer::sum)).isLessThanOrEqualTo(seat.wanted());
        }
    }

    @Property
    void neverToANodeThatHoldsItAndNeverTwoOfOneTaskToOneNode(
            @ForAll("lines") List<Seat> line, @ForAll("queues") List<Candidate> queue) {
        Set<List<Long>> seen = new HashSet<>();
        for (Grant grant : allocate(line, queue)) {
            assertThat(grant.task().holders()).doesNotContain(grant.seat().nodeNo());
            assertThat(seen.add(List.of(
                            grant.task().place().taskId(), (long) grant.seat().nodeNo())))
                    .isTrue();
        }
    }

    @Property
    void eachRowGoesToOneNodeAtMost(@ForAll("lines") List<Seat> line, @ForAll("queues") List<Candidate> queue) {
        assertThat(allocate(line, queue).stream().map(grant -> grant.task().place()))
                .doesNotHaveDuplicates();
    }

    @Property
    void aHostIsNeverGivenMoreThanItStands(@ForAll("lines") List<Seat> line, @ForAll("queues") List<Candidate> queue) {
        List<Grant> grants = allocate(line, queue);
        for (int host = 1; host <= 3; host++) {
            int hostNo = host;
            assertThat(grants.stream().filter(grant -> grant.task().hostNo() == hostNo))
                    .hasSizeLessThanOrEqualTo(headroom().of(host));
        }
    }

    /** What is left over would have fitted nobody who could still take more: nobody goes hungry beside food. */
    @Property
    void neverOutOfOrderAmongWhatFits(@ForAll("lines") List<Seat> line, @ForAll("queues") List<Candidate> queue) {
        List<Grant> grants = allocate(line, queue);
        Map<Place, Grant> given = new HashMap<>();
        grants.forEach(grant -> given.put(grant.task().place(), grant));
        Map<Integer, Seat> now = new HashMap<>();
        line.forEach(seat -> now.put(seat.nodeNo(), seat));
        Headroom left = headroom();
        for (Candidate task : sorted(queue)) {
            Grant grant = given.get(task.place());
            if (grant == null) {
                assertThat(now.values()).noneMatch(seat -> left.of(task.hostNo()) > 0 && couldTake(seat, task, grants));
            } else {
                left.take(task.hostNo());
                now.computeIfPresent(
                        grant.seat().nodeNo(),
                        (no, seat) -> seat.taking(grant.reservedBytes(), task.sizeBytes() == null));
            }
        }
    }

    @Property
    void servedInTurn(@ForAll("lines") List<Seat> line, @ForAll("queues") List<Candidate> queue) {
        List<Candidate> uncontested = queue.stream()
                .map(task -> new Candidate(
                        task.place(),
                        1,
                        task.sizeBytes(),
                        Instant.EPOCH,
                        Duration.ZERO,
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        Set.of()))
                .filter(task -> task.place().slot() == 0)
                .toList();
        Map<Integer, Seat> now = new HashMap<>();
        line.forEach(seat -> now.put(seat.nodeNo(), seat));
        Map<Integer, Integer> turn = new HashMap<>();
        line.forEach(seat -> turn.put(seat.nodeNo(), seat.nodeNo()));
        for (Grant grant : allocate(line, uncontested)) {
            int mine = turn.getOrDefault(grant.seat().nodeNo(), 0);
            // Nobody whose turn is earlier, and who may take this one, is passed over.
            assertThat(now.values())
                    .noneMatch(seat ->
                            turn.getOrDefault(seat.nodeNo(), 0) < mine && couldTake(seat, grant.task(), List.of()));
            turn.put(
                    grant.seat().nodeNo(),
                    line.size()
                            + 1
                            + turn.values().stream()
                                    .mapToInt(Integer::intValue)
                                    .max()
                                    .orElse(0));
            now.computeIfPresent(
                    grant.seat().nodeNo(),
                    (no, seat) ->
                            seat.taking(grant.reservedBytes(), grant.task().sizeBytes() == null));
        }
    }

    @Provide
    Arbitrary<List<Seat>> lines() {
        Arbitrary<Seat> seats = Combinators.combine(
                        Arbitraries.of("operator a", "operator b", "operator c"),
                        Arbitraries.longs().between(0, 200),
                        Arbitraries.of(true, false, false),
                        Arbitraries.of(1, 4, 7, 9),
                        Arbitraries.integers().between(0, 5))
                .as((voice, space, guessing, floor, wanted) ->
                        new Seat(0, voice, null, false, space, guessing, floor, wanted));
        return seats.list().ofMaxSize(8).map(list -> {
            List<Seat> numbered = new ArrayList<>();
            for (Seat seat : list) {
                numbered.add(new Seat(
                        numbered.size() + 1,
                        seat.voice(),
                        null,
                        false,
                        seat.space(),
                        seat.guessing(),
                        seat.floor(),
                        seat.wanted()));
            }
            return numbered;
        });
    }

    @Provide
    Arbitrary<List<Candidate>> queues() {
        Arbitrary<Candidate> tasks = Combinators.combine(
                        Arbitraries.integers().between(0, 9),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.integers().between(1, 3),
                        Arbitraries.longs().between(0, 120).injectNull(0.2),
                        Arbitraries.integers().between(1, 8).set().ofMaxSize(3),
                        Arbitraries.integers().between(1, 8).set().ofMaxSize(2),
                        Arbitraries.of(true, false, false),
                        Arbitraries.integers().between(1, 3))
                .as((urgency, copies, slots, size, holders, failed, full, host) -> new Candidate(
                        new Place(urgency, copies, 1, 0, slots),
                        host,
                        size,
                        Instant.EPOCH,
                        Duration.ofHours(1),
                        holders,
                        Set.of("operator a"),
                        Set.of(),
                        failed,
                        full ? failed : Set.of()));
        return tasks.list().ofMaxSize(15).map(list -> {
            List<Candidate> rows = new ArrayList<>();
            long id = 1;
            for (Candidate task : list) {
                for (int slot = 0; slot < task.place().slot(); slot++) {
                    rows.add(new Candidate(
                            new Place(task.place().urgency(), task.place().copies(), 1, id, slot),
                            task.hostNo(),
                            task.sizeBytes(),
                            Instant.EPOCH,
                            task.waited(),
                            task.holders(),
                            task.voices(),
                            task.regions(),
                            task.failed(),
                            task.fullDisks()));
                }
                id++;
            }
            return rows;
        });
    }

    /** Host 1 stands all, host 2 three more, host 3 none. */
    private static Headroom headroom() {
        return new Headroom(1000, Map.of(2, 3, 3, 0));
    }

    private static List<Grant> allocate(List<Seat> line, List<Candidate> queue) {
        var policy = new AllocationPolicy(
                line, UNKNOWN, Duration.ofSeconds(30), headroom(), List::of, UnaryOperator.identity());
        sorted(queue).forEach(policy::offer);
        return policy.grants();
    }

    private static List<Candidate> sorted(List<Candidate> queue) {
        return queue.stream().sorted(ORDER_OF_WORK).toList();
    }

    private static boolean couldTake(Seat seat, Candidate task, List<Grant> grants) {
        return seat.open()
                && (task.sizeBytes() == null ? couldTakeUnknown(seat, task) : task.sizeBytes() <= seat.space())
                && task.place().priority() >= seat.floor()
                && !task.holders().contains(seat.nodeNo())
                && !task.fullDisks().contains(seat.nodeNo())
                && grants.stream()
                        .noneMatch(grant -> grant.seat().nodeNo() == seat.nodeNo()
                                && grant.task().place().taskId() == task.place().taskId());
    }

    private static Seat seat(List<Seat> line, Grant grant) {
        return line.stream()
                .filter(seat -> seat.nodeNo() == grant.seat().nodeNo())
                .findFirst()
                .orElseThrow();
    }

    private static boolean couldTakeUnknown(Seat seat, Candidate task) {
        return seat.space() >= UNKNOWN
                || (seat.space() > 0 && !seat.guessing() && task.fullDisks().isEmpty());
    }
}

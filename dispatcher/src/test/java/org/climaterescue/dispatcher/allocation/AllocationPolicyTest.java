package org.climaterescue.dispatcher.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.climaterescue.db.allocation.ReadyQueue.Candidate;
import org.climaterescue.db.allocation.ReadyQueue.Place;
import org.climaterescue.db.host.Headroom;
import org.climaterescue.db.node.Room.Bystander;
import org.climaterescue.dispatcher.allocation.AllocationPolicy.Grant;
import org.climaterescue.dispatcher.allocation.AllocationPolicy.Seat;
import org.junit.jupiter.api.Test;

/**
 * Who is preferred: nodes that can be trusted, that have not failed the task, of another operator, of another region; and what a
 * node takes of which nobody knows the size.
 */
class AllocationPolicyTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long UNKNOWN = 100;

    @Test
    void anotherOperatorComesFirstEvenWhenItStandsLaterInTheLine() {
        Candidate second = task(Duration.ZERO, Set.of(9), Set.of("operator a"), Set.of());

        assertThat(takers(List.of(seat(1, "operator a"), seat(2, "operator b")), List.of(), second))
                .containsExactly(2);
    }

    @Test
    void theSameOperatorGetsItWhenNobodyElseIsAbout() {
        Candidate second = task(Duration.ZERO, Set.of(9), Set.of("operator a"), Set.of());

        assertThat(takers(List.of(seat(1, "operator a")), List.of(), second)).containsExactly(1);
    }

    @Test
    void aTaskWaitsForABetterNodeThatIsAbout() {
        Candidate second = task(Duration.ZERO, Set.of(9), Set.of("operator a"), Set.of());
        var other = new Bystander(2, "operator b", null, false, 1, 1000, false);

        assertThat(takers(List.of(seat(1, "operator a")), List.of(other), second))
                .isEmpty();
    }

    @Test
    void butNotForOneThatCouldNotTakeIt() {
        Candidate second = task(Duration.ZERO, Set.of(9), Set.of("operator a"), Set.of());
        var small = new Bystander(2, "operator b", null, false, 1, 1, false);
        var choosy = new Bystander(3, "operator b", null, false, 9, 1000, false);
        var holder = new Bystander(9, "operator b", null, false, 1, 1000, false);

        assertThat(takers(List.of(seat(1, "operator a")), List.of(small, choosy, holder), second))
                .containsExactly(1);
    }

    @Test
    void norForOneWhoseCopiesKeepBeingRejected() {
        Candidate second = task(Duration.ZERO, Set.of(9), Set.of("operator a"), Set.of());
        var doubtful = new Bystander(2, "operator b", null, true, 1, 1000, false);

        assertThat(takers(List.of(seat(1, "operator a")), List.of(doubtful), second))
                .containsExactly(1);
    }

    @Test
    void andNotForEver() {
        Candidate second = task(PATIENCE, Set.of(9), Set.of("operator a"), Set.of());
        var other = new Bystander(2, "operator b", null, false, 1, 1000, false);

        assertThat(takers(List.of(seat(1, "operator a")), List.of(other), second))
                .containsExactly(1);
    }

    @Test
    void aNodeThatFailedTheTaskGetsItOnlyAfterTheOthers() {
        Candidate again = task(Duration.ZERO, Set.of(), Set.of(), Set.of(1));

        assertThat(takers(List.of(seat(1, "operator a"), seat(2, "operator a")), List.of(), again))
                .containsExactly(2);
        assertThat(takers(List.of(seat(1, "operator a")), List.of(), again)).containsExactly(1);
    }

    @Test
    void twoCopiesInOneRoundGoToTwoOperators() {
        Candidate first = task(Duration.ZERO, Set.of(9), Set.of("operator z"), Set.of());
        var place = first.place();
        var second = new Candidate(
                new Place(place.urgency(), place.copies(), place.rank(), place.taskId(), 1),
                1,
                10L,
                Instant.EPOCH,
                Duration.ZERO,
                first.holders(),
                first.voices(),
                Set.of(),
                Set.of(),
                Set.of());

        assertThat(takers(
                        List.of(seat(1, "operator a"), seat(2, "operator a"), seat(3, "operator b")),
                        List.of(),
                        first,
                        second))
                .containsExactly(1, 3);
    }

    @Test
    void anotherRegionComesFirstAmongOperatorsThatAreAllNew() {
        Candidate second = new Candidate(
                new Place(5, 1, 1, 7, 0),
                1,
                10L,
                Instant.EPOCH,
                Duration.ZERO,
                Set.of(9),
                Set.of("operator z"),
                Set.of("north"),
                Set.of(),
                Set.of());

        assertThat(takers(List.of(in("north", 1, "operator a"), in("south", 2, "operator b")), List.of(), second))
                .containsExactly(2);
        // Another operator counts for more than another region.
        assertThat(takers(List.of(in("south", 1, "operator z"), in("north", 2, "operator b")), List.of(), second))
                .containsExactly(2);
    }

    @Test
    void aNodeWhoseCopiesKeepBeingRejectedIsTheLastResort() {
        Candidate again = task(Duration.ZERO, Set.of(), Set.of(), Set.of(2));
        var doubtful = new Seat(1, "operator a", null, true, 1000, false, 1, 1);

        assertThat(takers(List.of(doubtful, seat(2, "operator a")), List.of(), again))
                .containsExactly(2);
        assertThat(takers(List.of(doubtful), List.of(), again)).containsExactly(1);
    }

    @Test
    void anUnknownSizeReservesTheUsualGuessOrAllOfALittleSpace() {
        assertThat(reserved(with(1000, false), unsized(1), unsized(2))).containsExactly(UNKNOWN, UNKNOWN);
        assertThat(reserved(with(UNKNOWN, true), unsized(1), unsized(2))).containsExactly(UNKNOWN);
        assertThat(reserved(with(UNKNOWN + 30, false), unsized(1), unsized(2))).containsExactly(UNKNOWN);
        assertThat(reserved(with(UNKNOWN - 1, false), unsized(1), unsized(2))).containsExactly(UNKNOWN - 1);
        assertThat(reserved(with(UNKNOWN - 1, true), unsized(1))).isEmpty();
        assertThat(reserved(with(0, false), unsized(1))).isEmpty();
    }

    @Test
    void aTaskForWhichADiskWasTooFullIsGivenToNoLittleSpace() {
        Candidate refused = new Candidate(
                new Place(5, 0, 1, 7, 0),
                1,
                null,
                Instant.EPOCH,
                Duration.ZERO,
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(9),
                Set.of(9));

        assertThat(reserved(with(UNKNOWN - 1, false), refused)).isEmpty();
        assertThat(reserved(with(UNKNOWN, false), refused)).containsExactly(UNKNOWN);
    }

    @Test
    void noTaskWaitsForABetterNodeThatHasStakedItsLittleSpaceAlready() {
        Candidate again = new Candidate(
                new Place(5, 0, 1, 7, 0),
                1,
                null,
                Instant.EPOCH,
                Duration.ZERO,
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(1),
                Set.of());
        var staked = new Bystander(2, "operator b", null, false, 1, 50, true);
        var idle = new Bystander(2, "operator b", null, false, 1, 50, false);

        assertThat(takers(List.of(seat(1, "operator a")), List.of(staked), again))
                .containsExactly(1);
        assertThat(takers(List.of(seat(1, "operator a")), List.of(idle), again)).isEmpty();
    }

    private static Seat with(long space, boolean guessing) {
        return new Seat(1, "operator a", null, false, space, guessing, 1, 5);
    }

    private static Candidate unsized(long task) {
        return new Candidate(
                new Place(5, 0, 1, task, 0),
                1,
                null,
                Instant.EPOCH,
                Duration.ZERO,
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of());
    }

    private static List<Long> reserved(Seat seat, Candidate... tasks) {
        var policy = new AllocationPolicy(
                List.of(seat), UNKNOWN, PATIENCE, new Headroom(100, Map.of()), List::of, UnaryOperator.identity());
        Arrays.stream(tasks).forEach(policy::offer);
        return policy.grants().stream().map(Grant::reservedBytes).toList();
    }

    @Test
    void whoWaitsLongerAtAnotherDispatcherHasItsTurnFirst() {
        assertThat(takersHere(List.of(elsewhere(9), seat(1, "operator a")), 100, tasks(1, 2, 3)))
                .containsExactly(Map.entry(2L, 1), Map.entry(3L, 1));
    }

    @Test
    void whoHasWaitedLessAtAnotherDispatcherComesBeforeASecondTask() {
        assertThat(takersHere(List.of(seat(1, "operator a"), elsewhere(9)), 100, tasks(1, 2, 3)))
                .containsExactly(Map.entry(1L, 1), Map.entry(3L, 1));
    }

    @Test
    void whatIsLeftToAnotherDispatcherTakesItsConnection() {
        assertThat(takersHere(List.of(elsewhere(9), seat(1, "operator a")), 1, tasks(1, 2)))
                .isEmpty();
    }

    @Test
    void nothingIsLeftToOneWhoMayNotTakeIt() {
        var choosy = new Seat(9, "operator b", null, false, 1000, false, 9, 1);

        assertThat(takersHere(List.of(choosy, seat(1, "operator a")), 100, tasks(1, 2)))
                .containsExactly(Map.entry(1L, 1), Map.entry(2L, 1));
    }

    /** What node 1, who alone asks here, is given when all those wait, each task with its taker. */
    private static List<Map.Entry<Long, Integer>> takersHere(
            List<Seat> wholeLine, int connections, Candidate... tasks) {
        var policy = new AllocationPolicy(
                List.of(seat(1, "operator a")),
                100,
                PATIENCE,
                new Headroom(connections, Map.of()),
                List::of,
                here -> wholeLine);
        Arrays.stream(tasks).forEach(policy::offer);
        return policy.grants().stream()
                .map(grant ->
                        Map.entry(grant.task().place().taskId(), grant.seat().nodeNo()))
                .toList();
    }

    private static Seat elsewhere(int nodeNo) {
        return new Seat(nodeNo, "operator b", null, false, 1000, false, 1, 1);
    }

    private static Candidate[] tasks(long... ids) {
        return Arrays.stream(ids)
                .mapToObj(id -> new Candidate(
                        new Place(5, 0, 1, id, 0),
                        1,
                        10L,
                        Instant.EPOCH,
                        Duration.ZERO,
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        Set.of(),
                        Set.of()))
                .toArray(Candidate[]::new);
    }

    private static Seat in(String region, int nodeNo, String voice) {
        return new Seat(nodeNo, voice, region, false, 1000, false, 1, 5);
    }

    private static List<Integer> takers(List<Seat> line, List<Bystander> others, Candidate... tasks) {
        var policy = new AllocationPolicy(
                line, UNKNOWN, PATIENCE, new Headroom(100, Map.of()), () -> others, UnaryOperator.identity());
        Arrays.stream(tasks).forEach(policy::offer);
        return policy.grants().stream().map(grant -> grant.seat().nodeNo()).toList();
    }

    private static Seat seat(int nodeNo, String voice) {
        return new Seat(nodeNo, voice, null, false, 1000, false, 1, 5);
    }

    private static Candidate task(Duration waited, Set<Integer> holders, Set<String> voices, Set<Integer> failed) {
        return new Candidate(
                new Place(5, 1, 1, 7, 0), 1, 10L, Instant.EPOCH, waited, holders, voices, Set.of(), failed, Set.of());
    }
}

package org.climaterescue.dispatcher.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.climaterescue.db.allocation.ReadyQueue.Head;
import org.climaterescue.db.allocation.ReadyQueue.Place;
import org.junit.jupiter.api.Test;

/** What a round may rely on of the one before. */
class HeadsTest {

    private static final Head HEAD = new Head(new Place(5, 0, 0, 7, 0), 1);
    private static final Head LATER = new Head(new Place(5, 0, 0, 9, 0), 2);

    private long now;
    private final Heads heads = new Heads(() -> now);

    @Test
    void aHeadServesThoseWhoAskForNoLargerFiles() {
        found(HEAD, 100, Set.of());

        assertThat(heads.last(100)).isEqualTo(HEAD);
        assertThat(heads.last(101)).isNull();
    }

    @Test
    void aHeadServesForItsTime() {
        found(HEAD, 100, Set.of(3));
        now += Head.LASTS.toNanos() - 1;
        assertThat(heads.last(100)).isEqualTo(HEAD);
        assertThat(heads.passed(100)).containsExactly(3);

        now++;

        assertThat(heads.last(100)).isNull();
        assertThat(heads.passed(100)).isEmpty();
        assertThat(heads.toPass(100)).isEmpty();
    }

    @Test
    void aHeadIsFoundForThoseWithMostRoomAsLongAsTheyAsk() {
        found(HEAD, 100, Set.of());
        assertThat(heads.measure(10)).isEqualTo(100);
        now += Head.LASTS.toNanos() / 2;
        heads.found(Optional.of(LATER), now, 10, 100, Set.of());
        now += Head.LASTS.toNanos() / 2;

        assertThat(heads.measure(10)).isEqualTo(10);
    }

    @Test
    void aHostIsPassedByFromTheNextHeadOn() {
        found(HEAD, 100, Set.of());
        heads.pass(Set.of(3));
        assertThat(heads.passed(100)).isEmpty();
        assertThat(heads.toPass(100)).containsExactly(3);

        found(LATER, 100, heads.toPass(100));

        assertThat(heads.passed(100)).containsExactly(3);
    }

    @Test
    void noMoreHostsArePassedByThanCanBeAskedInARound() {
        found(HEAD, 100, Set.of());
        Set<Integer> many =
                IntStream.rangeClosed(1, Heads.MOST_PASSED + 1).boxed().collect(Collectors.toSet());

        heads.pass(many);

        assertThat(many).containsAll(heads.toPass(100));
        assertThat(heads.toPass(100)).hasSize(Heads.MOST_PASSED);
    }

    @Test
    void whatIsForgottenPassesNobodyBy() {
        found(HEAD, 100, Set.of(3));

        heads.forget();

        assertThat(heads.last(100)).isNull();
        assertThat(heads.passed(100)).isEmpty();
        assertThat(heads.toPass(100)).isEmpty();
    }

    private void found(Head head, long space, Set<Integer> leftBehind) {
        heads.found(Optional.of(head), now, space, space, leftBehind);
    }
}

package org.climaterescue.dispatcher.gathering;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

class GatheringTest {

    private final CountDownLatch go = new CountDownLatch(1);
    private final BlockingQueue<List<Integer>> begun = new LinkedBlockingQueue<>();

    @Test
    void whatComesWhileARoundIsUnderWayIsTheNextOneInItsOrder() throws InterruptedException {
        Gathering<Integer> gathering = Gathering.start("test", 3, 100, this::round);
        gathering.offer(0);
        assertThat(begun.take()).containsExactly(0);

        for (int i = 1; i <= 4; i++) {
            assertThat(gathering.offer(i)).isTrue();
        }
        go.countDown();

        assertThat(begun.take()).containsExactly(1, 2, 3);
        assertThat(begun.take()).containsExactly(4);
        gathering.stop();
    }

    @Test
    void whatExceedsTheBacklogIsTurnedAway() throws InterruptedException {
        Gathering<Integer> gathering = Gathering.start("test", 3, 2, this::round);
        gathering.offer(0);
        begun.take();

        assertThat(List.of(gathering.offer(1), gathering.offer(2), gathering.offer(3)))
                .containsExactly(true, true, false);

        go.countDown();
        gathering.stop();
    }

    @Test
    void whatHasComeIsCarriedOutBeforeTheEndAndNothingComesAfterIt() throws InterruptedException {
        Gathering<Integer> gathering = Gathering.start("test", 1, 100, this::round);
        for (int i = 0; i < 5; i++) {
            gathering.offer(i);
        }
        go.countDown();

        gathering.stop();

        List<List<Integer>> rounds = new ArrayList<>();
        begun.drainTo(rounds);
        assertThat(rounds).containsExactly(List.of(0), List.of(1), List.of(2), List.of(3), List.of(4));
        assertThat(gathering.offer(5)).isFalse();
    }

    @Test
    void aRoundThatFailsIsNotTheLastOne() throws InterruptedException {
        Gathering<Integer> gathering = Gathering.start("test", 1, 100, round -> {
            begun.add(round);
            throw new IllegalStateException("on purpose");
        });

        gathering.offer(1);
        gathering.offer(2);

        assertThat(begun.take()).containsExactly(1);
        assertThat(begun.take()).containsExactly(2);
        gathering.stop();
    }

    @Test
    void aRoundThatWaitsForMoreBeginsWhenItIsFull() throws InterruptedException {
        go.countDown();
        Gathering<Integer> gathering = Gathering.start("test", 3, 100, Duration.ofDays(1), this::round);

        for (int i = 0; i < 6; i++) {
            gathering.offer(i);
        }

        assertThat(begun.take()).containsExactly(0, 1, 2);
        assertThat(begun.take()).containsExactly(3, 4, 5);
        gathering.stop();
    }

    @Test
    void aRoundThatWaitsForMoreBeginsWhenItsPatienceEnds() throws InterruptedException {
        go.countDown();
        Gathering<Integer> gathering = Gathering.start("test", 3, 100, Duration.ofMillis(5), this::round);

        gathering.offer(0);

        assertThat(begun.take()).containsExactly(0);
        gathering.stop();
    }

    @Test
    void aRoundThatWaitsForMoreIsCarriedOutAtTheEnd() throws InterruptedException {
        go.countDown();
        Gathering<Integer> gathering = Gathering.start("test", 3, 100, Duration.ofDays(1), this::round);
        gathering.offer(0);

        gathering.stop();

        assertThat(begun.take()).containsExactly(0);
    }

    private void round(List<Integer> round) {
        begun.add(round);
        try {
            go.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

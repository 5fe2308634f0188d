package org.climaterescue.dispatcher.assignment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.climaterescue.db.ledger.TaskFacts.PastFailure;
import org.climaterescue.protocol.FailureReason;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {

    private static final Duration BASE = Duration.ofSeconds(30);

    private final RetryPolicy policy = new RetryPolicy(6, BASE);

    @Property
    void theWaitDoublesWithJitterUpToSixHours(@ForAll @IntRange(min = 1, max = 200) int charged, @ForAll long seed) {
        Duration wait = new RetryPolicy(6, BASE).delay(charged, Duration.ZERO, new Random(seed));

        Duration least = BASE.multipliedBy(1L << Math.min(charged - 1, 12));
        assertThat(wait).isLessThanOrEqualTo(RetryPolicy.LONGEST);
        assertThat(wait).isGreaterThanOrEqualTo(least.compareTo(RetryPolicy.LONGEST) < 0 ? least : RetryPolicy.LONGEST);
        assertThat(wait).isLessThanOrEqualTo(least.multipliedBy(3).dividedBy(2));
    }

    @Property
    void anOriginsHintIsHeededForADayAtMost(@ForAll @LongRange(min = 0, max = 31_536_000) long hint) {
        Duration wait = new RetryPolicy(6, BASE).delay(1, Duration.ofSeconds(hint), new Random(1));

        assertThat(wait).isGreaterThanOrEqualTo(Duration.ofSeconds(Math.min(hint, 86_400)));
        assertThat(wait).isLessThanOrEqualTo(Duration.ofDays(1));
    }

    @Test
    void aFullDiskAndAShutdownCostNoAttempt() {
        assertThat(policy.charges(FailureReason.DISK_FULL)).isFalse();
        assertThat(policy.charges(FailureReason.SHUTDOWN)).isFalse();
        assertThat(policy.charges(FailureReason.NETWORK)).isTrue();
    }

    @Test
    void theSixthChargedFailureExhausts() {
        PastFailure failure = new PastFailure(1, FailureReason.NETWORK, true);

        assertThat(policy.exhausted(List.of(failure, failure, failure, failure, failure)))
                .isFalse();
        assertThat(policy.exhausted(List.of(failure, failure, failure, failure, failure, failure)))
                .isTrue();
    }

    @Test
    void onlyTwoDifferentNodesAreBelievedThatAFileIsGone() {
        PastFailure one = new PastFailure(1, FailureReason.GONE, true);
        PastFailure other = new PastFailure(2, FailureReason.FORBIDDEN, true);
        PastFailure forgiven = new PastFailure(2, FailureReason.GONE, false);

        assertThat(policy.exhausted(List.of(one, one))).isFalse();
        assertThat(policy.exhausted(List.of(one, forgiven))).isFalse();
        assertThat(policy.exhausted(List.of(one, other))).isTrue();
    }
}

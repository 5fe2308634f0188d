package org.climaterescue.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.climaterescue.agent.fetch.Backoff;
import org.climaterescue.protocol.FailureReason;
import org.junit.jupiter.api.Test;

class ConnectivityTest {

    private final Connectivity connectivity =
            new Connectivity(new Backoff(Duration.ofSeconds(30), Duration.ofMinutes(10)));

    @Test
    void aMachineThatReachesNoneOfSeveralHostsTriesSeldom() {
        unreachable(5, 3);

        assertThat(connectivity.pause()).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
        assertThat(connectivity.pause()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(60));
    }

    @Test
    void oneHostThatIsAwaySaysNothingAboutTheMachine() {
        unreachable(50, 2);

        assertThat(connectivity.pause()).isZero();
    }

    @Test
    void whateverAnOriginAnswersShowsThatItCanBeReached() {
        unreachable(5, 3);
        connectivity.failed(FailureReason.GONE, "http://a.example.org/");
        assertThat(connectivity.pause()).isZero();

        unreachable(4, 3);
        connectivity.reached();
        unreachable(4, 3);
        assertThat(connectivity.pause()).isZero();
    }

    private void unreachable(int times, int hosts) {
        for (int i = 0; i < times; i++) {
            connectivity.failed(FailureReason.NETWORK, "http://host" + i % hosts + ".example.org/" + i);
        }
    }
}

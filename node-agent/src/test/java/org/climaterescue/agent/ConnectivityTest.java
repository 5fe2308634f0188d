package org.climaterescue.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.climaterescue.agent.fetch.Backoff;
import org.climaterescue.agent.fetch.StopSignal;
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

    @Test
    void aWaitEndsWhenAnOriginIsReached() throws Exception {
        assertThat(connectivity.await(new StopSignal())).isTrue();
        unreachable(5, 3);
        AtomicBoolean online = new AtomicBoolean();

        Thread waiting = waiting(new StopSignal(), online);
        connectivity.reached();
        waiting.join();

        assertThat(online).isTrue();
    }

    @Test
    void aWaitEndsWhenTheAgentCloses() throws Exception {
        unreachable(5, 3);
        StopSignal closing = new StopSignal();

        Thread waiting = waiting(closing, new AtomicBoolean());
        closing.stop();

        assertThat(waiting.join(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void afterAPauseOneTaskIsTried() throws Exception {
        Connectivity brief = new Connectivity(new Backoff(Duration.ofMillis(1), Duration.ofMillis(1)));
        unreachable(brief, 5, 3);

        assertThat(brief.await(new StopSignal())).isFalse();
    }

    private Thread waiting(StopSignal closing, AtomicBoolean online) {
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                online.set(connectivity.await(closing));
            } catch (InterruptedException unexpected) {
                Thread.currentThread().interrupt();
            }
        });
        await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        return thread;
    }

    private void unreachable(int times, int hosts) {
        unreachable(connectivity, times, hosts);
    }

    private static void unreachable(Connectivity connectivity, int times, int hosts) {
        for (int i = 0; i < times; i++) {
            connectivity.failed(FailureReason.NETWORK, "http://host" + i % hosts + ".example.org/" + i);
        }
    }
}

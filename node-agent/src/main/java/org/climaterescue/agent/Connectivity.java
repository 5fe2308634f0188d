package org.climaterescue.agent;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.climaterescue.agent.fetch.Backoff;
import org.climaterescue.agent.fetch.StopSignal;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.OriginUrl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this machine reaches any origin at all. A node without a way out would otherwise fail task after task and use up
 * their attempts: after failures to reach several hosts in a row it tries one task at a time, seldom. Thread-safe.
 */
final class Connectivity {

    private static final Logger LOG = LoggerFactory.getLogger(Connectivity.class);

    private static final int FAILURES = 5;
    private static final int HOSTS = 3;

    private final Backoff pauses;
    private final Set<String> unreached = new HashSet<>();
    private CountDownLatch online = new CountDownLatch(0);
    private int failures;
    private int tries;

    Connectivity(Backoff pauses) {
        this.pauses = pauses;
    }

    /** An origin was reached, whatever it answered. */
    synchronized void reached() {
        if (isOffline()) {
            LOG.info("Origins can be reached again");
        }
        unreached.clear();
        failures = 0;
        tries = 0;
        online.countDown();
    }

    /** A download has failed. */
    synchronized void failed(FailureReason reason, String url) {
        if (reason != FailureReason.NETWORK && reason != FailureReason.TIMEOUT) {
            reached();
            return;
        }
        boolean before = isOffline();
        failures++;
        if (unreached.size() < HOSTS) {
            OriginUrl.parse(url).ifPresent(origin -> unreached.add(origin.host()));
        }
        if (isOffline() && !before) {
            online = new CountDownLatch(1);
            LOG.warn(
                    "{} downloads in a row have reached none of {} hosts: is this machine online? Trying one now and then",
                    failures,
                    unreached.size());
        }
    }

    /** How long to wait before the next task is asked for; longer each time, zero while origins can be reached. */
    synchronized Duration pause() {
        return isOffline() ? pauses.after(++tries) : Duration.ZERO;
    }

    /**
     * Waits until the next task may be asked for: not at all while origins can be reached, else for the {@link #pause},
     * but not beyond the moment when a download that still runs reaches its origin, nor beyond {@code closing}.
     *
     * @return whether any number of tasks may be asked for; otherwise one
     */
    boolean await(StopSignal closing) throws InterruptedException {
        CountDownLatch back;
        Duration pause;
        synchronized (this) {
            back = online;
            pause = pause();
        }
        try (StopSignal.Registration _ = closing.onStop(back::countDown)) {
            return back.await(pause.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private boolean isOffline() {
        return failures >= FAILURES && unreached.size() >= HOSTS;
    }
}

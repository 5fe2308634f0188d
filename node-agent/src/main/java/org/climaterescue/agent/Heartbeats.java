package org.climaterescue.agent;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.climaterescue.agent.fetch.StopSignal;
import org.climaterescue.agent.link.DispatcherClient;
import org.climaterescue.agent.link.Reply;
import org.climaterescue.protocol.Heartbeat;
import org.climaterescue.protocol.NodeStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the dispatcher in time that the node lives and how far it is, and stops what the dispatcher wants stopped. A size that the
 * dispatcher did not know is told before its time: until then too much is reserved, or too little.
 */
final class Heartbeats {

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeats.class);

    /** How long news of a size wait for others. What is done by then is told by its report, so small files cost no heartbeat. */
    private static final Duration BREATH = Duration.ofSeconds(1);

    private final Session session;
    private final DispatcherClient client;
    private final Jobs jobs;
    private final StopSignal ended;

    /** A permit is a reason to look for news. */
    private final Semaphore news = new Semaphore(0);

    Heartbeats(Session session, DispatcherClient client, Jobs jobs, StopSignal ended) {
        this.session = session;
        this.client = client;
        this.jobs = jobs;
        this.ended = ended;
    }

    /** A download has learned how large its file is. */
    void sizeLearned() {
        news.release();
    }

    /** Beats until the agent has ended; goes on while it gives its leases back. */
    void run() throws InterruptedException, AgentException, IOException {
        int failures = 0;
        Session.Membership as = session.membership();
        while (as != null) {
            Duration rhythm = as.heartbeat();
            boolean answered = false;
            Heartbeat heartbeat = new Heartbeat(session.offeredGb(), jobs.progress());
            switch (beat(as, heartbeat)) {
                case Reply.Answered<Heartbeat.Answer>(Heartbeat.Answer answer) -> {
                    failures = 0;
                    answered = true;
                    jobs.heard(heartbeat.assignments());
                    session.heardOf(answer.nodeStatus());
                    answer.stop()
                            .forEach(stop ->
                                    jobs.stop(stop.assignmentId(), stop.reason().wire()));
                    if (answer.nodeStatus() == NodeStatus.GONE && !ended.isStopped()) {
                        throw Session.signedOff();
                    }
                }
                case Reply.Refused<Heartbeat.Answer> refused -> {
                    failures = 0;
                    if (Session.isForgotten(refused)) {
                        as = session.join(as);
                    } else {
                        LOG.warn("The dispatcher refuses a heartbeat ({}): {}", refused.status(), refused.detail());
                    }
                }
                case Reply.Away<Heartbeat.Answer> away -> {
                    failures++;
                    Duration pause = session.pauseAfter(away, failures);
                    rhythm = pause.compareTo(rhythm) < 0 ? pause : rhythm;
                }
            }
            if (as == null || (answered ? pauseForNews(rhythm) : ended.pause(rhythm))) {
                return;
            }
            as = session.membership();
        }
    }

    /** Waits for the next heartbeat, or for news that cannot wait so long; whether the agent has ended. */
    private boolean pauseForNews(Duration rhythm) throws InterruptedException {
        long due = System.nanoTime() + rhythm.toNanos();
        try (var _ = ended.onStop(news::release)) {
            while (!ended.isStopped() && news.tryAcquire(due - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                Duration left = Duration.ofNanos(Math.max(0, due - System.nanoTime()));
                if (ended.pause(left.compareTo(BREATH) < 0 ? left : BREATH)) {
                    return true;
                }
                news.drainPermits();
                if (jobs.hasNews()) {
                    return false;
                }
            }
        }
        return ended.isStopped();
    }

    private Reply<Heartbeat.Answer> beat(Session.Membership as, Heartbeat heartbeat) {
        return session.once(as, me -> client.heartbeat(me.nodeId(), heartbeat, me.token(), ended));
    }
}

package org.climaterescue.agent;

import java.io.IOException;
import java.time.Duration;
import org.climaterescue.agent.fetch.StopSignal;
import org.climaterescue.agent.link.DispatcherClient;
import org.climaterescue.agent.link.Reply;
import org.climaterescue.protocol.Heartbeat;
import org.climaterescue.protocol.NodeStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the dispatcher in time that the node lives and how far it is, and stops what the dispatcher wants stopped. */
final class Heartbeats {

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeats.class);

    private final Session session;
    private final DispatcherClient client;
    private final Jobs jobs;
    private final StopSignal ended;

    Heartbeats(Session session, DispatcherClient client, Jobs jobs, StopSignal ended) {
        this.session = session;
        this.client = client;
        this.jobs = jobs;
        this.ended = ended;
    }

    /** Beats until the agent has ended; goes on while it gives its leases back. */
    void run() throws InterruptedException, AgentException, IOException {
        int failures = 0;
        Session.Membership as = session.membership();
        while (as != null) {
            Duration rhythm = as.heartbeat();
            switch (beat(as)) {
                case Reply.Answered<Heartbeat.Answer>(Heartbeat.Answer answer) -> {
                    failures = 0;
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
            if (as == null || ended.pause(rhythm)) {
                return;
            }
            as = session.membership();
        }
    }

    private Reply<Heartbeat.Answer> beat(Session.Membership as) throws IOException {
        Heartbeat heartbeat = new Heartbeat(session.offeredGb(), jobs.progress());
        return session.once(as, me -> client.heartbeat(me.nodeId(), heartbeat, me.token(), ended));
    }
}

package org.climaterescue.agent;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.climaterescue.agent.fetch.StopSignal;
import org.climaterescue.agent.link.DispatcherClient;
import org.climaterescue.agent.link.Reply;
import org.climaterescue.protocol.AssignedTask;
import org.climaterescue.protocol.DispatchRequest;
import org.climaterescue.protocol.DispatchResponse;
import org.climaterescue.protocol.NodeStatus;
import org.climaterescue.protocol.PriorityLevel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks for work while a slot is free. */
final class WorkLoop {

    private static final Logger LOG = LoggerFactory.getLogger(WorkLoop.class);

    /** An empty answer that comes sooner was not a wait for work; asking again at once would be a busy loop. */
    private static final Duration QUICK = Duration.ofSeconds(1);

    private final Session session;
    private final DispatcherClient client;
    private final @Nullable PriorityLevel level;
    private final Tuning tuning;
    private final StopSignal closing;
    private final Connectivity connectivity;
    private final Semaphore slots;
    private final Consumer<AssignedTask> start;
    private int failures;
    private int quickEmpty;

    /**
     * A loop.
     *
     * @param slots free slots; whoever finishes a task gives its permit back
     * @param start begins work on a task and returns at once; it owns one permit from then on
     */
    WorkLoop(
            Session session,
            DispatcherClient client,
            @Nullable PriorityLevel level,
            Tuning tuning,
            StopSignal closing,
            Connectivity connectivity,
            Semaphore slots,
            Consumer<AssignedTask> start) {
        this.session = session;
        this.client = client;
        this.level = level;
        this.tuning = tuning;
        this.closing = closing;
        this.connectivity = connectivity;
        this.slots = slots;
        this.start = start;
    }

    /** Asks until the agent closes. */
    void run() throws InterruptedException, AgentException, IOException {
        while (true) {
            slots.acquire();
            int free = 1;
            int given = 0;
            try {
                boolean online = connectivity.await(closing);
                if (closing.isStopped()) {
                    return;
                }
                free += slots.drainPermits();
                List<AssignedTask> tasks = ask(online ? free : 1);
                // What a dispatcher gives beyond the free slots is left out of the heartbeats, and so goes back by
                // itself.
                for (AssignedTask task : tasks.subList(0, Math.min(free, tasks.size()))) {
                    start.accept(task);
                    given++;
                }
            } finally {
                slots.release(free - given);
            }
        }
    }

    private List<AssignedTask> ask(int free) throws InterruptedException, AgentException, IOException {
        Session.Membership as = session.membership();
        if (as == null) {
            return List.of();
        }
        DispatchRequest request =
                new DispatchRequest(as.identity().nodeId(), session.offeredGb(), level, free, tuning.pollSeconds());
        long asked = System.nanoTime();
        switch (session.once(as, me -> client.dispatch(request, me.token(), closing))) {
            case Reply.Answered<DispatchResponse>(DispatchResponse response) -> {
                failures = 0;
                if (response.assignment().nodeStatus() == NodeStatus.GONE && !closing.isStopped()) {
                    throw Session.signedOff();
                }
                session.heardOf(response.assignment().nodeStatus());
                List<AssignedTask> tasks = response.assignment().assignedTasks();
                boolean quick = System.nanoTime() - asked < QUICK.toNanos();
                quickEmpty = tasks.isEmpty() && quick ? quickEmpty + 1 : 0;
                if (quickEmpty > 0) {
                    closing.pause(tuning.away().after(quickEmpty));
                }
                return tasks;
            }
            case Reply.Refused<DispatchResponse> refused -> {
                failures++;
                if (Session.isForgotten(refused)) {
                    session.join(as);
                } else {
                    LOG.warn("The dispatcher gives no work ({}): {}", refused.status(), refused.detail());
                }
                closing.pause(tuning.away().after(failures));
            }
            case Reply.Away<DispatchResponse> away -> {
                failures++;
                closing.pause(session.pauseAfter(away, failures));
            }
        }
        return List.of();
    }
}

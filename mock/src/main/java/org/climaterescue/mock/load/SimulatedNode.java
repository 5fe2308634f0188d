package org.climaterescue.mock.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.climaterescue.protocol.AssignedTask;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.DispatchRequest;
import org.climaterescue.protocol.DispatchResponse;
import org.climaterescue.protocol.Failure;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.Heartbeat;
import org.climaterescue.protocol.Limits;
import org.climaterescue.protocol.NodeWelcome;
import org.climaterescue.protocol.PriorityLevel;
import org.climaterescue.protocol.Sha256;

/**
 * One node of a {@link Fleet}: waits for work in a dispatch, sleeps instead of downloading, reports, and sends heartbeats meanwhile.
 * It does what the agent does, at no cost of disk or network.
 */
final class SimulatedNode {

    private static final int WAIT_SECONDS = 20;

    private final int number;
    private final NodeWelcome welcome;
    private final Fleet fleet;
    private final FleetPlan plan;
    private final int slots;
    private final Semaphore free;
    private final Map<String, AssignedTask> holding = new ConcurrentHashMap<>();
    private final AtomicLong untilSilence;
    private volatile boolean silent;

    SimulatedNode(int number, NodeWelcome welcome, Fleet fleet) {
        this.number = number;
        this.welcome = welcome;
        this.fleet = fleet;
        this.plan = fleet.plan();
        this.slots = plan.slots(number);
        this.free = new Semaphore(slots);
        this.untilSilence = new AtomicLong(plan.silentAfter(number));
    }

    boolean isSilent() {
        return silent;
    }

    /** Asks for work until the run is over or it falls silent. */
    void work(ExecutorService threads) throws InterruptedException {
        while (!silent) {
            free.acquire();
            int wanted = 1 + free.drainPermits();
            // Looks first: how long a node waits since there is nothing to give says nothing of the dispatcher.
            List<AssignedTask> given = ask(wanted, 0, CallKind.DISPATCH);
            if (given.isEmpty()) {
                given = ask(wanted, WAIT_SECONDS, CallKind.WAIT);
            }
            free.release(wanted - given.size());
            for (AssignedTask task : given) {
                threads.execute(() -> fleet.attempt(() -> download(task)));
            }
        }
    }

    private List<AssignedTask> ask(int wanted, int waitSeconds, CallKind kind) throws InterruptedException {
        var request = new DispatchRequest(
                welcome.nodeId(), plan.capacityGb(number), PriorityLevel.CRITICAL, wanted, waitSeconds);
        long began = System.nanoTime();
        List<AssignedTask> given = fleet.client()
                .post("/dispatch", request, welcome.token(), Duration.ofSeconds(waitSeconds))
                .as(DispatchResponse.class)
                .assignment()
                .assignedTasks();
        if (!given.isEmpty()) {
            fleet.timeline().called(kind, began);
        }
        for (AssignedTask task : given) {
            int of = fleet.workload().number(task.datasetUrl());
            if (of < 0) {
                throw Drain.foreign(fleet.client(), welcome, given, task);
            }
            holding.put(task.assignmentId(), task);
            fleet.accounts().given(of, number, task.assignmentId(), holding.size(), slots, fits());
        }
        return given;
    }

    private boolean fits() {
        long bytes = holding.values().stream()
                .mapToLong(task -> task.sizeBytes() == null ? 0 : task.sizeBytes())
                .sum();
        return bytes <= Limits.bytes(plan.capacityGb(number));
    }

    private void download(AssignedTask task) throws InterruptedException {
        int of = fleet.workload().number(task.datasetUrl());
        TimeUnit.NANOSECONDS.sleep(plan.download(of, task.attempt()).toNanos());
        if (silent || untilSilence.getAndDecrement() <= 0) {
            silent = true;
            fleet.accounts().orphaned(of);
            return;
        }
        // From here on heartbeats leave it out: one that crosses the report would be told that it is over.
        if (holding.remove(task.assignmentId()) != null) {
            if (plan.fails(of, task.attempt(), number)) {
                fail(task, of);
            } else {
                complete(task, of);
            }
        }
        free.release();
    }

    private void complete(AssignedTask task, int of) throws InterruptedException {
        String digest = Sha256.ofText(task.datasetUrl()).hex();
        var completion =
                new Completion(welcome.nodeId(), digest, fleet.workload().bytes(of), null, null, null, null);
        long began = System.nanoTime();
        LoadClient.Answer answer = report(task, "complete", completion);
        fleet.timeline().called(CallKind.COMPLETE, began);
        if (answer.status() == 200) {
            fleet.accounts().completed(of, number, task.assignmentId(), answer.as(Completion.Result.class));
            fleet.timeline().done(1);
        } else {
            fleet.accounts().refused(of, number);
        }
    }

    private void fail(AssignedTask task, int of) throws InterruptedException {
        FailureReason[] passing = {FailureReason.NETWORK, FailureReason.TIMEOUT, FailureReason.ORIGIN_ERROR};
        FailureReason reason = passing[of % passing.length];
        var failure = new Failure(welcome.nodeId(), reason, "made up by a load test", null, null, null);
        long began = System.nanoTime();
        LoadClient.Answer answer = report(task, "fail", failure);
        fleet.timeline().called(CallKind.FAIL, began);
        if (answer.status() == 200) {
            fleet.accounts().failed(of, number, answer.as(Failure.Result.class).retryAt());
        } else {
            fleet.accounts().refused(of, number);
        }
    }

    private LoadClient.Answer report(AssignedTask task, String verb, Object body) throws InterruptedException {
        return fleet.client().post("/assignments/" + task.assignmentId() + "/" + verb, body, welcome.token(), 409);
    }

    /** Renews its leases until the run is over or it falls silent. */
    void beat() throws InterruptedException {
        long every = TimeUnit.SECONDS.toNanos(welcome.heartbeatSeconds());
        TimeUnit.NANOSECONDS.sleep(ThreadLocalRandom.current().nextLong(every));
        while (!silent) {
            List<Heartbeat.Progress> progress = new ArrayList<>();
            holding.forEach((lease, task) -> progress.add(new Heartbeat.Progress(lease, bytesDone(task), null)));
            long began = System.nanoTime();
            Heartbeat.Answer answer = fleet.client()
                    .post(
                            "/nodes/" + welcome.nodeId() + "/heartbeat",
                            new Heartbeat(plan.capacityGb(number), progress),
                            welcome.token())
                    .as(Heartbeat.Answer.class);
            fleet.timeline().called(CallKind.HEARTBEAT, began);
            for (Heartbeat.Stop stop : answer.stop()) {
                AssignedTask stopped = holding.remove(stop.assignmentId());
                if (stopped != null) {
                    fleet.accounts().stopped(fleet.workload().number(stopped.datasetUrl()), number);
                }
            }
            TimeUnit.NANOSECONDS.sleep(every - Math.min(every, System.nanoTime() - began));
        }
    }

    /** Half of the file: what matters is that there is some. */
    private static long bytesDone(AssignedTask task) {
        return task.sizeBytes() == null ? 0 : task.sizeBytes() / 2;
    }
}

package org.climaterescue.mock.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.climaterescue.protocol.AssignedTask;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.DispatchRequest;
import org.climaterescue.protocol.DispatchResponse;
import org.climaterescue.protocol.NodeWelcome;
import org.climaterescue.protocol.PriorityLevel;
import org.climaterescue.protocol.Release;
import org.climaterescue.protocol.TaskStatus;
import org.jspecify.annotations.Nullable;

/**
 * Puts a workload through as fast as the dispatcher stands: each connection is a node that asks for tasks and reports them as done, in
 * turn. As many calls are under way as there are connections, so what is measured is a dispatcher that never rests.
 */
final class Drain {

    private static final String DIGEST = "a".repeat(64);
    private static final double CAPACITY_GB = 1000;
    private static final long MOMENT_MILLIS = 20;
    private static final long STARVED_SECONDS = 30;

    private final LoadClient client;
    private final Workload workload;
    private final int batch;
    private final Timeline timeline;
    private final AtomicInteger toAsk;
    private final AtomicIntegerArray given;
    private final AtomicLong lastGiven = new AtomicLong(System.nanoTime());

    Drain(LoadClient client, Workload workload, int batch, Timeline timeline) {
        this.client = client;
        this.workload = workload;
        this.batch = batch;
        this.timeline = timeline;
        this.toAsk = new AtomicInteger(workload.count());
        this.given = new AtomicIntegerArray(workload.count());
    }

    /** Until every task has been given and reported. */
    void run(List<NodeWelcome> nodes) throws InterruptedException {
        Parallel.run(
                nodes.size(),
                nodes.stream().<Parallel.Step>map(node -> () -> work(node)).toList());
    }

    private void work(NodeWelcome node) throws InterruptedException {
        while (true) {
            int wanted = Math.min(batch, toAsk.getAndUpdate(left -> Math.max(0, left - batch)));
            if (wanted <= 0) {
                return;
            }
            List<AssignedTask> tasks = ask(node, wanted);
            toAsk.addAndGet(wanted - tasks.size());
            if (tasks.isEmpty()) {
                requireNotStarved();
                TimeUnit.MILLISECONDS.sleep(MOMENT_MILLIS);
            } else if (batch == 1) {
                report(node, tasks.getFirst());
            } else {
                report(node, tasks);
            }
        }
    }

    private List<AssignedTask> ask(NodeWelcome node, int wanted) throws InterruptedException {
        var request = new DispatchRequest(node.nodeId(), CAPACITY_GB, PriorityLevel.CRITICAL, wanted, null);
        long began = System.nanoTime();
        LoadClient.Answer answer = client.post("/dispatch", request, node.token());
        List<AssignedTask> tasks =
                answer.as(DispatchResponse.class).assignment().assignedTasks();
        if (!tasks.isEmpty()) {
            timeline.called(CallKind.DISPATCH, began);
            lastGiven.set(System.nanoTime());
        }
        for (AssignedTask task : tasks) {
            int number = workload.number(task.datasetUrl());
            if (number < 0) {
                throw foreign(client, node, tasks, task);
            }
            if (given.incrementAndGet(number) > 1) {
                throw new LoadTestFailed(
                        "task %s was given out twice, though nobody had let it go".formatted(task.taskId()));
            }
        }
        return tasks;
    }

    /** Gives back what is not ours to do: nothing is reported of it. */
    static LoadTestFailed foreign(LoadClient client, NodeWelcome node, List<AssignedTask> tasks, AssignedTask foreign)
            throws InterruptedException {
        for (AssignedTask task : tasks) {
            client.post(
                    "/assignments/" + task.assignmentId() + "/release", new Release(node.nodeId()), node.token(), 409);
        }
        return new LoadTestFailed(
                ("the dispatcher gave out task %s (%s), which is none of this load test; it was given back"
                                + " untouched. Is another load test running, or a rescue with tasks as urgent?")
                        .formatted(foreign.taskId(), foreign.datasetUrl()));
    }

    private void requireNotStarved() {
        if (System.nanoTime() - lastGiven.get() > TimeUnit.SECONDS.toNanos(STARVED_SECONDS)) {
            throw new LoadTestFailed(
                    "the dispatcher has given out nothing for %d s though tasks are left. Is another node taking them, or are hosts paused?"
                            .formatted(STARVED_SECONDS));
        }
    }

    private void report(NodeWelcome node, AssignedTask task) throws InterruptedException {
        var completion = new Completion(node.nodeId(), DIGEST, size(task), null, null, null, null);
        long began = System.nanoTime();
        LoadClient.Answer answer =
                client.post("/assignments/" + task.assignmentId() + "/complete", completion, node.token());
        timeline.called(CallKind.COMPLETE, began);
        done(task, answer.as(Completion.Result.class).taskStatus());
    }

    private void report(NodeWelcome node, List<AssignedTask> tasks) throws InterruptedException {
        List<Completion.Item> items = new ArrayList<>(tasks.size());
        for (AssignedTask task : tasks) {
            items.add(new Completion.Item(task.assignmentId(), DIGEST, size(task), null, null, null, null));
        }
        long began = System.nanoTime();
        LoadClient.Answer answer =
                client.post("/assignments/complete", new Completion.Bulk(node.nodeId(), items), node.token());
        timeline.called(CallKind.COMPLETE, began);
        List<Completion.ItemResult> results =
                answer.as(Completion.BulkResult.class).results();
        for (int i = 0; i < tasks.size(); i++) {
            done(tasks.get(i), results.get(i).taskStatus());
        }
    }

    private void done(AssignedTask task, @Nullable TaskStatus status) {
        if (status != TaskStatus.RESCUED) {
            throw new LoadTestFailed(
                    "task %s is %s after its one copy was reported, not rescued".formatted(task.taskId(), status));
        }
        timeline.done(1);
    }

    private long size(AssignedTask task) {
        return workload.bytes(workload.number(task.datasetUrl()));
    }
}

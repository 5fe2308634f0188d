package org.climaterescue.cli.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.DispatchRequest;
import org.climaterescue.protocol.Failure;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.Heartbeat;
import org.climaterescue.protocol.NodeRegistration;
import org.climaterescue.protocol.Release;

/** A volunteer's machine that downloads nothing but does all that one does, and in bad times what one should not do. */
final class SimulatedNode {

    private static final double SPACE_GB = 100;

    private static final List<FailureReason> EXCUSES = List.of(
            FailureReason.NETWORK,
            FailureReason.TIMEOUT,
            FailureReason.ORIGIN_ERROR,
            FailureReason.ORIGIN_BUSY,
            FailureReason.OTHER,
            FailureReason.DISK_FULL,
            FailureReason.SHUTDOWN);

    private final String nodeId;
    private final NodeRegistration introduction;
    private final Calls calls;
    private final Stage stage;
    private final Testimony testimony;
    private final Random chance;
    private final AtomicInteger mayDie;

    /** What it works on, as its heartbeats list it. */
    private final Map<String, Long> holding = new ConcurrentHashMap<>();

    /** Finished files that it could not report because it was silent. */
    private final Set<Job> unreported = ConcurrentHashMap.newKeySet();

    private final CountDownLatch known = new CountDownLatch(1);
    private volatile boolean silent;
    private volatile boolean dead;

    /** @param mayDie how many of the nodes may still go silent for ever */
    SimulatedNode(int number, ChaosPlan plan, Calls calls, Stage stage, Testimony testimony, AtomicInteger mayDie) {
        this.nodeId = "node-" + number;
        this.introduction = new NodeRegistration(
                nodeId, "Node " + number, "operator-" + number % 13, "region-" + number % 5, SPACE_GB, null);
        this.calls = calls;
        this.stage = stage;
        this.testimony = testimony;
        this.chance = plan.chance(nodeId);
        this.mayDie = mayDie;
    }

    /** Works until everything is over, or it dies. */
    void live() throws InterruptedException {
        register();
        known.countDown();
        while (!stage.isOver() && !dead) {
            List<Job> jobs = ask();
            try (var work = new Actors()) {
                jobs.forEach(job -> work.start(nodeId + " at work", () -> work(job)));
            }
            if (silent) {
                comeBack();
            }
        }
    }

    /** Says that it lives, until everything is over or it dies. */
    void beat() throws InterruptedException {
        var rhythm = new Random(chance.nextLong());
        while (!stage.isOver() && !dead) {
            stage.pass(rhythm, Duration.ofMillis(400), Duration.ofMillis(700));
            if (silent || known.getCount() > 0) {
                continue;
            }
            List<Heartbeat.Progress> progress = new ArrayList<>();
            holding.forEach((id, bytes) -> progress.add(new Heartbeat.Progress(id, bytes, null)));
            Calls.Reply reply = calls.post(
                    rhythm,
                    "heartbeat",
                    "/nodes/" + nodeId + "/heartbeat",
                    new Heartbeat(SPACE_GB, progress),
                    Duration.ZERO);
            if (reply instanceof Calls.Reply.Answered answered) {
                answered.body()
                        .at("/stop")
                        .forEach(
                                stop -> holding.remove(stop.at("/assignment_id").asText()));
            }
        }
    }

    private void register() throws InterruptedException {
        calls.insist(chance, "register", "/nodes", introduction);
    }

    private List<Job> ask() throws InterruptedException {
        int waits = 1 + chance.nextInt(3);
        Calls.Reply reply = calls.post(
                chance,
                "dispatch",
                "/dispatch",
                new DispatchRequest(nodeId, SPACE_GB, null, 1 + chance.nextInt(3), waits),
                Duration.ofSeconds(waits));
        List<Job> jobs = new ArrayList<>();
        if (reply instanceof Calls.Reply.Answered answered) {
            for (JsonNode task : answered.body().at("/assignment/assigned_tasks")) {
                var job = new Job(
                        task.at("/assignment_id").asText(),
                        task.at("/task_id").asText(),
                        task.at("/dataset_url").asText());
                holding.put(job.assignmentId, 0L);
                jobs.add(job);
            }
        } else {
            stage.pass(chance, Duration.ofMillis(200), Duration.ofMillis(800));
        }
        return jobs;
    }

    private void work(Job job) throws InterruptedException {
        stage.pass(chance, Duration.ofMillis(20), Duration.ofMillis(300));
        holding.computeIfPresent(job.assignmentId, (id, bytes) -> ChaosPlan.size(job.url) / 2);
        stage.pass(chance, Duration.ofMillis(10), Duration.ofMillis(100));
        int fate = stage.isWild() ? chance.nextInt(100) : 99;
        if (silent) {
            unreported.add(job);
        } else if (fate < 2) {
            silent = true;
            unreported.add(job);
        } else if (ChaosPlan.isDead(job.url)) {
            fail(job, FailureReason.GONE);
        } else if (fate < 4) {
            // Its heartbeats leave it out, and nobody is told.
            holding.remove(job.assignmentId);
        } else if (fate < 7) {
            calls.insist(chance, "release", job.call("release"), new Release(nodeId), "lease_lost");
            holding.remove(job.assignmentId);
        } else if (fate < 16 && testimony.mayFail(job.url)) {
            fail(job, EXCUSES.get(chance.nextInt(EXCUSES.size())));
        } else if (fate < 17) {
            leave();
            complete(job);
        } else if (fate < 22) {
            complete(job);
            complete(job);
        } else {
            complete(job);
        }
    }

    private void complete(Job job) throws InterruptedException {
        String digest = ChaosPlan.digest(job.url);
        var answer = calls.insist(
                chance,
                "complete",
                job.call("complete"),
                new Completion(nodeId, digest, ChaosPlan.size(job.url), null, null, null, null));
        testimony.completed(
                job.taskId, nodeId, digest, answer.body().at("/late").asBoolean());
        holding.remove(job.assignmentId);
    }

    private void fail(Job job, FailureReason reason) throws InterruptedException {
        Long pause = reason == FailureReason.ORIGIN_BUSY ? 1L : null;
        calls.insist(
                chance,
                "fail",
                job.call("fail"),
                new Failure(nodeId, reason, "made up", null, pause, null),
                "lease_lost");
        testimony.failed();
        holding.remove(job.assignmentId);
    }

    /** Signs off and is taken in again. */
    private void leave() throws InterruptedException {
        calls.delete(chance, "sign off", "/nodes/" + nodeId);
        register();
    }

    /** After a silence in which its leases ran out, or not quite. Some of what it had is finished and reported late. */
    private void comeBack() throws InterruptedException {
        if (chance.nextInt(5) == 0 && mayDie.getAndDecrement() > 0) {
            dead = true;
            return;
        }
        stage.pass(chance, ChaosPlan.LOST_AFTER.dividedBy(2), ChaosPlan.LOST_AFTER.multipliedBy(2));
        holding.clear();
        silent = false;
        if (chance.nextBoolean()) {
            register();
        }
        for (Job job : List.copyOf(unreported)) {
            if (!ChaosPlan.isDead(job.url) && chance.nextBoolean()) {
                complete(job);
            }
        }
        unreported.clear();
    }

    private record Job(String assignmentId, String taskId, String url) {

        String call(String verb) {
            return "/assignments/" + assignmentId + "/" + verb;
        }
    }
}

package org.climaterescue.dispatcher.assignment;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;
import org.climaterescue.db.ledger.TaskChanges;
import org.climaterescue.db.ledger.TaskFacts;
import org.climaterescue.protocol.AssignmentStatus;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.StopReason;
import org.climaterescue.protocol.TaskStatus;
import org.climaterescue.protocol.Verification;
import org.jspecify.annotations.Nullable;

/**
 * What became of assignments, copies and tasks at this instance. Every meter is there from the start, at zero: a counter that appears
 * with its first event hides that event from whoever asks for its increase.
 */
@Singleton
final class CustodyMeters {

    /** From what a small file takes to the longest that a large one does. */
    private static final Duration[] AGES = Stream.of(1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600)
            .map(Duration::ofSeconds)
            .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Counter completed;
    private final Counter silent;
    private final Counter stalled;
    private final Counter returned;
    private final Counter leftBehind;
    private final Counter cancelled;
    private final Counter targetMet;
    private final Map<FailureReason, Counter> failed = new EnumMap<>(FailureReason.class);
    private final Map<AssignmentStatus, Timer> ages = new EnumMap<>(AssignmentStatus.class);
    private final Map<Verification, Counter> copies = new EnumMap<>(Verification.class);
    private final Map<TaskStatus, Counter> settled = new EnumMap<>(TaskStatus.class);
    private final Counter late;
    private final Counter bytes;

    CustodyMeters(MeterRegistry registry) {
        this.registry = registry;
        this.completed = ended(AssignmentStatus.COMPLETED, "none");
        this.silent = ended(AssignmentStatus.EXPIRED, "silent");
        this.stalled = ended(AssignmentStatus.EXPIRED, StopReason.STALLED.wire());
        this.returned = ended(AssignmentStatus.RELEASED, "returned");
        this.leftBehind = ended(AssignmentStatus.RELEASED, "left_behind");
        this.cancelled = ended(AssignmentStatus.CANCELLED, StopReason.CANCELLED.wire());
        this.targetMet = ended(AssignmentStatus.CANCELLED, StopReason.TARGET_MET.wire());
        for (FailureReason reason : FailureReason.values()) {
            failed.put(reason, ended(AssignmentStatus.FAILED, reason.wire()));
        }
        for (AssignmentStatus outcome : AssignmentStatus.values()) {
            if (outcome != AssignmentStatus.ACTIVE) {
                ages.put(outcome, age(outcome));
            }
        }
        for (Verification verification : Verification.values()) {
            copies.put(verification, copies(verification));
        }
        for (TaskStatus status : new TaskStatus[] {TaskStatus.RESCUED, TaskStatus.FAILED, TaskStatus.CANCELLED}) {
            settled.put(status, settled(status));
        }
        this.late = Counter.builder("rescue.copies.late")
                .description("copies that came after their lease was lost, and count all the same")
                .register(registry);
        this.bytes = Counter.builder("rescue.copies.size")
                .baseUnit("bytes")
                .description("bytes of the copies that nodes reported")
                .register(registry);
    }

    /** Counts what has been decided. Touches nothing but memory. */
    void count(Collection<TaskChanges> changes) {
        for (TaskChanges task : changes) {
            for (TaskChanges.Event event : task.events()) {
                count(task, event);
            }
            for (TaskChanges.NewCopy copy : task.copies()) {
                count(task.standing(), copy);
            }
            TaskFacts.Standing before = task.facts().standing();
            TaskFacts.Standing after = task.standing();
            if (after != null && (before == null || before.status() != after.status())) {
                Counter counter = settled.get(after.status());
                if (counter != null) {
                    counter.increment();
                }
            }
        }
    }

    private void count(TaskChanges task, TaskChanges.Event event) {
        Long token = event.token();
        TaskFacts.Lease lease = token == null ? null : ended(task, token);
        if (lease == null || token == null) {
            return;
        }
        switch (event.kind()) {
            case "completed" -> end(task, lease, AssignmentStatus.COMPLETED, completed);
            case "failed" -> end(task, lease, AssignmentStatus.FAILED, failed(task, token));
            case "expired" ->
                end(task, lease, AssignmentStatus.EXPIRED, reason(task, token) == null ? silent : stalled);
            case "released" ->
                end(task, lease, AssignmentStatus.RELEASED, event.actor() == null ? returned : leftBehind);
            case "assignment_cancelled" ->
                end(
                        task,
                        lease,
                        AssignmentStatus.CANCELLED,
                        event.after() == TaskStatus.CANCELLED ? cancelled : targetMet);
            default -> {
                // It says something of an assignment that goes on.
            }
        }
    }

    private void end(TaskChanges task, TaskFacts.Lease lease, AssignmentStatus outcome, @Nullable Counter counter) {
        Timer age = ages.get(outcome);
        if (counter != null && age != null) {
            counter.increment();
            age.record(Duration.between(lease.assignedAt(), task.facts().now()));
        }
    }

    private static TaskFacts.@Nullable Lease ended(TaskChanges task, long token) {
        for (TaskFacts.Lease lease : task.ended()) {
            if (lease.token() == token) {
                return lease;
            }
        }
        return null;
    }

    private @Nullable Counter failed(TaskChanges task, long token) {
        FailureReason reason = reason(task, token);
        return reason == null ? null : failed.get(reason);
    }

    private static @Nullable FailureReason reason(TaskChanges task, long token) {
        for (TaskChanges.NewFailure failure : task.failures()) {
            if (failure.token() == token) {
                return failure.report().reason();
            }
        }
        return null;
    }

    /** The copy as it stands at its arrival; later ones may bring it another verdict. */
    private void count(TaskFacts.@Nullable Standing standing, TaskChanges.NewCopy copy) {
        Verification verdict = Verification.UNVERIFIED;
        if (standing != null && standing.verification() != null) {
            boolean leads = standing.sha256() == null || copy.sha256().equals(standing.sha256());
            verdict = leads ? standing.verification() : Verification.REJECTED;
        }
        Counter counter = copies.get(verdict);
        if (counter != null) {
            counter.increment();
        }
        bytes.increment(copy.report().sizeBytes());
        if (copy.late()) {
            late.increment();
        }
    }

    private Counter ended(AssignmentStatus outcome, String reason) {
        return Counter.builder("rescue.assignments.ended")
                .description("assignments that ended here, by how and why; expired ones were reaped")
                .tag("outcome", outcome.wire())
                .tag("reason", reason)
                .register(registry);
    }

    private Timer age(AssignmentStatus outcome) {
        return Timer.builder("rescue.lease.age")
                .description("how old an assignment was when it ended")
                .tag("outcome", outcome.wire())
                .serviceLevelObjectives(AGES)
                .register(registry);
    }

    private Counter copies(Verification verification) {
        return Counter.builder("rescue.copies.reported")
                .description("copies that nodes reported, by what was known of each at its arrival")
                .tag("verification", verification.wire())
                .register(registry);
    }

    private Counter settled(TaskStatus status) {
        return Counter.builder("rescue.tasks.settled")
                .description("tasks that came to an end here")
                .tag("status", status.wire())
                .register(registry);
    }
}

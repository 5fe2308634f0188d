package org.climaterescue.dispatcher.assignment;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.climaterescue.db.ledger.Ledger;
import org.climaterescue.db.ledger.TaskChanges;
import org.climaterescue.db.ledger.TaskFacts;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.Failure;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.Release;
import org.climaterescue.protocol.Sha256;
import org.climaterescue.protocol.StopReason;
import org.climaterescue.protocol.TaskId;
import org.climaterescue.protocol.TaskStatus;
import org.climaterescue.protocol.Verification;
import org.jspecify.annotations.Nullable;

/**
 * One task under its lock: decides what a transition does to it and collects the changes. Touches no database and no clock,
 * so that every rule can be tested on plain values.
 */
public final class Custody {

    /** The actor of what an operator did. */
    private static final String OPERATOR = "operator";

    /** Heartbeats in a row that may not leave an assignment out. */
    private static final int OMISSIONS = 2;

    private final TaskFacts facts;
    private final RetryPolicy retries;
    private final RandomGenerator chance;
    private final String instance;
    private final TaskChanges changes;

    private final List<TaskFacts.Lease> leases;
    private final Map<Long, Ledger.Ended> endedHere = new HashMap<>();
    private final List<TaskFacts.HeldCopy> copies;
    private List<TaskFacts.PastFailure> failures;
    private boolean cancelled;
    private @Nullable Instant retryAt;
    private TaskStatus status;
    private Verdict verdict;

    /**
     * Starts from what stands.
     *
     * @param instance the dispatcher that acts, named in the chain of custody where no node and no operator did
     */
    Custody(TaskFacts facts, RetryPolicy retries, RandomGenerator chance, String instance) {
        this.facts = facts;
        this.retries = retries;
        this.chance = chance;
        this.instance = instance;
        this.changes = new TaskChanges(facts);
        this.leases = new ArrayList<>(facts.leases());
        this.copies = new ArrayList<>(facts.copies());
        this.failures = new ArrayList<>(facts.failures());
        TaskFacts.Standing standing = facts.standing();
        this.cancelled = standing != null && standing.status() == TaskStatus.CANCELLED;
        this.retryAt = facts.retryAt();
        this.verdict = Verdict.of(facts.sha256(), copies);
        this.status =
                standing != null ? standing.status() : leases.isEmpty() ? TaskStatus.PENDING : TaskStatus.ASSIGNED;
    }

    TaskChanges changes() {
        return changes;
    }

    TaskStatus status() {
        return status;
    }

    TaskFacts facts() {
        return facts;
    }

    /**
     * A node reports that it holds the file.
     *
     * @param past how the assignment ended; null when it never existed or is active
     */
    Outcome<Completion.Result> complete(int nodeNo, long token, Completion report, Ledger.@Nullable Ended past) {
        Sha256 digest = Sha256.parse(report.sha256());
        Optional<TaskFacts.Lease> lease = lease(token);
        Optional<Ledger.Ended> over = over(token, past);
        Optional<Outcome.Refused<Completion.Result>> refused = owner(lease, over, nodeNo);
        if (refused.isPresent()) {
            return refused.get();
        }
        Optional<TaskFacts.HeldCopy> held =
                copies.stream().filter(copy -> copy.nodeNo() == nodeNo).findFirst();
        if (held.isPresent()) {
            return completeAgain(held.get(), lease, token, digest, report);
        }
        if (cancelled) {
            return new Outcome.Refused<>(
                    ProblemException.of(409, "cancelled", "task " + id() + " was cancelled; drop the file"));
        }
        if (facts.sha256() != null && !facts.sha256().equals(digest)) {
            lease.ifPresent(active -> mismatch(active, digest));
            return new Outcome.Refused<>(ProblemException.of(
                    422,
                    "digest_mismatch",
                    "the catalog gives SHA-256 " + facts.sha256().hex() + " for task " + id() + ", not "
                            + digest.hex()));
        }
        Optional<TaskFacts.HeldCopy> otherSize = copies.stream()
                .filter(copy -> copy.sha256().equals(digest) && copy.sizeBytes() != report.sizeBytes())
                .findFirst();
        if (otherSize.isPresent()) {
            String what = "reported %d bytes with SHA-256 %s; task %s is held with that digest and %d bytes"
                    .formatted(
                            report.sizeBytes(),
                            digest.hex(),
                            id(),
                            otherSize.get().sizeBytes());
            lease.ifPresent(
                    active -> charge(active, new Failure("", FailureReason.DIGEST_MISMATCH, what, null, null, null)));
            return new Outcome.Refused<>(ProblemException.of(422, "size_mismatch", what));
        }
        boolean late = lease.isEmpty();
        String voice = lease.map(TaskFacts.Lease::voice)
                .or(() -> over.map(Ledger.Ended::voice))
                .orElseThrow();
        lease.ifPresent(this::end);
        copies.add(new TaskFacts.HeldCopy(nodeNo, voice, token, digest, report.sizeBytes(), late, false));
        changes.add(new TaskChanges.NewCopy(nodeNo, voice, token, digest, report, late));
        settle();
        note("completed", null, nodeNo, token, report.sizeBytes(), late ? Detail.of("late", true) : null);
        stopOthersIfDone();
        return new Outcome.Done<>(result(digest, late));
    }

    private Outcome<Completion.Result> completeAgain(
            TaskFacts.HeldCopy held, Optional<TaskFacts.Lease> lease, long token, Sha256 digest, Completion report) {
        if (!held.sha256().equals(digest)) {
            return new Outcome.Refused<>(ProblemException.of(
                    409,
                    "different_digest",
                    "this node has already reported task " + id() + " with SHA-256 "
                            + held.sha256().hex()));
        }
        lease.ifPresent(active -> {
            end(active);
            settle();
            note("completed", null, active.nodeNo(), token, report.sizeBytes(), Detail.of("again", true));
        });
        return new Outcome.Done<>(result(digest, held.token() == token ? held.late() : lease.isEmpty()));
    }

    private void mismatch(TaskFacts.Lease lease, Sha256 digest) {
        var report =
                new Failure("", FailureReason.DIGEST_MISMATCH, "reported SHA-256 " + digest.hex(), null, null, null);
        charge(lease, report);
    }

    /** A node reports that it could not. */
    Outcome<Failure.Result> fail(int nodeNo, long token, Failure report, Ledger.@Nullable Ended past) {
        Optional<TaskFacts.Lease> lease = lease(token);
        Optional<Outcome.Refused<Failure.Result>> refused = owner(lease, over(token, past), nodeNo);
        if (refused.isPresent()) {
            return refused.get();
        }
        if (lease.isEmpty()) {
            return lost();
        }
        if (report.sizeBytes() != null) {
            learn(lease.get(), report.sizeBytes());
        }
        charge(lease.get(), report);
        return new Outcome.Done<>(new Failure.Result(status, retryAt));
    }

    /**
     * The origin has told a node how large the file is: the node's assignment reserves that much, and a task of unknown size
     * has it. What is known of the task's size already stands, be it a catalog's word or another node's.
     *
     * @return false when the assignment has ended
     */
    boolean tell(long token, long size) {
        Optional<TaskFacts.Lease> lease = lease(token);
        lease.ifPresent(active -> {
            changes.reserve(active, Math.max(size, active.bytesDone()));
            learn(active, size);
        });
        return lease.isPresent();
    }

    private void learn(TaskFacts.Lease lease, long size) {
        if (changes.sizeBytes() == null) {
            changes.size(size);
            note("sized", null, lease.nodeNo(), lease.token(), lease.bytesDone(), Detail.of("size_bytes", size));
        }
    }

    /** A node gives the task back unharmed. */
    Outcome<Release.Result> release(int nodeNo, long token, Ledger.@Nullable Ended past) {
        Optional<TaskFacts.Lease> lease = lease(token);
        Optional<Outcome.Refused<Release.Result>> refused = owner(lease, over(token, past), nodeNo);
        if (refused.isPresent()) {
            return refused.get();
        }
        if (lease.isEmpty()) {
            return lost();
        }
        giveBack(lease.get(), "released", null, null);
        return new Outcome.Done<>(new Release.Result(status));
    }

    /** Releases an assignment that two heartbeats in a row left out; false when one has listed it since, or it has ended. */
    boolean releaseOmitted(long token) {
        return lease(token).filter(lease -> lease.omissions() >= OMISSIONS).isPresent()
                && release(token, "two heartbeats left it out");
    }

    /** Releases an assignment that its node left behind; false when it has ended. */
    boolean release(long token, String why) {
        Optional<TaskFacts.Lease> lease = lease(token);
        lease.ifPresent(active -> giveBack(active, "released", instance, Detail.of("why", why)));
        return lease.isPresent();
    }

    /** Ends a lease that has run out, if it still has. It costs no attempt: the silence says nothing about the file. */
    boolean expire(long token) {
        Optional<TaskFacts.Lease> lease = lease(token).filter(TaskFacts.Lease::overdue);
        lease.ifPresent(active -> giveBack(active, "expired", instance, null));
        return lease.isPresent();
    }

    /**
     * Ends a lease on which no byte has come for too long. It costs an attempt: a file that nobody can get must not be tried
     * for ever.
     */
    boolean expireStalled(long token, Duration longest) {
        Optional<TaskFacts.Lease> stalled =
                lease(token).filter(active -> !active.idleSince().plus(longest).isAfter(facts.now()));
        stalled.ifPresent(lease -> {
            end(lease);
            var report = new Failure(
                    "", FailureReason.TIMEOUT, "no byte for " + longest.toSeconds() + " s", null, null, null);
            addFailure(lease, report);
            settle();
            note(
                    "expired",
                    instance,
                    lease.nodeNo(),
                    lease.token(),
                    lease.bytesDone(),
                    Detail.of("reason", StopReason.STALLED.wire()));
        });
        return stalled.isPresent();
    }

    /** An operator calls the task off. */
    Outcome<TaskStatus> cancel() {
        if (status == TaskStatus.RESCUED) {
            return new Outcome.Refused<>(ProblemException.of(
                    409, "already_rescued", "task " + id() + " is rescued; there is nothing to cancel"));
        }
        if (!cancelled) {
            cancelled = true;
            List<TaskFacts.Lease> stopped = List.copyOf(leases);
            stopped.forEach(this::end);
            settle();
            for (TaskFacts.Lease lease : stopped) {
                noteStop(lease, OPERATOR, StopReason.CANCELLED);
            }
            note("cancelled", OPERATOR, null, null, null, null);
        }
        return new Outcome.Done<>(status);
    }

    /** An operator wants a failed or cancelled task, or one in backoff, tried again at once; its past failures are forgiven. */
    Outcome<TaskStatus> retry() {
        boolean over = status == TaskStatus.FAILED || status == TaskStatus.CANCELLED;
        if (!over && retryAt == null) {
            return new Outcome.Refused<>(ProblemException.of(
                    409,
                    "not_failed",
                    "task " + id() + " is " + status.wire()
                            + "; only a task that failed, was cancelled or waits for its"
                            + " next try can be retried"));
        }
        cancelled = false;
        retryAt = null;
        failures = new ArrayList<>(failures.stream()
                .map(failure -> new TaskFacts.PastFailure(failure.nodeNo(), failure.reason(), false))
                .toList());
        changes.forgive();
        settle();
        note("retried", OPERATOR, null, null, null, null);
        return new Outcome.Done<>(status);
    }

    /** An operator changes the order of work. */
    TaskStatus prioritize(int priority) {
        changes.prioritize(priority);
        settle();
        note("prioritized", OPERATOR, null, null, null, Detail.of("priority", priority));
        return status;
    }

    /**
     * A node's copy is no more.
     *
     * @param byOperator whether an operator says so; else the node itself
     */
    boolean withdraw(int nodeNo, boolean byOperator, String why) {
        boolean held = copies.removeIf(copy -> copy.nodeNo() == nodeNo);
        if (held) {
            changes.withdrawCopyOf(nodeNo);
            settle();
            note("copy_withdrawn", byOperator ? OPERATOR : null, nodeNo, null, null, Detail.of("why", why));
            // Without the voice against it, another digest may lead.
            stopOthersIfDone();
        }
        return held;
    }

    /** A node speaks for another operator from now on; false when its copy counts as that one's vote already. */
    boolean changeVoice(int nodeNo, String voice) {
        Optional<TaskFacts.HeldCopy> other = copies.stream()
                .filter(copy -> copy.nodeNo() == nodeNo && !copy.voice().equals(voice))
                .findFirst();
        other.ifPresent(copy -> {
            copies.set(copies.indexOf(copy), copy.spokenBy(voice));
            changes.changeVoice(nodeNo, voice);
            settle();
            note("operator_changed", null, nodeNo, null, null, Detail.of("votes_as", voice));
            stopOthersIfDone();
        });
        return other.isPresent();
    }

    /** The wait after a failure may be over, or a catalog has said something else of the file: draws the consequences. */
    void reconsider() {
        TaskStatus before = status;
        settle();
        if (status != before) {
            note("reconsidered", instance, null, null, null, null);
            stopOthersIfDone();
        }
    }

    private void charge(TaskFacts.Lease lease, Failure report) {
        end(lease);
        boolean charged = addFailure(lease, report);
        settle();
        note("failed", null, lease.nodeNo(), lease.token(), lease.bytesDone(), Detail.of(report, charged));
    }

    private boolean addFailure(TaskFacts.Lease lease, Failure report) {
        // Only an origin that is busy says when to come back.
        Long asked = report.reason() == FailureReason.ORIGIN_BUSY ? report.retryAfterSeconds() : null;
        if (report.reason() == FailureReason.ORIGIN_BUSY) {
            changes.busyHost(asked);
        }
        boolean charged = retries.charges(report.reason());
        failures.add(new TaskFacts.PastFailure(lease.nodeNo(), report.reason(), charged));
        changes.add(new TaskChanges.NewFailure(lease.nodeNo(), lease.token(), report, charged));
        if (charged) {
            var hint = Duration.ofSeconds(asked == null ? 0 : asked);
            retryAt = facts.now().plus(retries.delay(retries.charged(failures), hint, chance));
        }
        return charged;
    }

    private void giveBack(TaskFacts.Lease lease, String kind, @Nullable String actor, @Nullable String detail) {
        end(lease);
        settle();
        note(kind, actor, lease.nodeNo(), lease.token(), lease.bytesDone(), detail);
    }

    private void stopOthersIfDone() {
        if (status == TaskStatus.RESCUED) {
            List<TaskFacts.Lease> others = List.copyOf(leases);
            others.forEach(this::end);
            others.forEach(lease -> noteStop(lease, instance, StopReason.TARGET_MET));
        }
    }

    /**
     * Derives where the task stands, and what of it may be claimed now, from its leases, copies and failures.
     *
     * <p>The first copy is made alone; the others side by side once it is in. While nodes disagree and no digest leads, one
     * further node is asked at a time. A task whose attempts are used up has failed only when nobody works on it any more.
     */
    void settle() {
        verdict = Verdict.of(facts.sha256(), copies);
        boolean met = verdict.held() >= facts.target();
        boolean exhausted = retries.exhausted(failures);
        if (retryAt != null && (cancelled || met || exhausted || !retryAt.isAfter(facts.now()))) {
            retryAt = null;
        }
        if (cancelled) {
            status = TaskStatus.CANCELLED;
        } else if (met) {
            status = TaskStatus.RESCUED;
        } else if (exhausted && leases.isEmpty()) {
            status = TaskStatus.FAILED;
        } else if (!copies.isEmpty()) {
            status = TaskStatus.REPLICATING;
        } else {
            status = leases.isEmpty() ? TaskStatus.PENDING : TaskStatus.ASSIGNED;
        }
        boolean over = cancelled || met || exhausted;
        changes.offer(
                over || retryAt != null ? 0 : Math.max(0, missing() - leases.size()),
                new TaskFacts.ReadyRow(
                        verdict.held(),
                        retries.charged(failures) + 1,
                        !copies.isEmpty() || !leases.isEmpty() || !failures.isEmpty()));
        copies.forEach(copy -> changes.judge(copy.nodeNo(), verdict.of(copy.sha256()) == Verification.REJECTED));
        changes.backOff(retryAt);
        TaskFacts.Standing now = standing();
        changes.stand(now);
        weigh(now);
        changes.freeUrl(free(status));
        changes.takeUrl(!free(status)
                && facts.standing() != null
                && free(facts.standing().status()));
    }

    /** The copies' size counts where it is verified, and in any case more than nobody's word. */
    private void weigh(TaskFacts.@Nullable Standing now) {
        if (now != null
                && now.sizeBytes() != null
                && (changes.sizeBytes() == null || now.verification() == Verification.VERIFIED)) {
            changes.size(now.sizeBytes());
        }
    }

    /** Whether a task in this status leaves its URL to others. */
    private static boolean free(TaskStatus status) {
        return status == TaskStatus.FAILED || status == TaskStatus.CANCELLED;
    }

    private int missing() {
        if (copies.isEmpty() || verdict.leading() == null) {
            return 1;
        }
        return facts.target() - verdict.held();
    }

    private TaskFacts.@Nullable Standing standing() {
        if (status == TaskStatus.PENDING || status == TaskStatus.ASSIGNED) {
            return null;
        }
        Sha256 leading = verdict.leading();
        if (leading == null) {
            return new TaskFacts.Standing(status, 0, null, null, copies.isEmpty() ? null : Verification.DISPUTED);
        }
        long size = copies.stream()
                .filter(copy -> copy.sha256().equals(leading))
                .findFirst()
                .orElseThrow()
                .sizeBytes();
        return new TaskFacts.Standing(status, verdict.held(), leading, size, verdict.of(leading));
    }

    private Completion.Result result(Sha256 digest, boolean late) {
        return new Completion.Result(verdict.of(digest), status, verdict.held(), facts.target(), late);
    }

    private Optional<TaskFacts.Lease> lease(long token) {
        return leases.stream().filter(lease -> lease.token() == token).findFirst();
    }

    private void end(TaskFacts.Lease lease) {
        leases.remove(lease);
        endedHere.put(lease.token(), new Ledger.Ended(lease.nodeNo(), lease.voice()));
        changes.end(lease);
    }

    /** An assignment that has ended: before, or by an order that was carried out just before this one. */
    private Optional<Ledger.Ended> over(long token, Ledger.@Nullable Ended past) {
        return Optional.ofNullable(past != null ? past : endedHere.get(token));
    }

    private <T> Optional<Outcome.Refused<T>> owner(
            Optional<TaskFacts.Lease> lease, Optional<Ledger.Ended> over, int nodeNo) {
        Optional<Integer> owner = lease.map(TaskFacts.Lease::nodeNo).or(() -> over.map(Ledger.Ended::nodeNo));
        if (owner.isEmpty()) {
            return Optional.of(new Outcome.Refused<>(ProblemException.notFound(
                    "task " + id() + " knows of no such assignment; ask POST /dispatch for one")));
        }
        return owner.get() == nodeNo
                ? Optional.empty()
                : Optional.of(
                        new Outcome.Refused<>(ProblemException.forbidden("the assignment belongs to another node")));
    }

    private <T> Outcome<T> lost() {
        return new Outcome.Refused<>(ProblemException.of(
                409, "lease_lost", "the assignment has ended before; task " + id() + " is " + status.wire()));
    }

    private void noteStop(TaskFacts.Lease lease, String actor, StopReason reason) {
        note(
                "assignment_cancelled",
                actor,
                lease.nodeNo(),
                lease.token(),
                lease.bytesDone(),
                Detail.of("reason", reason.wire()));
    }

    private void note(
            String kind,
            @Nullable String actor,
            @Nullable Integer nodeNo,
            @Nullable Long token,
            @Nullable Long bytes,
            @Nullable String detail) {
        changes.note(new TaskChanges.Event(kind, status, actor, nodeNo, token, null, bytes, detail));
    }

    private TaskId id() {
        return new TaskId(facts.taskId());
    }
}

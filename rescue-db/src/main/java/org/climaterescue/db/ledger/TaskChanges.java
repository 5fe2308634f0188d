package org.climaterescue.db.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.climaterescue.db.host.Hosts;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.Failure;
import org.climaterescue.protocol.Sha256;
import org.climaterescue.protocol.TaskStatus;
import org.jspecify.annotations.Nullable;

/** What a transition changes about one task: collected while deciding, written at once by {@link Ledger#write}. */
public final class TaskChanges {

    final TaskFacts facts;
    final List<TaskFacts.Lease> ended = new ArrayList<>();
    final Map<TaskFacts.Lease, Long> reservations = new HashMap<>();
    final List<NewCopy> copies = new ArrayList<>();
    final List<Integer> withdrawn = new ArrayList<>();
    final Map<Integer, String> voices = new HashMap<>();
    final Map<Integer, Boolean> rejections = new HashMap<>();
    final List<Hosts.Complaint> complaints = new ArrayList<>();
    final List<NewFailure> failures = new ArrayList<>();
    final List<Event> events = new ArrayList<>();
    TaskFacts.@Nullable Standing standing;
    TaskFacts.@Nullable ReadyRow ready;
    int readyRows;

    @Nullable
    Instant retryAt;

    boolean forgiveFailures;
    boolean freeUrl;
    boolean takeUrl;

    @Nullable
    Long sizeBytes;

    @Nullable
    Integer priority;

    /** Starts from what stands: without a further call nothing changes. */
    public TaskChanges(TaskFacts facts) {
        this.facts = facts;
        this.sizeBytes = facts.sizeBytes();
        this.standing = facts.standing();
        this.ready = facts.ready();
        this.readyRows = facts.readyRows();
        this.retryAt = facts.retryAt();
    }

    /** What stood before. */
    public TaskFacts facts() {
        return facts;
    }

    /** Assignments that end here. */
    public List<TaskFacts.Lease> ended() {
        return ended;
    }

    /** Copies that are stored here. */
    public List<NewCopy> copies() {
        return copies;
    }

    /** Failures that are stored here. */
    public List<NewFailure> failures() {
        return failures;
    }

    /** What is appended to the chain of custody here. */
    public List<Event> events() {
        return events;
    }

    /** Where the task stands after it; null: pending or assigned. */
    public TaskFacts.@Nullable Standing standing() {
        return standing;
    }

    /** Ends an active assignment. */
    public void end(TaskFacts.Lease lease) {
        ended.add(lease);
    }

    /** Says what an active assignment reserves, its file's size being known now. */
    public void reserve(TaskFacts.Lease lease, long bytes) {
        reservations.put(lease, bytes);
    }

    /** The size that the task has, with what has been learned here; null if unknown. */
    public @Nullable Long sizeBytes() {
        return sizeBytes;
    }

    /** Says how large the task's file is. */
    public void size(long bytes) {
        sizeBytes = bytes;
    }

    /** Stores a copy of a node. */
    public void add(NewCopy copy) {
        copies.add(copy);
    }

    /** Takes a node's copy away. */
    public void withdrawCopyOf(int nodeNo) {
        withdrawn.add(nodeNo);
    }

    /** Has a node's copy count as another's vote. */
    public void changeVoice(int nodeNo, String voice) {
        voices.put(nodeNo, voice);
    }

    /** Says whether a node's copy has lost the vote. */
    public void judge(int nodeNo, boolean rejected) {
        rejections.put(nodeNo, rejected);
    }

    /** The origin has answered that it is busy; {@code seconds}: for how long, null when it did not say. */
    public void busyHost(@Nullable Long seconds) {
        complaints.add(new Hosts.Complaint(facts.hostNo(), seconds));
    }

    /** Stores a failure. */
    public void add(NewFailure failure) {
        failures.add(failure);
    }

    /** Appends to the chain of custody. */
    public void note(Event event) {
        events.add(event);
    }

    /** Says where the task stands now; null: pending or assigned. */
    public void stand(TaskFacts.@Nullable Standing now) {
        standing = now;
    }

    /** Says how many copies may be claimed now. */
    public void offer(int rows, TaskFacts.@Nullable ReadyRow row) {
        readyRows = rows;
        ready = rows == 0 ? null : row;
    }

    /** Keeps the task from being claimed until then; null: not at all. */
    public void backOff(@Nullable Instant until) {
        retryAt = until;
    }

    /** No failure so far counts as an attempt any more. */
    public void forgive() {
        forgiveFailures = true;
    }

    /** Says whether the task's URL may be submitted anew. */
    public void freeUrl(boolean free) {
        freeUrl = free;
    }

    /** Says whether the task takes back the URL that it had left to others. */
    public void takeUrl(boolean take) {
        takeUrl = take;
    }

    /** Changes the task's priority, 1 to 10. */
    public void prioritize(int now) {
        priority = now;
    }

    /**
     * Whether somebody who waits may be able to take something now that he could not before: more is offered, or a lease has
     * ended, which leaves a connection to its host, a slot and space of its node free.
     */
    public boolean letsSomebodyTakeMore() {
        return readyRows > facts.readyRows()
                || ((priority != null || sizeChanged()) && readyRows > 0)
                || !ended.isEmpty();
    }

    /**
     * Whether the rows in the queue must be written anew. Also when they would be the same, if there is a copy more or the task
     * stands elsewhere: a claim that read either before must not find them.
     */
    boolean readyChanged() {
        return readyRows != facts.readyRows()
                || (readyRows > 0 && (!copies.isEmpty() || (standing == null) != (facts.standing() == null)))
                || (ready != null && !ready.equals(facts.ready()))
                || ((priority != null || sizeChanged()) && readyRows > 0);
    }

    boolean sizeChanged() {
        return !Objects.equals(sizeBytes, facts.sizeBytes());
    }

    /** A copy to store; {@code voice}: whose vote it is. */
    public record NewCopy(int nodeNo, String voice, long token, Sha256 sha256, Completion report, boolean late) {}

    /** A failure to store. */
    public record NewFailure(int nodeNo, long token, Failure report, boolean charged) {}

    /**
     * One line of the chain of custody.
     *
     * @param kind a word of the database type {@code event_kind}
     * @param after where the task stands after it
     * @param actor a dispatcher instance or {@code operator}; null when the node did it
     * @param detail a JSON object; null when there is nothing more to say
     */
    public record Event(
            String kind,
            TaskStatus after,
            @Nullable String actor,
            @Nullable Integer nodeNo,
            @Nullable Long token,
            @Nullable Integer attempt,
            @Nullable Long bytesDone,
            @Nullable String detail) {}
}

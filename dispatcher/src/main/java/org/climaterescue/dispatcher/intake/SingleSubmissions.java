package org.climaterescue.dispatcher.intake;

import io.micronaut.context.annotation.Context;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.intake.FirstTask;
import org.climaterescue.db.intake.Reception;
import org.climaterescue.db.intake.Submission;
import org.climaterescue.dispatcher.gathering.Gathering;
import org.climaterescue.dispatcher.gathering.RoundMeters;
import org.climaterescue.dispatcher.problem.ProblemException;

/** Gathers submissions that come one a call: many callers, one transaction. A caller is answered after the commit. */
@Context
final class SingleSubmissions {

    /** Submissions taken in one transaction. */
    private static final int BATCH = 1000;

    /** More waiting submissions than this are turned away; each may be as large as a request body, 64 KiB. */
    private static final int BACKLOG = 2000;

    private final Submissions submissions;
    private final Gathering<Pending> waiting;

    SingleSubmissions(Submissions submissions, RoundMeters meters) {
        this.submissions = submissions;
        this.waiting = Gathering.start("submission-rounds", BATCH, BACKLOG, meters.metered("submission", this::take));
    }

    /** Takes what is waiting, then stops. */
    @PreDestroy
    void stop() throws InterruptedException {
        waiting.stop();
    }

    /** Takes one submission in the next round. */
    CompletableFuture<Told> submit(Submission one) {
        var pending = new Pending(one);
        if (!waiting.offer(pending)) {
            pending.answer.completeExceptionally(ProblemException.unavailable(
                    "busy",
                    "too many submissions wait at this dispatcher; send this one again",
                    Duration.ofSeconds(5)));
        }
        return pending.answer;
    }

    private void take(List<Pending> round) {
        List<Submissions.Taken> taken;
        try {
            taken = submissions.take(round.stream().map(Pending::submission).toList());
        } catch (RuntimeException | Error e) {
            boolean ofOne = !(e instanceof Error) && !(e instanceof StorageFailure failure && failure.away());
            if (ofOne && round.size() > 1) {
                // One submission that fails as no other does must not take the others with it.
                round.forEach(pending -> take(List.of(pending)));
            } else {
                // Whatever went wrong, the callers are told and the loop goes on.
                round.forEach(pending -> pending.answer.completeExceptionally(e));
            }
            return;
        }
        Map<Pending, Long> duplicates = new LinkedHashMap<>();
        for (int i = 0; i < taken.size(); i++) {
            Pending pending = round.get(i);
            switch (taken.get(i)) {
                case Submissions.Taken.Unstorable() -> pending.answer.complete(new Told.Unstorable());
                case Submissions.Taken.Answered(Reception.Accepted(long taskId, Instant createdAt)) ->
                    pending.answer.complete(new Told.Accepted(taskId, createdAt));
                case Submissions.Taken.Answered(Reception.OtherBody(long first)) ->
                    pending.answer.complete(new Told.OtherBody(first));
                case Submissions.Taken.Answered(Reception.Duplicate duplicate) ->
                    duplicates.put(pending, duplicate.taskId());
            }
        }
        if (!duplicates.isEmpty()) {
            refer(duplicates);
        }
    }

    /** Tells duplicates of those that were first, one look for all. */
    private void refer(Map<Pending, Long> duplicates) {
        try {
            Map<Long, FirstTask> first = submissions.first(Set.copyOf(duplicates.values()));
            duplicates.forEach((pending, taskId) ->
                    pending.answer.complete(new Told.Duplicate(Objects.requireNonNull(first.get(taskId)))));
        } catch (RuntimeException | Error e) {
            // Whatever went wrong, the callers are told and the loop goes on.
            duplicates.keySet().forEach(pending -> pending.answer.completeExceptionally(e));
        }
    }

    /** What a caller is told. */
    sealed interface Told {

        /** It is a task now. */
        record Accepted(long taskId, Instant createdAt) implements Told {}

        /** This task was there before. */
        record Duplicate(FirstTask first) implements Told {}

        /** Its request id was used before, for this task, with another body. */
        record OtherBody(long taskId) implements Told {}

        /** The database cannot store a value of it. */
        record Unstorable() implements Told {}
    }

    /** A submission and who waits for its answer; each is one of its own, however equal they are. */
    private static final class Pending {

        private final Submission submission;
        private final CompletableFuture<Told> answer = new CompletableFuture<>();

        Pending(Submission submission) {
            this.submission = submission;
        }

        Submission submission() {
            return submission;
        }
    }
}

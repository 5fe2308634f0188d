package org.climaterescue.dispatcher.intake;

import org.climaterescue.db.intake.Reception;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.protocol.TaskId;
import org.jspecify.annotations.Nullable;

/**
 * What became of one line of a bulk submission.
 *
 * @param line from 1
 * @param status 202, or 409 and 422 with the first one's {@code taskId}, or 400
 * @param taskId the new task, or the one that was there first
 * @param code the kind of refusal; null with 202
 * @param detail what was wrong; null with 202
 */
record BulkResult(
        long line,
        int status,
        @Nullable String taskId,
        @Nullable String code,
        @Nullable String detail) {

    static BulkResult invalid(long line, String detail) {
        return new BulkResult(line, 400, null, "invalid", detail);
    }

    static BulkResult refused(long line, ProblemException problem) {
        return new BulkResult(line, problem.status(), null, problem.code(), problem.detail());
    }

    static BulkResult of(long line, Submissions.Taken taken) {
        return switch (taken) {
            case Submissions.Taken.Unstorable() -> invalid(line, Submissions.UNSTORABLE);
            case Submissions.Taken.Answered(Reception reception) -> of(line, reception);
        };
    }

    private static BulkResult of(long line, Reception reception) {
        return switch (reception) {
            case Reception.Accepted accepted ->
                new BulkResult(line, 202, new TaskId(accepted.taskId()).toString(), null, null);
            case Reception.Duplicate duplicate -> {
                String first = new TaskId(duplicate.taskId()).toString();
                yield new BulkResult(line, 409, first, "duplicate", "already taken as task " + first);
            }
            case Reception.OtherBody other -> {
                String first = new TaskId(other.taskId()).toString();
                yield new BulkResult(
                        line,
                        422,
                        first,
                        "request_id_reused",
                        "this request_id was used before with another body, for task " + first);
            }
        };
    }
}

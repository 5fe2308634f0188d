package org.climaterescue.dispatcher.problem;

import org.climaterescue.db.intake.FirstTask;
import org.climaterescue.protocol.TaskId;

/** The refusal of what another task does already. */
public final class Duplicate {

    private Duplicate() {}

    /**
     * 409 {@code duplicate} that tells about the other task.
     *
     * @param detail what happened and what to do
     */
    public static ProblemException of(FirstTask first, String detail) {
        return ProblemException.conflict("duplicate", detail)
                .with("error", "Request already processed or in progress")
                .with("task_id", new TaskId(first.taskId()).toString())
                .with("request_id", first.requestId())
                .with("task_status", first.status())
                .with("handled_by", first.handledBy())
                .with("created_at", first.createdAt());
    }
}

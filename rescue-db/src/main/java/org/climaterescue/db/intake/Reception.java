package org.climaterescue.db.intake;

import java.time.Instant;

/** What became of a submission. */
public sealed interface Reception {

    /**
     * It is a new task.
     *
     * @param taskId the task's number
     * @param createdAt by the database's clock
     */
    record Accepted(long taskId, Instant createdAt) implements Reception {}

    /**
     * The same request, or the same URL within the window, was taken before.
     *
     * @param taskId the first one's task
     * @param by which of the two was the same
     */
    record Duplicate(long taskId, Key by) implements Reception {}

    /** What tells that two submissions are one. */
    enum Key {
        REQUEST_ID,
        URL
    }

    /**
     * The request id was used before with another body.
     *
     * @param taskId the first one's task
     */
    record OtherBody(long taskId) implements Reception {}
}

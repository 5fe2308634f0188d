package org.climaterescue.dispatcher.task;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import org.climaterescue.db.task.EventRow;
import org.climaterescue.protocol.AssignmentId;
import org.climaterescue.protocol.TaskStatus;
import org.jspecify.annotations.Nullable;

/**
 * One line of a task's chain of custody.
 *
 * @param taskStatus where the task stood after it
 * @param actor who did it: a dispatcher instance, {@code operator}, or a node
 */
record EventPage(
        Instant at,
        String event,
        TaskStatus taskStatus,
        String actor,
        @Nullable String nodeId,
        @Nullable String assignmentId,
        @Nullable Integer attempt,
        @Nullable Long bytesDone,

        @Schema(implementation = Object.class) @JsonRawValue @Nullable
        String detail) {

    /**
     * The chain, oldest first.
     *
     * @param historyDroppedBefore what happened before is kept no more; left out when nothing of this task's history can be missing
     */
    record History(
            String taskId, List<EventPage> items, @Nullable Instant historyDroppedBefore) {}

    static EventPage from(long taskId, EventRow row) {
        return new EventPage(
                row.at(),
                row.kind(),
                row.status(),
                row.actor(),
                row.nodeId(),
                row.token() == null ? null : new AssignmentId(taskId, row.token()).toString(),
                row.attempt(),
                row.bytesDone(),
                row.detail());
    }
}

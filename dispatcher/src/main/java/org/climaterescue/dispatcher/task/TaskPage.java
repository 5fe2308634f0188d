package org.climaterescue.dispatcher.task;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.climaterescue.db.task.AssignmentRow;
import org.climaterescue.db.task.CopyRow;
import org.climaterescue.db.task.FailureRow;
import org.climaterescue.db.task.TaskRow;
import org.climaterescue.protocol.AssignmentId;
import org.climaterescue.protocol.AssignmentStatus;
import org.climaterescue.protocol.CatalogId;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.Sha256;
import org.climaterescue.protocol.TaskId;
import org.climaterescue.protocol.TaskStatus;
import org.climaterescue.protocol.Verification;
import org.jspecify.annotations.Nullable;

/**
 * A task as clients see it.
 *
 * @param catalogGoneAt when its catalog was first seen to list it no more; null while it does, or if there is none
 * @param sizeBytes what the submission said, or else what its copies say
 * @param sha256 what the submission said, or else the digest that leads among its copies
 * @param rank the priorizer's; null when unranked
 * @param verification what is known about the leading digest; null while there is no copy
 * @param attempts failures that count as an attempt
 * @param retryAt when it is given out again; null unless it waits
 */
record TaskPage(
        String taskId,
        @Nullable String requestId,
        String datasetUrl,
        String canonicalUrl,
        String host,
        @Nullable String name,
        @Nullable String dataset,
        @Nullable String organization,
        @Nullable String catalog,
        @Nullable Instant catalogGoneAt,
        @Nullable Long sizeBytes,
        @Nullable String sha256,
        int priority,
        @Nullable Integer rank,
        TaskStatus status,
        @Nullable Verification verification,
        int copiesTarget,
        int copiesHeld,
        int attempts,
        @Nullable Instant retryAt,
        String initiatedBy,
        Instant createdAt,
        Instant updatedAt) {

    static TaskPage from(TaskRow row) {
        TaskRow.Said said = row.said();
        TaskRow.Held held = row.held();
        Sha256 digest = said.sha256() == null ? held.sha256() : said.sha256();
        return new TaskPage(
                new TaskId(row.taskId()).toString(),
                row.requestId(),
                row.url(),
                row.canonicalUrl(),
                row.host(),
                said.name(),
                said.dataset(),
                said.organization(),
                said.catalogNo() == null ? null : new CatalogId(said.catalogNo()).toString(),
                said.catalogGoneAt(),
                said.sizeBytes() == null ? held.sizeBytes() : said.sizeBytes(),
                digest == null ? null : digest.hex(),
                said.priority(),
                said.rank(),
                row.status(),
                held.verification(),
                said.copies(),
                held.copies(),
                row.attempts(),
                row.retryAt(),
                row.initiatedBy(),
                row.createdAt(),
                row.updatedAt());
    }

    /**
     * One page of a list.
     *
     * @param nextCursor asks for the next page; null on the last
     */
    record Page(List<Listed> items, @Nullable String nextCursor) {

        /** The tasks with the last failures that counted of those that have failed, by their numbers. */
        static Page of(List<TaskRow> rows, Map<Long, FailureRow> failures, @Nullable String nextCursor) {
            return new Page(
                    rows.stream()
                            .map(row -> Listed.from(row, failures.get(row.taskId())))
                            .toList(),
                    nextCursor);
        }
    }

    /**
     * A task in a list.
     *
     * @param lastError the last failure that counted, for which the task has failed; left out of others. The task by itself has all
     */
    record Listed(@JsonUnwrapped TaskPage task, @Nullable Failed lastError) {

        static Listed from(TaskRow row, @Nullable FailureRow failure) {
            return new Listed(TaskPage.from(row), failure == null ? null : Failed.from(failure));
        }
    }

    /** One node's lease on a task, held or ended. */
    record Assignment(
            String assignmentId,
            String nodeId,
            AssignmentStatus status,
            int attempt,
            long bytesDone,
            Instant assignedAt,
            @Nullable Instant endedAt) {

        static Assignment from(long taskId, AssignmentRow row) {
            return new Assignment(
                    new AssignmentId(taskId, row.token()).toString(),
                    row.nodeId(),
                    row.status(),
                    row.attempt(),
                    row.bytesDone(),
                    row.assignedAt(),
                    row.endedAt());
        }
    }

    /** What a node reported instead of a copy. */
    record Failed(
            Instant at,
            String nodeId,
            FailureReason reason,
            @Nullable String detail,
            @Nullable Integer httpStatus) {

        static Failed from(FailureRow row) {
            return new Failed(row.at(), row.nodeId(), row.reason(), row.detail(), row.httpStatus());
        }
    }

    /**
     * A task with everything about it.
     *
     * @param catalogName what its catalog is called; null if it has none
     * @param assignments oldest first
     * @param historyDroppedBefore assignments that began before are listed only while they are active; left out when none can be
     *     missing
     */
    record Whole(
            @JsonUnwrapped TaskPage task,

            @Nullable String catalogName,

            @Schema(implementation = Object.class) @JsonRawValue @Nullable
            String payload,

            List<CopyPage> copies,
            List<Assignment> assignments,
            List<Failed> errors,
            @Nullable Instant historyDroppedBefore) {

        static Whole from(
                TaskRow row,
                @Nullable String catalogName,
                @Nullable String payload,
                List<CopyRow> copies,
                List<AssignmentRow> assignments,
                List<FailureRow> failures,
                @Nullable Instant historyDroppedBefore) {
            return new Whole(
                    TaskPage.from(row),
                    catalogName,
                    payload,
                    CopyPage.all(row.said().sha256(), copies),
                    assignments.stream()
                            .map(one -> Assignment.from(row.taskId(), one))
                            .toList(),
                    failures.stream().map(Failed::from).toList(),
                    historyDroppedBefore);
        }
    }
}

package org.climaterescue.agent;

import org.climaterescue.protocol.AssignedTask;
import org.jspecify.annotations.Nullable;

/**
 * One piece of work, as an {@link AgentListener} learns of it.
 *
 * @param assignmentId the lease; unique
 * @param taskId the task
 * @param url where the file is
 * @param name what people call the file; its URL when nobody said
 * @param sizeBytes how large the dispatcher says it is, in bytes; null if it does not say
 * @param priority 1 to 10, 10 most urgent
 */
public record Download(
        String assignmentId,
        String taskId,
        String url,
        String name,
        @Nullable Long sizeBytes,
        int priority) {

    static Download of(AssignedTask task) {
        return new Download(
                task.assignmentId(),
                task.taskId(),
                task.datasetUrl(),
                task.name() == null || task.name().isBlank() ? task.datasetUrl() : task.name(),
                task.sizeBytes(),
                task.priority());
    }
}

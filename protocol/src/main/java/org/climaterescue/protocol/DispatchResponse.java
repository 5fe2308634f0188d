package org.climaterescue.protocol;

import java.util.List;

/**
 * The answer to {@link DispatchRequest}.
 *
 * @param status {@code success}
 * @param message one line for people
 * @param receivedData the request as it was understood
 * @param assignment what the node is given
 */
public record DispatchResponse(String status, String message, DispatchRequest receivedData, Batch assignment) {

    /**
     * The tasks given in one answer.
     *
     * @param assignedTasks empty when there was nothing to give
     * @param estimatedDuration for people, such as {@code 2 hours}
     * @param nodeStatus how the node stands
     */
    public record Batch(List<AssignedTask> assignedTasks, String estimatedDuration, NodeStatus nodeStatus) {}
}

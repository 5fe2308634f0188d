package org.climaterescue.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One task as a node receives it.
 *
 * @param assignmentId the lease; every report about the task names it
 * @param taskId the task
 * @param datasetUrl where the file is, as it was submitted
 * @param name what people call the file; null if nobody said
 * @param sizeMb the size in MB (10^6 bytes), rounded up; null if unknown
 * @param sizeBytes the exact size; null if unknown
 * @param priority 1 to 10, 10 most urgent
 * @param sha256 the digest that the catalog gives, in lower case; null if it gives none
 * @param attempt 1 plus the failures charged to the task so far
 * @param leaseSeconds how long the lease lasts unless a heartbeat renews it
 * @param sources other places that hold the file; null or empty when only the origin is known
 */
public record AssignedTask(
        String assignmentId,
        String taskId,
        String datasetUrl,
        @Nullable String name,
        @Nullable Long sizeMb,
        @Nullable Long sizeBytes,
        int priority,
        @Nullable String sha256,
        int attempt,
        long leaseSeconds,
        @Nullable List<String> sources) {}

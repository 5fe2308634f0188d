package org.climaterescue.protocol;

import io.micronaut.core.annotation.Introspected;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;

/**
 * A node gives a task back unharmed: {@code POST /assignments/{id}/release}. It costs the task no attempt.
 *
 * @param nodeId whose assignment it is
 */
@Introspected
public record Release(@NotNull @Size(min = 1, max = 128) String nodeId) {

    /** Where the task stands now. */
    public record Result(TaskStatus taskStatus) {}
}

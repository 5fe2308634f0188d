package org.climaterescue.protocol;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.micronaut.core.annotation.Introspected;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A node asks for work: {@code POST /dispatch}.
 *
 * @param nodeId who asks
 * @param capacityGb the free space that the node offers now, in GB (10^9 bytes), a fraction or 0 allowed
 * @param priorityLevel the floor for what it wants; null is {@link PriorityLevel#LOW}
 * @param maxTasks the most tasks that it takes now, 1 to 1000; null is 1
 * @param waitSeconds how long it waits when there is nothing to give, 0 to 60; null is 0
 */
@Introspected
public record DispatchRequest(
        @NotNull
        @Pattern(regexp = Limits.NODE_ID, message = "must be 1 to 128 characters without spaces, slashes, ? or #")
        String nodeId,

        @NotNull @DecimalMin("0") @DecimalMax(Limits.MAX_CAPACITY_GB)
        Double capacityGb,

        @Nullable PriorityLevel priorityLevel,
        @Nullable @Min(1) @Max(Limits.MAX_TASKS_PER_CALL) Integer maxTasks,
        @Nullable @Min(0) @Max(Limits.MAX_WAIT_SECONDS) Integer waitSeconds)
        implements Limited {

    @Override
    public boolean keepsLimits() {
        return Limited.nodeId(nodeId)
                && Limited.capacity(capacityGb)
                && Limited.within(maxTasks, 1, Limits.MAX_TASKS_PER_CALL)
                && Limited.within(waitSeconds, 0, Limits.MAX_WAIT_SECONDS);
    }

    /** The offered space in whole bytes. */
    @JsonIgnore
    public long capacityBytes() {
        return Limits.bytes(capacityGb);
    }

    /** The lowest priority that the node wants, 1 to 10. */
    @JsonIgnore
    public int floor() {
        return (priorityLevel == null ? PriorityLevel.LOW : priorityLevel).floor();
    }

    /** The most tasks that the node takes now, with the default filled in. */
    @JsonIgnore
    public int wanted() {
        return maxTasks == null ? 1 : maxTasks;
    }

    /** How long the node waits, in seconds, with the default filled in. */
    @JsonIgnore
    public int patience() {
        return waitSeconds == null ? 0 : waitSeconds;
    }
}

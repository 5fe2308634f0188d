package org.climaterescue.protocol;

import io.micronaut.core.annotation.Introspected;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node says that it lives and what it works on: {@code POST /nodes/{node_id}/heartbeat}.
 *
 * @param capacityGb the free space that the node offers now, in GB (10^9 bytes)
 * @param assignments every assignment that the node works on, as many as 1 MiB holds; one left out twice in a row is released
 */
@Introspected
public record Heartbeat(
        @NotNull @DecimalMin("0") @DecimalMax(Limits.MAX_CAPACITY_GB)
        Double capacityGb,

        @NotNull List<@NotNull @Valid Progress> assignments)
        implements Limited {

    @Override
    public boolean keepsLimits() {
        return Limited.capacity(capacityGb)
                && assignments != null
                && assignments.stream().allMatch(one -> one != null && one.keepsLimits());
    }

    /**
     * How far one download is.
     *
     * @param assignmentId the lease to renew
     * @param bytesDone bytes on disk so far
     * @param sizeBytes what the origin says that the whole file has; null when it has not said
     */
    @Introspected
    public record Progress(
            @NotNull @Size(max = 64) String assignmentId,
            @NotNull @PositiveOrZero Long bytesDone,
            @Nullable @PositiveOrZero Long sizeBytes)
            implements Limited {

        @Override
        public boolean keepsLimits() {
            return assignmentId != null
                    && assignmentId.length() <= 64
                    && bytesDone != null
                    && bytesDone >= 0
                    && (sizeBytes == null || sizeBytes >= 0);
        }
    }

    /**
     * What the dispatcher answers.
     *
     * @param nodeStatus how the node stands
     * @param renewed the leases that now last longer
     * @param stop what the node is to stop at once
     */
    public record Answer(NodeStatus nodeStatus, List<Renewed> renewed, List<Stop> stop) {}

    /**
     * A lease that was renewed.
     *
     * @param remainingSeconds how long it lasts from now unless renewed again
     */
    public record Renewed(String assignmentId, long remainingSeconds) {}

    /** An assignment to stop, and why. */
    public record Stop(String assignmentId, StopReason reason) {}
}

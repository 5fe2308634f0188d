package org.climaterescue.protocol;

import io.micronaut.core.annotation.Introspected;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * A volunteer's machine introduces itself: {@code POST /nodes}.
 *
 * @param nodeId the id that the node had before; null for a new node, which is then given one
 * @param name what people call the machine
 * @param operator who runs it; two nodes of one operator are not independent. Null: the node stands for itself
 * @param region where it stands, in the operator's own words; null if not told
 * @param capacityGb the free space that the node offers now, in GB (10^9 bytes), 0 and up
 * @param slots the most assignments that it wants at a time; null for no cap
 */
@Introspected
public record NodeRegistration(
        @Nullable
        @Pattern(regexp = Limits.NODE_ID, message = "must be 1 to 128 characters without spaces, slashes, ? or #")
        String nodeId,

        @NotBlank @Size(max = Limits.NAME_LENGTH) String name,
        @Nullable @Size(min = 1, max = Limits.NAME_LENGTH) String operator,
        @Nullable @Size(min = 1, max = Limits.NAME_LENGTH) String region,

        @NotNull @DecimalMin("0") @DecimalMax(Limits.MAX_CAPACITY_GB)
        Double capacityGb,

        @Nullable @Min(1) @Max(Limits.MAX_SLOTS) Integer slots) {}

package org.climaterescue.protocol;

import io.micronaut.core.annotation.Introspected;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A node reports that it could not rescue the file: {@code POST /assignments/{id}/fail}.
 *
 * @param nodeId whose assignment it is
 * @param reason why
 * @param detail what happened, for people
 * @param httpStatus what the origin answered, 100 to 599
 * @param retryAfterSeconds how long the origin asked to be left alone; heeded for {@code origin_busy} only, and for a day at most
 * @param sizeBytes what the origin says that the whole file has; null when it has not said
 */
@Introspected
public record Failure(
        @NotNull @Size(min = 1, max = 128) String nodeId,
        @NotNull FailureReason reason,
        @Nullable @Size(max = Limits.DETAIL_LENGTH) String detail,
        @Nullable @Min(100) @Max(599) Integer httpStatus,
        @Nullable @PositiveOrZero @Max(31_536_000) Long retryAfterSeconds,
        @Nullable @PositiveOrZero Long sizeBytes) {

    /**
     * What the dispatcher makes of it.
     *
     * @param taskStatus where the task stands now
     * @param retryAt when the task is given out again; null when that is at once or never
     */
    public record Result(TaskStatus taskStatus, @Nullable Instant retryAt) {}
}

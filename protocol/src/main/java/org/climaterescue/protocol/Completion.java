package org.climaterescue.protocol;

import io.micronaut.core.annotation.Introspected;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node reports that it holds the file: {@code POST /assignments/{id}/complete}.
 *
 * @param nodeId whose assignment it is
 * @param sha256 the digest of the bytes on its disk
 * @param sizeBytes their number
 * @param etag the origin's entity tag, if it gave one
 * @param lastModified the origin's {@code Last-Modified}, if it gave one
 * @param contentType the origin's {@code Content-Type}, if it gave one
 * @param magnetLink where the node offers the file to others, if it does
 */
@Introspected
public record Completion(
        @NotNull @Size(min = 1, max = 128) String nodeId,

        @NotNull @Pattern(regexp = Limits.SHA256, message = "must be 64 hexadecimal digits")
        String sha256,

        @NotNull @PositiveOrZero Long sizeBytes,
        @Nullable @Size(max = 1024) String etag,
        @Nullable @Size(max = 256) String lastModified,
        @Nullable @Size(max = 256) String contentType,
        @Nullable @Size(max = Limits.URL_LENGTH) String magnetLink)
        implements Limited {

    @Override
    public boolean keepsLimits() {
        return Limited.filled(128, nodeId)
                && keepsLimits(sha256, sizeBytes, etag, lastModified, contentType, magnetLink);
    }

    private static boolean keepsLimits(
            @Nullable String sha256,
            @Nullable Long sizeBytes,
            @Nullable String etag,
            @Nullable String lastModified,
            @Nullable String contentType,
            @Nullable String magnetLink) {
        return Limited.digest(sha256)
                && sizeBytes != null
                && sizeBytes >= 0
                && Limited.upTo(1024, etag)
                && Limited.upTo(256, lastModified)
                && Limited.upTo(256, contentType)
                && Limited.upTo(Limits.URL_LENGTH, magnetLink);
    }

    /**
     * What the dispatcher makes of it.
     *
     * @param verification what is known about the reported bytes
     * @param taskStatus where the task stands now
     * @param copiesHeld copies that count towards the target
     * @param copiesTarget copies wanted
     * @param late whether the lease had been lost before the report came
     */
    public record Result(
            Verification verification, TaskStatus taskStatus, int copiesHeld, int copiesTarget, boolean late) {}

    /**
     * Many completions of one node in one call: {@code POST /assignments/complete}.
     *
     * @param nodeId whose assignments they are
     * @param completions 1 to 1000 reports
     */
    @Introspected
    public record Bulk(
            @NotNull @Size(min = 1, max = 128) String nodeId,

            @NotNull @Size(min = 1, max = Limits.MAX_REPORTS_PER_CALL)
            List<@NotNull @Valid Item> completions)
            implements Limited {

        @Override
        public boolean keepsLimits() {
            return Limited.filled(128, nodeId)
                    && completions != null
                    && !completions.isEmpty()
                    && completions.size() <= Limits.MAX_REPORTS_PER_CALL
                    && completions.stream().allMatch(item -> item != null && item.keepsLimits());
        }
    }

    /** One report inside {@link Bulk}; its members mean what they mean in {@link Completion}. */
    @Introspected
    public record Item(
            @NotNull @Size(max = 64) String assignmentId,

            @NotNull @Pattern(regexp = Limits.SHA256, message = "must be 64 hexadecimal digits")
            String sha256,

            @NotNull @PositiveOrZero Long sizeBytes,
            @Nullable @Size(max = 1024) String etag,
            @Nullable @Size(max = 256) String lastModified,
            @Nullable @Size(max = 256) String contentType,
            @Nullable @Size(max = Limits.URL_LENGTH) String magnetLink)
            implements Limited {

        @Override
        public boolean keepsLimits() {
            return assignmentId != null
                    && assignmentId.length() <= 64
                    && Completion.keepsLimits(sha256, sizeBytes, etag, lastModified, contentType, magnetLink);
        }

        /** The same report as {@code nodeId} would send it alone. */
        public Completion by(String nodeId) {
            return new Completion(nodeId, sha256, sizeBytes, etag, lastModified, contentType, magnetLink);
        }
    }

    /** The answers to {@link Bulk}, in the order of the reports. */
    public record BulkResult(List<ItemResult> results) {}

    /**
     * One answer inside {@link BulkResult}.
     *
     * @param status 200, or 403, 404, 409, 422 with {@code code} and {@code detail}; the other members stand with 200 only
     */
    public record ItemResult(
            String assignmentId,
            int status,
            @Nullable Verification verification,
            @Nullable TaskStatus taskStatus,
            @Nullable Integer copiesHeld,
            @Nullable Integer copiesTarget,
            @Nullable Boolean late,
            @Nullable String code,
            @Nullable String detail) {}
}

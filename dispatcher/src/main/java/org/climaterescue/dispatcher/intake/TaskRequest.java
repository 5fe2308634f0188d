package org.climaterescue.dispatcher.intake;

import com.fasterxml.jackson.databind.JsonNode;
import io.micronaut.core.annotation.Introspected;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import org.climaterescue.protocol.Limited;
import org.climaterescue.protocol.Limits;
import org.jspecify.annotations.Nullable;

/**
 * Asks to rescue an asset: {@code POST /tasks}, a line of {@code POST /tasks/bulk}, a record of a catalog.
 *
 * @param requestId the client's own id of this request; the same id is never taken twice
 * @param datasetUrl where the file is
 * @param name what people call the file
 * @param dataset the dataset that it belongs to
 * @param organization who publishes it
 * @param sizeBytes its size, if known
 * @param sha256 its digest, if known
 * @param priority 1 to 10, 10 most urgent; null is 5
 * @param copies how many nodes shall hold it, 1 to 100; null is what RESCUE_COPIES says
 * @param payload a JSON object that is kept and given back as it is
 */
@Introspected
public record TaskRequest(
        @Nullable @Size(min = 1, max = 256) String requestId,
        @NotNull @Size(min = 1, max = Limits.URL_LENGTH) String datasetUrl,
        @Nullable @Size(max = LONGEST_TEXT) String name,
        @Nullable @Size(max = LONGEST_TEXT) String dataset,
        @Nullable @Size(max = LONGEST_TEXT) String organization,
        @Nullable @PositiveOrZero Long sizeBytes,

        @Nullable @Pattern(regexp = Limits.SHA256, message = "must be 64 hexadecimal digits")
        String sha256,

        @Nullable @Min(1) @Max(10) Integer priority,
        @Nullable @Min(1) @Max(100) Integer copies,
        @Schema(implementation = Object.class) @Nullable JsonNode payload)
        implements Limited {

    /** The longest name, dataset or organization, in characters. */
    public static final int LONGEST_TEXT = 1000;

    @Override
    public boolean keepsLimits() {
        return (requestId == null || Limited.filled(256, requestId))
                && Limited.filled(Limits.URL_LENGTH, datasetUrl)
                && Limited.upTo(LONGEST_TEXT, name)
                && Limited.upTo(LONGEST_TEXT, dataset)
                && Limited.upTo(LONGEST_TEXT, organization)
                && (sizeBytes == null || sizeBytes >= 0)
                && (sha256 == null || Limited.digest(sha256))
                && Limited.within(priority, 1, 10)
                && Limited.within(copies, 1, 100);
    }

    /** The same, asked for another URL. */
    public TaskRequest at(String url) {
        return new TaskRequest(
                requestId, url, name, dataset, organization, sizeBytes, sha256, priority, copies, payload);
    }
}

package org.climaterescue.db.intake;

import org.climaterescue.protocol.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * What is said about an asset.
 *
 * @param name what people call the file
 * @param dataset the dataset that it belongs to
 * @param organization who publishes it
 * @param sizeBytes its size, 0 and up
 * @param sha256 its digest
 * @param priority 1 to 10, 10 most urgent; null: {@value #USUAL_PRIORITY} for a new asset, and no change to a known one
 */
public record Description(
        @Nullable String name,
        @Nullable String dataset,
        @Nullable String organization,
        @Nullable Long sizeBytes,
        @Nullable Sha256 sha256,
        @Nullable Integer priority) {

    public static final int USUAL_PRIORITY = 5;
}

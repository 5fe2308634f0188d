package org.climaterescue.priorizer;

import org.jspecify.annotations.Nullable;

/**
 * What one answer of the priorizer held.
 *
 * @param entries how many entries were handed on
 * @param skipped how many were of no use: no object, no URL, no rank, or a member of the wrong type
 */
public record Ranking(long entries, long skipped) {

    /**
     * One file and its place.
     *
     * @param rank 1 and up, 1 first; not necessarily unique
     * @param url as the priorizer has it; not blank, else unchecked
     * @param path where the priorizer found it; null if it does not say
     * @param name what people call the file; null if it does not say
     * @param sizeBytes made of its {@code size_mb}, rounded up; null if it does not say
     * @param datasetId its {@code ds_id}; null if it does not say
     * @param resourceId its {@code res_id}; null if it does not say
     * @param assetId its {@code asset_id}; null if it does not say
     */
    public record Entry(
            int rank,
            String url,
            @Nullable String path,
            @Nullable String name,
            @Nullable Long sizeBytes,
            @Nullable String datasetId,
            @Nullable String resourceId,
            @Nullable String assetId) {}
}

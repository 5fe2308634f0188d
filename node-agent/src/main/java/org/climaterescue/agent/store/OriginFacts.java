package org.climaterescue.agent.store;

import org.jspecify.annotations.Nullable;

/**
 * What an origin says about the bytes that it sends.
 *
 * @param etag its entity tag; null if it gave none
 * @param lastModified its {@code Last-Modified} over HTTP, its modification time over FTP; null if it gave none
 * @param contentType its {@code Content-Type}; null if it gave none
 * @param total the size of the whole file in bytes; null if it did not say
 * @param validator by what a later answer can prove that it is about the same bytes; null when nothing can, and then the
 *     download cannot be resumed
 */
public record OriginFacts(
        @Nullable String etag,
        @Nullable String lastModified,
        @Nullable String contentType,
        @Nullable Long total,
        @Nullable String validator) {}

package org.climaterescue.agent.store;

import java.time.Instant;
import org.climaterescue.protocol.OriginUrl;
import org.jspecify.annotations.Nullable;

/**
 * A rescued file as the journal records it.
 *
 * @param path where it is, relative to the node's directory, with slashes
 * @param url where it came from, as {@link OriginUrl} writes it
 * @param taskId the task that it was rescued for
 * @param sha256 the digest of its bytes, in lower-case hexadecimal
 * @param size its bytes
 * @param etag the origin's entity tag; null if it gave none
 * @param lastModified the origin's {@code Last-Modified}; null if it gave none
 * @param contentType the origin's {@code Content-Type}; null if it gave none
 * @param storedAt when it was recorded, by this machine's clock
 */
public record StoredCopy(
        String path,
        String url,
        String taskId,
        String sha256,
        long size,
        @Nullable String etag,
        @Nullable String lastModified,
        @Nullable String contentType,
        Instant storedAt) {

    StoredCopy forTask(String otherTask, Instant now) {
        return new StoredCopy(path, url, otherTask, sha256, size, etag, lastModified, contentType, now);
    }
}

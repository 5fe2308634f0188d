package org.climaterescue.db.intake;

import org.climaterescue.protocol.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * One checked request to rescue an asset.
 *
 * @param request the client's own id of the request; null if it gave none
 * @param url where the asset is
 * @param description what is said about it
 * @param copies wanted, 1 to 100
 * @param payload a JSON object that is kept and given back; null if there is none
 */
public record Submission(
        @Nullable Request request,
        AssetUrl url,
        Description description,
        int copies,
        @Nullable String payload) {

    /**
     * A request that can be recognised when it comes again.
     *
     * @param id 1 to 256 characters
     * @param fingerprint of everything that the request says; two requests with equal ids and fingerprints are the same
     */
    public record Request(String id, Sha256 fingerprint) {}

    @Nullable
    String requestId() {
        return request == null ? null : request.id();
    }
}

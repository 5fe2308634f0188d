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
 * @param repair what was done to the URL before it could be used; null if nothing was
 * @param trace the W3C {@code traceparent} of the call that it came with; null if there was none
 */
public record Submission(
        @Nullable Request request,
        AssetUrl url,
        Description description,
        int copies,
        @Nullable String payload,
        @Nullable Repair repair,
        @Nullable String trace) {

    public Submission(
            @Nullable Request request, AssetUrl url, Description description, int copies, @Nullable String payload) {
        this(request, url, description, copies, payload, null, null);
    }

    /**
     * A request that can be recognised when it comes again.
     *
     * @param id 1 to 256 characters
     * @param fingerprint of everything that the request says; two requests with equal ids and fingerprints are the same
     */
    public record Request(String id, Sha256 fingerprint) {}

    /**
     * A URL that had to be repaired; the task's history tells it.
     *
     * @param note what was done
     * @param written the URL as it was given
     */
    public record Repair(String note, String written) {}

    /** The same, with a URL that had to be repaired. */
    public Submission repaired(Repair done) {
        return new Submission(request, url, description, copies, payload, done, trace);
    }

    /** The same, with the trace of its call. */
    public Submission traced(@Nullable String parent) {
        return new Submission(request, url, description, copies, payload, repair, parent);
    }

    public @Nullable String requestId() {
        return request == null ? null : request.id();
    }
}

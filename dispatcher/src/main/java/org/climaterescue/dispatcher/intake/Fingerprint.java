package org.climaterescue.dispatcher.intake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import org.climaterescue.protocol.Json;
import org.climaterescue.protocol.Sha256;

/** Tells whether two requests of the same id ask for the same. */
final class Fingerprint {

    /** The order of a payload's members says nothing. */
    private static final ObjectWriter WRITER =
            Json.mapper().writerFor(TaskRequest.class).with(JsonNodeFeature.WRITE_PROPERTIES_SORTED);

    private Fingerprint() {}

    /** The digest of a request that has its defaults filled in. */
    static Sha256 of(TaskRequest complete) {
        try {
            return Sha256.of(Sha256.start().digest(WRITER.writeValueAsBytes(complete)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a request that was read as JSON can be written as JSON", e);
        }
    }
}

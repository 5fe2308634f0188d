package org.climaterescue.dispatcher.task;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.climaterescue.db.task.RescuedRow;
import org.climaterescue.protocol.Json;
import org.climaterescue.protocol.Verification;
import org.jspecify.annotations.Nullable;

/** A JSON object a line. */
final class JsonlManifest implements ManifestWriter {

    private record Entry(
            String url,
            String sha256,
            long sizeBytes,
            Verification verification,
            List<String> nodes,
            @Nullable String magnetLink) {}

    @Override
    public String mediaType() {
        return "application/x-ndjson";
    }

    @Override
    public byte[] head() {
        return new byte[0];
    }

    @Override
    public byte[] rows(List<RescuedRow> rows) {
        var out = new ByteArrayOutputStream();
        for (RescuedRow row : rows) {
            out.writeBytes(line(new Entry(
                    row.url(),
                    row.sha256().hex(),
                    row.sizeBytes(),
                    row.verification(),
                    row.nodes(),
                    row.magnetLink())));
            out.write('\n');
        }
        return out.toByteArray();
    }

    @Override
    public byte[] tail() {
        return new byte[0];
    }

    private static byte[] line(Entry entry) {
        try {
            return Json.mapper().writeValueAsBytes(entry);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of texts and numbers can be written", e);
        }
    }
}

package org.climaterescue.dispatcher.task;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.climaterescue.db.task.RescuedRow;

/** For {@code sha256sum -c --ignore-missing}, called in a node's directory. */
final class Sha256Manifest implements ManifestWriter {

    @Override
    public String mediaType() {
        return "text/plain;charset=utf-8";
    }

    @Override
    public byte[] head() {
        return new byte[0];
    }

    @Override
    public byte[] rows(List<RescuedRow> rows) {
        var out = new StringBuilder();
        for (RescuedRow row : rows) {
            out.append(row.sha256().hex())
                    .append("  ")
                    .append(FileName.of(row.url()))
                    .append('\n');
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] tail() {
        return new byte[0];
    }
}

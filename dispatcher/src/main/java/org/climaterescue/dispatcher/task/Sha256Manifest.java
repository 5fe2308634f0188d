package org.climaterescue.dispatcher.task;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.climaterescue.db.task.RescuedRow;

/** Digest and URL as {@code sha256sum} writes digest and file name: a line whose name needs escapes begins with a backslash. */
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
            String name = row.url().replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
            out.append(name.equals(row.url()) ? "" : "\\");
            out.append(row.sha256().hex()).append("  ").append(name).append('\n');
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] tail() {
        return new byte[0];
    }
}

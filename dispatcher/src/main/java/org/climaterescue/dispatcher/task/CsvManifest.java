package org.climaterescue.dispatcher.task;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.climaterescue.db.task.RescuedRow;

/** RFC 4180; node ids, which hold no spaces, are separated by spaces. */
final class CsvManifest implements ManifestWriter {

    @Override
    public String mediaType() {
        return "text/csv;charset=utf-8";
    }

    @Override
    public byte[] head() {
        return bytes("url,sha256,size_bytes,verification,nodes,magnet_link\r\n");
    }

    @Override
    public byte[] rows(List<RescuedRow> rows) {
        var out = new StringBuilder();
        for (RescuedRow row : rows) {
            out.append(quoted(row.url())).append(',');
            out.append(row.sha256().hex()).append(',');
            out.append(row.sizeBytes()).append(',');
            out.append(row.verification().wire()).append(',');
            out.append(quoted(String.join(" ", row.nodes()))).append(',');
            out.append(row.magnetLink() == null ? "" : quoted(row.magnetLink())).append("\r\n");
        }
        return bytes(out.toString());
    }

    @Override
    public byte[] tail() {
        return new byte[0];
    }

    private static String quoted(String text) {
        boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

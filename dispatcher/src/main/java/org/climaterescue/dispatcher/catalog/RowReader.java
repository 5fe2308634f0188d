package org.climaterescue.dispatcher.catalog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.climaterescue.db.catalog.CatalogRecord;
import org.climaterescue.dispatcher.streaming.Lines;
import org.jspecify.annotations.Nullable;

/** Reads JSON lines, one asset a line. Rows of the same dataset that follow each other count as one dataset. */
final class RowReader {

    private static final int LONGEST_LINE = 1024 * 1024;

    private RowReader() {}

    static void read(InputStream in, Records records, RecordSink sink) throws BrokenCatalog, InterruptedException {
        var lines = new Lines(in, LONGEST_LINE);
        String dataset = null;
        for (Lines.Line line = next(lines); line != null; line = next(lines)) {
            String position = "line " + line.number();
            switch (line) {
                case Lines.Line.Unusable(long number, String reason) ->
                    sink.accept(Records.refused(position, "", reason));
                case Lines.Line.Text(long number, String text) -> {
                    CatalogRecord found = row(position, text, records);
                    String its = found instanceof CatalogRecord.Asset asset
                            ? asset.submission().description().dataset()
                            : dataset;
                    if (its != null && !Objects.equals(its, dataset)) {
                        sink.dataset();
                    }
                    dataset = its;
                    sink.accept(found);
                }
            }
        }
    }

    private static CatalogRecord row(String position, String text, Records records) {
        try (JsonParser parser = CatalogFile.parser(text)) {
            if (parser.nextToken() == null) {
                return Records.refused(position, text, "the row is no object");
            }
            JsonNode record = BoundedJson.read(parser);
            return parser.nextToken() == null
                    ? records.row(position, record)
                    : Records.refused(position, text, "something follows the end of the object");
        } catch (JsonProcessingException wrong) {
            return Records.refused(
                    position,
                    text,
                    "not valid JSON at column %d: %s"
                            .formatted(
                                    wrong.getLocation() == null
                                            ? 1
                                            : wrong.getLocation().getColumnNr(),
                                    BoundedJson.storable(String.valueOf(wrong.getOriginalMessage()))));
        } catch (IOException e) {
            throw new IllegalStateException("a text in memory cannot break off", e);
        }
    }

    private static Lines.@Nullable Line next(Lines lines) throws BrokenCatalog {
        try {
            return lines.next();
        } catch (IOException e) {
            throw BrokenCatalog.atLine(lines.number() + 1, e);
        }
    }
}

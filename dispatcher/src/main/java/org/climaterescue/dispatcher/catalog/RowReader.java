package org.climaterescue.dispatcher.catalog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import org.climaterescue.db.catalog.CatalogRecord;
import org.climaterescue.dispatcher.streaming.Lines;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON lines, one asset a line. Rows that are written over several lines, one after the other or in an array, are taken
 * too; only there, a row that is no JSON ends the reading.
 */
final class RowReader {

    private static final int LONGEST_LINE = 1024 * 1024;

    /** A file of which so many lines are no JSON object is no list of them, and need not be refused line by line. */
    private static final int LINES_TO_TRY = 100;

    private final Records records;
    private long lines;
    private boolean sawObject;

    private RowReader(Records records) {
        this.records = records;
    }

    /** Reads a row a line. */
    static void lines(InputStream in, Records records, RecordSink sink) throws BrokenCatalog, InterruptedException {
        new RowReader(records).lines(new Lines(in, LONGEST_LINE), new RowSink(sink));
    }

    /** Reads rows that follow each other. */
    static void values(JsonParser parser, Records records, RecordSink sink) throws BrokenCatalog, InterruptedException {
        var rows = new RowSink(sink);
        try {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token != JsonToken.START_ARRAY && token != JsonToken.END_ARRAY) {
                    String position = "line " + parser.currentTokenLocation().getLineNr();
                    rows.accept(records.row(position, BoundedJson.read(parser)));
                }
            }
        } catch (IOException e) {
            throw BrokenCatalog.at(parser, e);
        }
    }

    private void lines(Lines in, RowSink rows) throws BrokenCatalog, InterruptedException {
        for (Lines.Line line = next(in); line != null; line = next(in)) {
            String position = "line " + line.number();
            lines++;
            rows.accept(
                    switch (line) {
                        case Lines.Line.Unusable(long _, String reason) -> Records.refused(position, "", reason);
                        case Lines.Line.Text(long _, String text) -> row(position, text);
                    });
            if (lines == LINES_TO_TRY) {
                requireObject();
            }
        }
        requireObject();
    }

    private void requireObject() throws BrokenCatalog {
        if (!sawObject) {
            throw new BrokenCatalog(
                    "these are no JSON lines: none of the first %d is a JSON object; import it as what it is, or name no format"
                            .formatted(lines));
        }
    }

    private CatalogRecord row(String position, String text) {
        try (JsonParser parser = CatalogFile.parser(text)) {
            if (parser.nextToken() == null) {
                return Records.refused(position, text, "the row is no object");
            }
            JsonNode record = BoundedJson.read(parser);
            sawObject |= record.isObject();
            return parser.nextToken() == null
                    ? records.row(position, record)
                    : Records.refused(position, text, "something follows the end of the object");
        } catch (JsonProcessingException wrong) {
            return Records.refused(position, text, notJson(wrong));
        } catch (IOException e) {
            throw new IllegalStateException("a text in memory cannot break off", e);
        }
    }

    /** Why a line is refused. */
    static String notJson(JsonProcessingException wrong) {
        return "not valid JSON at column %d: %s"
                .formatted(
                        wrong.getLocation() == null ? 1 : wrong.getLocation().getColumnNr(),
                        BoundedJson.storable(String.valueOf(wrong.getOriginalMessage())));
    }

    static Lines.@Nullable Line next(Lines lines) throws BrokenCatalog {
        try {
            return lines.next();
        } catch (IOException e) {
            throw BrokenCatalog.atLine(lines.number() + 1, e);
        }
    }
}

package org.climaterescue.dispatcher.catalog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.climaterescue.dispatcher.streaming.Lines;
import org.jspecify.annotations.Nullable;

/**
 * Reads DCAT-US catalogs and CKAN answers: one asset a distribution or resource. Positions count from 1.
 *
 * <p>A file is one JSON value or several: a container ({@code dataset}, nested {@code catalog}s; {@code result},
 * {@code results}), an array of datasets, or a bare dataset. With a value a line, a line that is no JSON harms no other.
 * Services, extras and whatever else is no file are skipped without being kept. Both kinds may be mixed in one list, as
 * volunteers do, but the first dataset that has files must be of the kind that the file is said to be.
 */
final class DatasetReader {

    /** Harvested packages may hold thousands of resources. */
    private static final int LONGEST_LINE = 16 * 1024 * 1024;

    private static final int DEEPEST_CATALOG = 32;
    private static final int MOST_NAMES = 12;
    private static final int LONGEST_NAME = 40;

    private final DatasetKind kind;
    private final Records records;
    private final RecordSink sink;
    private final List<String> names = new ArrayList<>();
    private boolean kindSettled;
    private boolean found;
    private long bare;

    private DatasetReader(DatasetKind kind, Records records, RecordSink sink) {
        this.kind = kind;
        this.records = records;
        this.sink = sink;
    }

    /** Reads JSON values that follow each other. */
    static void values(JsonParser parser, DatasetKind kind, Records records, RecordSink sink)
            throws BrokenCatalog, InterruptedException {
        var reader = new DatasetReader(kind, records, sink);
        try {
            reader.values(parser);
        } catch (IOException e) {
            throw BrokenCatalog.at(parser, e);
        }
    }

    /** Reads a JSON value a line. */
    static void lines(InputStream in, DatasetKind kind, Records records, RecordSink sink)
            throws BrokenCatalog, InterruptedException {
        var reader = new DatasetReader(kind, records, sink);
        var lines = new Lines(in, LONGEST_LINE);
        for (Lines.Line line = RowReader.next(lines); line != null; line = RowReader.next(lines)) {
            String place = "line " + line.number();
            switch (line) {
                case Lines.Line.Unusable(long _, String reason) -> sink.accept(Records.refused(place, "", reason));
                case Lines.Line.Text(long _, String text) -> reader.line(place, text);
            }
        }
    }

    private void values(JsonParser parser) throws IOException, BrokenCatalog, InterruptedException {
        long nth = 0;
        for (JsonToken first = parser.nextToken(); first != null; first = parser.nextToken()) {
            nth++;
            String within = nth == 1 ? "" : "value " + nth + ", ";
            if (first == JsonToken.START_ARRAY) {
                datasets(parser, within);
                found = true;
            } else if (first == JsonToken.START_OBJECT) {
                value(parser, within, null, true);
            } else {
                throw new BrokenCatalog("this is no %s catalog: it must be %s; line %d holds neither"
                        .formatted(
                                kind.format().wire(),
                                kind.shape(),
                                parser.currentTokenLocation().getLineNr()));
            }
        }
        if (!found) {
            throw new BrokenCatalog("this is no %s catalog: it must be %s; the members of this file are %s"
                    .formatted(
                            kind.format().wire(), kind.shape(), names.isEmpty() ? "none" : String.join(", ", names)));
        }
    }

    private void line(String place, String text) throws BrokenCatalog, InterruptedException {
        try (JsonParser parser = CatalogFile.parser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                sink.accept(Records.refused(place, text, "the line is no object, so no " + kind.dataset()));
                return;
            }
            value(parser, place + ", ", place, true);
            if (parser.nextToken() != null) {
                sink.accept(Records.refused(place, text, "something follows the end of the object"));
            }
        } catch (JsonProcessingException wrong) {
            sink.accept(Records.refused(place, text, RowReader.notJson(wrong)));
        } catch (IOException e) {
            throw new IllegalStateException("a text in memory cannot break off", e);
        }
    }

    /**
     * An object that stands by itself: it holds datasets, or is one.
     *
     * @param within before the positions of datasets that it holds
     * @param place where it stands if it is a dataset; null: it may be neither, and is a dataset only if its members say so
     * @param outermost false for the result of an answer, which holds no further answer
     */
    private void value(JsonParser parser, String within, @Nullable String place, boolean outermost)
            throws IOException, BrokenCatalog, InterruptedException {
        var dataset = new Dataset(Objects.requireNonNullElse(place, kind.dataset() + " " + (bare + 1)), records, sink);
        boolean container = false;
        boolean marked = place != null;
        try {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (kind.contains(name) && value.isStructStart() && (outermost || !name.equals("result"))) {
                    container(parser, name, within, 1);
                    container = true;
                } else {
                    if (!found && names.size() < MOST_NAMES) {
                        names.add(BoundedJson.start(name, LONGEST_NAME));
                    }
                    marked |= kind.marks(name) || (kind.files().equals(name) && value.isStructStart());
                    member(parser, dataset, name);
                }
            }
        } catch (IOException brokenOff) {
            dataset.release();
            throw brokenOff;
        }
        if (!container && marked) {
            bare++;
            sink.dataset();
            dataset.end();
        }
        found |= container || marked;
    }

    private void container(JsonParser parser, String name, String within, int depth)
            throws IOException, BrokenCatalog, InterruptedException {
        boolean array = parser.currentToken() == JsonToken.START_ARRAY;
        if (name.equals("catalog")) {
            catalogs(parser, within, depth);
        } else if (array) {
            datasets(parser, within);
        } else if (name.equals("result")) {
            // Either one package, or a page of results.
            value(parser, within, null, false);
        } else {
            dataset(parser, within + kind.dataset() + " 1");
        }
    }

    /** DCAT-US 3.0 nests catalogs. */
    private void catalogs(JsonParser parser, String within, int depth)
            throws IOException, BrokenCatalog, InterruptedException {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            catalog(parser, within + "catalog 1", depth);
            return;
        }
        long nth = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            nth++;
            catalog(parser, within + "catalog " + nth, depth);
        }
    }

    private void catalog(JsonParser parser, String place, int depth)
            throws IOException, BrokenCatalog, InterruptedException {
        if (parser.currentToken() != JsonToken.START_OBJECT || depth > DEEPEST_CATALOG) {
            String reason = depth > DEEPEST_CATALOG ? "catalogs are nested too deeply" : "the catalog is no object";
            parser.skipChildren();
            sink.accept(Records.refused(place, "", reason));
            return;
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            if (parser.nextToken().isStructStart() && kind.contains(name)) {
                container(parser, name, place + ", ", depth + 1);
            } else {
                parser.skipChildren();
            }
        }
    }

    private void datasets(JsonParser parser, String within) throws IOException, BrokenCatalog, InterruptedException {
        long nth = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            nth++;
            dataset(parser, within + kind.dataset() + " " + nth);
        }
    }

    private void dataset(JsonParser parser, String place) throws IOException, BrokenCatalog, InterruptedException {
        sink.dataset();
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            sink.accept(Records.refused(
                    place, BoundedJson.read(parser).toString(), "the " + kind.dataset() + " is no object"));
            return;
        }
        var dataset = new Dataset(place, records, sink);
        try {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                member(parser, dataset, name);
            }
        } catch (IOException brokenOff) {
            dataset.release();
            throw brokenOff;
        }
        dataset.end();
    }

    private void member(JsonParser parser, Dataset dataset, String name)
            throws IOException, BrokenCatalog, InterruptedException {
        if (!kindSettled && parser.currentToken().isStructStart()) {
            settle(name, dataset);
        }
        dataset.member(parser, name);
    }

    /** Of a list that is said to be of one kind, the first dataset with files must be. */
    private void settle(String name, Dataset dataset) throws BrokenCatalog {
        for (DatasetKind one : DatasetKind.values()) {
            if (name.equals(one.files())) {
                if (one != kind) {
                    throw new BrokenCatalog(
                            "this is no %s catalog: %s has %s, not %s; import it as %s, or name no format"
                                    .formatted(
                                            kind.format().wire(),
                                            dataset.place(),
                                            one.files(),
                                            kind.files(),
                                            one.format().wire()));
                }
                kindSettled = true;
            }
        }
    }
}

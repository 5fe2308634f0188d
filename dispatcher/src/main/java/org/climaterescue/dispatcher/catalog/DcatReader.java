package org.climaterescue.dispatcher.catalog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads DCAT-US 1.1 ({@code data.json}, resources.data.gov/resources/dcat-us): one asset a distribution. Positions count
 * from 1.
 */
final class DcatReader {

    /** A dataset's title may stand after its distributions. Beyond so many characters they no longer wait for it. */
    private static final int MOST_WAITING_CHARACTERS = 4_000_000;

    private final JsonParser parser;
    private final Records records;
    private final RecordSink sink;
    private long datasets;

    private DcatReader(JsonParser parser, Records records, RecordSink sink) {
        this.parser = parser;
        this.records = records;
        this.sink = sink;
    }

    static void read(JsonParser parser, Records records, RecordSink sink) throws BrokenCatalog, InterruptedException {
        try {
            new DcatReader(parser, records, sink).catalog();
        } catch (IOException e) {
            throw BrokenCatalog.at(parser, e);
        }
    }

    private void catalog() throws IOException, BrokenCatalog, InterruptedException {
        boolean found = false;
        JsonToken first = parser.nextToken();
        if (first == JsonToken.START_ARRAY) {
            datasets();
            found = true;
        } else if (first == JsonToken.START_OBJECT) {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                if (parser.nextToken() == JsonToken.START_ARRAY && name.equals("dataset")) {
                    datasets();
                    found = true;
                } else {
                    parser.skipChildren();
                }
            }
        } else {
            throw new BrokenCatalog("this is no DCAT catalog: it must be an object or an array");
        }
        if (parser.nextToken() != null) {
            throw new BrokenCatalog("something follows the end of the catalog at line %d"
                    .formatted(parser.currentLocation().getLineNr()));
        }
        if (!found) {
            throw new BrokenCatalog("this is no DCAT catalog: it holds no array named dataset");
        }
    }

    private void datasets() throws IOException, InterruptedException {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            datasets++;
            sink.dataset();
            if (parser.currentToken() == JsonToken.START_OBJECT) {
                new Dataset("dataset " + datasets).read();
            } else {
                JsonNode record = BoundedJson.read(parser);
                sink.accept(Records.refused("dataset " + datasets, record.toString(), "the dataset is no object"));
            }
        }
    }

    private final class Dataset {

        private final String position;
        private final List<Distribution> waiting = new ArrayList<>();
        private int waitingCharacters;
        private int distributions;
        private @Nullable String title;
        private @Nullable String publisher;

        Dataset(String position) {
            this.position = position;
        }

        void read() throws IOException, InterruptedException {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (name) {
                    case "title" -> title = Records.text(BoundedJson.read(parser));
                    case "publisher" -> publisher = publisher(BoundedJson.read(parser));
                    case "distribution" -> distributions(value);
                    default -> parser.skipChildren();
                }
            }
            release();
        }

        /** A single distribution may stand without its array. */
        private void distributions(@Nullable JsonToken value) throws IOException, InterruptedException {
            if (value == JsonToken.START_ARRAY) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    distribution();
                }
            } else if (value != JsonToken.VALUE_NULL) {
                distribution();
            }
        }

        private void distribution() throws IOException, InterruptedException {
            distributions++;
            JsonNode record = BoundedJson.read(parser);
            waiting.add(new Distribution(position + ", distribution " + distributions, record));
            waitingCharacters += record.toString().length();
            if (waitingCharacters > MOST_WAITING_CHARACTERS || (title != null && publisher != null)) {
                release();
            }
        }

        private void release() throws InterruptedException {
            for (Distribution one : waiting) {
                sink.accept(records.distribution(one.position(), one.record(), title, publisher));
            }
            waiting.clear();
            waitingCharacters = 0;
        }
    }

    private record Distribution(String position, JsonNode record) {}

    private static @Nullable String publisher(JsonNode publisher) {
        return Records.text(publisher.isObject() ? publisher.get("name") : publisher);
    }
}

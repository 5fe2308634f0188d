package org.climaterescue.dispatcher.catalog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.climaterescue.db.catalog.CatalogRecord;
import org.jspecify.annotations.Nullable;

/**
 * One dataset (DCAT) or package (CKAN) while it is read.
 *
 * <p>Catalogs of 2013 often say where a dataset is beside its distributions and not in them: these are missing, empty or
 * garbled. When no distribution of a dataset gives a URL that can be rescued, its own {@code downloadURL}, or else
 * {@code accessURL}, is therefore taken as one more distribution, and counted as a record. The {@code url} of a CKAN package
 * is its home page, and never taken.
 */
final class Dataset {

    /** A title may stand after the files. Beyond so many characters they no longer wait for it. */
    private static final int MOST_WAITING_CHARACTERS = 1_000_000;

    /** What an empty file takes in memory. */
    private static final int CHARACTERS_OF_NOTHING = 100;

    private static final Set<String> MEMBERS_OF_FILE = Set.of(
            "title", "name", "downloadURL", "accessURL", "url", "byteSize", "size", "checksum", "hash", "format");

    private final String place;
    private final Records records;
    private final RecordSink sink;
    private final List<Waiting> waiting = new ArrayList<>();
    private final ObjectNode own = JsonNodeFactory.instance.objectNode();
    private int waitingCharacters;
    private int files;
    private boolean usable;
    private @Nullable String title;
    private @Nullable String name;
    private @Nullable String publisher;

    Dataset(String place, Records records, RecordSink sink) {
        this.place = place;
        this.records = records;
        this.sink = sink;
    }

    String place() {
        return place;
    }

    /** Reads the value at whose first token the parser stands. */
    void member(JsonParser parser, String member) throws IOException, InterruptedException {
        switch (member) {
            case "title" -> title = Records.text(BoundedJson.read(parser));
            case "name" -> name = Records.text(BoundedJson.read(parser));
            case "publisher", "organization" -> publisher(parser);
            case "downloadURL", "accessURL" -> own.set(member, BoundedJson.read(parser));
            case "distribution" -> files(parser, DatasetKind.DCAT);
            case "resources" -> files(parser, DatasetKind.CKAN);
            default -> parser.skipChildren();
        }
    }

    private void publisher(JsonParser parser) throws IOException {
        JsonNode read = BoundedJson.read(parser, Set.of("title", "name")).value();
        String titled = Records.text(read.isObject() ? read.get("title") : read);
        String named = titled == null ? Records.text(read.get("name")) : titled;
        publisher = named == null ? publisher : named;
    }

    /** A single file may stand without its array. */
    private void files(JsonParser parser, DatasetKind of) throws IOException, InterruptedException {
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                file(parser, of);
            }
        } else if (parser.currentToken() != JsonToken.VALUE_NULL) {
            file(parser, of);
        }
    }

    private void file(JsonParser parser, DatasetKind of) throws IOException, InterruptedException {
        files++;
        BoundedJson.Piece read = BoundedJson.read(parser, MEMBERS_OF_FILE);
        waiting.add(new Waiting(place + ", " + of.file() + " " + files, of, read.value()));
        waitingCharacters += read.characters() + CHARACTERS_OF_NOTHING;
        if (waitingCharacters > MOST_WAITING_CHARACTERS || (title != null && publisher != null)) {
            release();
        }
    }

    /** All of it has been read. */
    void end() throws InterruptedException {
        release();
        if (!usable && Records.ownUrl(own) != null) {
            sink.accept(records.distribution(place + ", its own URL", own, called(), publisher));
        }
    }

    /** Gives on the files that were read; what follows them may never come. */
    void release() throws InterruptedException {
        for (Waiting one : waiting) {
            CatalogRecord found = switch (one.kind()) {
                case DCAT -> records.distribution(one.position(), one.record(), called(), publisher);
                case CKAN -> records.resource(one.position(), one.record(), called(), publisher);
            };
            usable |= found instanceof CatalogRecord.Asset;
            sink.accept(found);
        }
        waiting.clear();
        waitingCharacters = 0;
    }

    private @Nullable String called() {
        return title == null ? name : title;
    }

    /** A file whose dataset may not have said yet what it is called. */
    private record Waiting(String position, DatasetKind kind, JsonNode record) {}
}

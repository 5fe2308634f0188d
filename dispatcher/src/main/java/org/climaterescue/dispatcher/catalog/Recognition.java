package org.climaterescue.dispatcher.catalog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** Finds out from a file's beginning how it is written. */
final class Recognition {

    private Recognition() {}

    static CatalogFormat of(Path file) throws IOException, BrokenCatalog {
        try (InputStream in = CatalogFile.open(file);
                JsonParser parser = CatalogFile.parser(in)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_ARRAY) {
                return CatalogFormat.DCAT;
            }
            if (first == JsonToken.START_OBJECT) {
                return object(parser);
            }
        } catch (JsonProcessingException notJson) {
            throw unknown();
        }
        throw unknown();
    }

    private static CatalogFormat object(JsonParser parser) throws IOException {
        try {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("dataset") && value == JsonToken.START_ARRAY) {
                    return CatalogFormat.DCAT;
                }
                if (Records.URL_MEMBERS.contains(name) && value == JsonToken.VALUE_STRING) {
                    return CatalogFormat.JSONL;
                }
                parser.skipChildren();
            }
            return parser.nextToken() == null ? CatalogFormat.DCAT : CatalogFormat.JSONL;
        } catch (JsonProcessingException broken) {
            // Read as a catalog it says where it is broken.
            return CatalogFormat.DCAT;
        }
    }

    private static BrokenCatalog unknown() {
        return new BrokenCatalog(
                "the file is in no format that is known here; it must begin with a JSON object or array (line 1), or say format=");
    }
}

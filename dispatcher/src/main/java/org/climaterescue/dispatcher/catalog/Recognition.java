package org.climaterescue.dispatcher.catalog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds out from a file's beginning how it is written: by the members of its first JSON object that has telling ones, or by
 * its first line.
 */
final class Recognition {

    private static final int MOST_NAMES = 12;
    private static final int LONGEST_NAME = 40;

    private final Beginning beginning;
    private final List<String> names = new ArrayList<>();
    private @Nullable CatalogFormat likely;

    private Recognition(Beginning beginning) {
        this.beginning = beginning;
    }

    static CatalogFormat of(Beginning beginning) throws BrokenCatalog {
        return new Recognition(beginning).format();
    }

    private CatalogFormat format() throws BrokenCatalog {
        return switch (beginning.first()) {
            case '{', '[' -> json();
            case '<' -> throw unknown("it looks like HTML or XML, a page and not a list");
            case ' ' -> throw unknown("it holds nothing but white space");
            default -> {
                if (beginning.lines().isEmpty() || beginning.lines().getFirst().indexOf('\0') >= 0) {
                    throw unknown("it is no text");
                }
                try {
                    TableHeader.of(beginning);
                    yield CatalogFormat.CSV;
                } catch (BrokenCatalog noTable) {
                    throw unknown("it is no JSON, and as a table " + noTable.getMessage());
                }
            }
        };
    }

    private CatalogFormat json() throws BrokenCatalog {
        if (beginning.linesOfJson()) {
            for (String line : beginning.lines()) {
                Optional<CatalogFormat> told = Beginning.isJson(line) ? told(line, true) : Optional.empty();
                if (told.isPresent()) {
                    return told.get();
                }
            }
            throw unknown("none of its first lines has members that tell");
        }
        Optional<CatalogFormat> told = told(beginning.text(), beginning.whole());
        if (told.isPresent()) {
            return told.get();
        }
        if (!beginning.whole() || beginning.text().strip().replaceAll("\\s", "").equals("[]")) {
            // Read as a catalog, it says what it lacks.
            return CatalogFormat.DCAT;
        }
        throw unknown("its members are " + (names.isEmpty() ? "none" : String.join(", ", names)));
    }

    private Optional<CatalogFormat> told(String text, boolean whole) throws BrokenCatalog {
        likely = null;
        try (JsonParser parser = CatalogFile.parser(text)) {
            CatalogFormat sure = parser.nextToken() == JsonToken.START_ARRAY ? array(parser) : object(parser);
            return Optional.ofNullable(sure == null ? likely : sure);
        } catch (JsonEOFException cut) {
            if (whole && likely == null) {
                throw unknown("it breaks off (character %d)".formatted(text.length()));
            }
        } catch (IOException broken) {
            // Of a row that is broken there is nothing to be had.
            if (likely == null || likely == CatalogFormat.JSONL) {
                throw BrokenCatalog.json(broken);
            }
        }
        return Optional.ofNullable(likely);
    }

    private @Nullable CatalogFormat array(JsonParser parser) throws IOException {
        CatalogFormat sure = null;
        while (sure == null && parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() == JsonToken.START_OBJECT) {
                sure = object(parser);
            } else {
                parser.skipChildren();
            }
        }
        return sure;
    }

    /** The format if a member makes it sure; else one may be likely afterwards, and all members have been read. */
    private @Nullable CatalogFormat object(JsonParser parser) throws IOException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            for (DatasetKind kind : DatasetKind.values()) {
                if (value.isStructStart()
                        && (kind.contains(name) || kind.files().equals(name))) {
                    return kind.format();
                }
                if (kind.marks(name)) {
                    likely = kind.format();
                }
            }
            if (likely == null && value == JsonToken.VALUE_STRING && Records.URL_MEMBERS.contains(name)) {
                likely = CatalogFormat.JSONL;
            }
            if (names.size() < MOST_NAMES) {
                names.add(BoundedJson.start(name, LONGEST_NAME));
            }
            parser.skipChildren();
        }
        return null;
    }

    private static BrokenCatalog unknown(String what) {
        return new BrokenCatalog(
                ("the file is not recognised as a catalog: %s. A catalog is a JSON object with dataset or distribution (dcat), "
                                + "with result, results or resources (ckan), JSON lines with url (jsonl), or a table or list of URLs "
                                + "(csv); if it is one of these all the same, import it with that format named (./rescue import --format)")
                        .formatted(what));
    }
}

package org.climaterescue.dispatcher.catalog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.climaterescue.dispatcher.streaming.Unpacked;

/** Opens a spooled catalog for reading, plain or gzip. */
final class CatalogFile {

    private static final int BUFFER = 64 * 1024;

    /**
     * Catalogs are written by hand and by programs of all ages, so what can be understood is taken. Texts are bounded only so
     * that one of them cannot take all memory; whatever is not needed is skipped without being kept, however long it is.
     */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
            .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(16_000_000)
                    .maxNameLength(1_000_000)
                    .maxNumberLength(1_000_000)
                    .maxNestingDepth(100_000)
                    .build())
            .build();

    private CatalogFile() {}

    /** The bytes, unpacked. */
    static InputStream open(Path file) throws IOException {
        return open(Files.newInputStream(file));
    }

    /** The bytes, unpacked. Closing it closes the file, also when this fails. */
    static InputStream open(InputStream file) throws IOException {
        InputStream in = new BufferedInputStream(file, BUFFER);
        try {
            return Unpacked.ifPacked(in);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /** The text of a JSON file; what is not valid in its charset becomes U+FFFD. Closing it closes the bytes. */
    static Reader json(InputStream in) throws IOException {
        // A decoder made this way replaces what it cannot read.
        return new InputStreamReader(in, charset(in).orElse(StandardCharsets.UTF_8));
    }

    /** The text of a table or list, of which many come from old spreadsheets. Closing it closes the bytes. */
    static Reader table(InputStream in) throws IOException {
        Optional<Charset> charset = charset(in);
        return charset.isPresent() ? new InputStreamReader(in, charset.get()) : new TableText(in);
    }

    /** A parser over a text. Closing it closes the text. */
    static JsonParser parser(Reader text) throws IOException {
        return JSON.createParser(text);
    }

    /** A parser over one text. */
    static JsonParser parser(String text) throws IOException {
        return JSON.createParser(text);
    }

    /** What the byte order mark says, if there is one; that of UTF-8 is read past. */
    private static Optional<Charset> charset(InputStream in) throws IOException {
        in.mark(3);
        int first = in.read();
        int second = in.read();
        int third = in.read();
        in.reset();
        if (first == 0xef && second == 0xbb && third == 0xbf) {
            in.skipNBytes(3);
            return Optional.empty();
        }
        boolean wide = (first == 0xfe && second == 0xff) || (first == 0xff && second == 0xfe);
        return wide ? Optional.of(StandardCharsets.UTF_16) : Optional.empty();
    }
}

package org.climaterescue.dispatcher.catalog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;

/**
 * The first part of a catalog's file, by which it is recognised.
 *
 * @param text decoded as a table is; where a file is cut, its last character may be a wrong one
 * @param whole whether that is the whole file
 */
record Beginning(String text, boolean whole) {

    static final int BYTES = 256 * 1024;

    /** Reads it; a packed file that breaks off or is damaged so early gives what comes before. */
    static Beginning of(Path file) throws IOException {
        byte[] bytes = new byte[BYTES];
        int filled = 0;
        boolean ended = false;
        try (InputStream in = CatalogFile.open(file)) {
            while (filled < BYTES && !ended) {
                int count = in.read(bytes, filled, BYTES - filled);
                ended = count < 0;
                filled += Math.max(0, count);
            }
        } catch (IOException brokenOff) {
            if (filled == 0) {
                throw brokenOff;
            }
        }
        try (Reader reader = CatalogFile.table(new ByteArrayInputStream(bytes, 0, filled))) {
            var text = new StringWriter(filled);
            reader.transferTo(text);
            return new Beginning(text.toString(), ended);
        }
    }

    /** The lines that are there in full and not blank. */
    List<String> lines() {
        int end = whole ? text.length() : text.lastIndexOf('\n') + 1;
        return text.substring(0, end).lines().filter(line -> !line.isBlank()).toList();
    }

    /** The first character that is no white space; a space if there is none. */
    char first() {
        return text.isBlank() ? ' ' : text.stripLeading().charAt(0);
    }

    /** Whether each line is a JSON value of its own; a first line that is broken is forgiven if most others are values. */
    boolean linesOfJson() {
        List<String> lines = lines();
        String rest = text.stripLeading();
        int end = rest.indexOf('\n');
        boolean severalLines = end >= 0 && opens(rest.substring(end).stripLeading());
        if (lines.isEmpty() || !severalLines) {
            return false;
        }
        return isJson(lines.getFirst())
                || (opens(lines.getFirst())
                        && lines.stream().filter(Beginning::isJson).count() * 2 > lines.size());
    }

    /** Whether it is JSON as far as it goes, but not a value a line. */
    boolean documentOfJson() {
        List<String> lines = lines();
        if (!opens(text.stripLeading()) || (!lines.isEmpty() && isJson(lines.getFirst()))) {
            return false;
        }
        try (JsonParser parser = CatalogFile.parser(text)) {
            while (parser.nextToken() != null) {
                parser.skipChildren();
            }
            return true;
        } catch (JsonEOFException cut) {
            return true;
        } catch (IOException broken) {
            return false;
        }
    }

    private static boolean opens(String text) {
        return text.startsWith("{") || text.startsWith("[");
    }

    /** Whether the line is one JSON object or array. */
    static boolean isJson(String line) {
        try (JsonParser parser = CatalogFile.parser(line)) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.START_OBJECT && first != JsonToken.START_ARRAY) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException broken) {
            return false;
        }
    }
}

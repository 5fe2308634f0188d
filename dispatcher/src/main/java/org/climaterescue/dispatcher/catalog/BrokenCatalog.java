package org.climaterescue.dispatcher.catalog;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.io.Serial;

/** The rest of the file cannot be read. The message says where and why, for people. */
final class BrokenCatalog extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    BrokenCatalog(String message) {
        super(message);
    }

    private BrokenCatalog(String message, IOException cause) {
        super(message, cause);
    }

    /** The JSON is none, or the file breaks off. */
    static BrokenCatalog at(JsonParser parser, IOException cause) {
        if (cause instanceof JsonEOFException) {
            return new BrokenCatalog("the file breaks off" + where(parser.currentLocation()), cause);
        }
        if (cause instanceof JsonProcessingException json) {
            JsonLocation location = json.getLocation() == null ? parser.currentLocation() : json.getLocation();
            return new BrokenCatalog("not valid JSON" + where(location) + ": " + json.getOriginalMessage(), cause);
        }
        return new BrokenCatalog(
                "the file cannot be read on after%s: %s".formatted(where(parser.currentLocation()), cause.getMessage()),
                cause);
    }

    /** What was parsed from memory is no JSON. */
    static BrokenCatalog json(IOException cause) {
        return cause instanceof JsonProcessingException json && json.getLocation() != null
                ? new BrokenCatalog(
                        "not valid JSON" + where(json.getLocation()) + ": " + json.getOriginalMessage(), cause)
                : new BrokenCatalog("not valid JSON: " + cause.getMessage(), cause);
    }

    /** A list of lines breaks off. */
    static BrokenCatalog atLine(long line, IOException cause) {
        return new BrokenCatalog(
                "the file cannot be read on at line %d: %s".formatted(line, cause.getMessage()), cause);
    }

    private static String where(JsonLocation location) {
        return " at line %d, column %d (character %d)"
                .formatted(location.getLineNr(), location.getColumnNr(), location.getCharOffset());
    }
}

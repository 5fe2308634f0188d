package org.climaterescue.dispatcher.catalog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Set;
import org.climaterescue.protocol.Limits;
import org.climaterescue.protocol.Texts;

/** Reads one JSON value into memory, as much of it as a record can need: overlong texts are cut, too much is left out. */
final class BoundedJson {

    /** One more than the longest URL, so that a longer one is still seen to be too long. */
    private static final int LONGEST_TEXT = Limits.URL_LENGTH + 1;

    private static final int MOST_CHARACTERS = 256 * 1024;
    private static final int DEEPEST = 50;
    private static final int LONGEST_NUMBER = 100;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final JsonParser parser;
    private int spent;

    private BoundedJson(JsonParser parser) {
        this.parser = parser;
    }

    /** The value at whose first token the parser stands; afterwards it stands at the last. */
    static JsonNode read(JsonParser parser) throws IOException {
        return new BoundedJson(parser).value(0);
    }

    /** The same; of an object, only these members are read, the others are skipped without being kept. */
    static Piece read(JsonParser parser, Set<String> members) throws IOException {
        var reading = new BoundedJson(parser);
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            return new Piece(reading.value(0), reading.spent);
        }
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            if (members.contains(name)) {
                object.set(name, reading.value(1));
            } else {
                parser.skipChildren();
            }
        }
        return new Piece(object, reading.spent);
    }

    /**
     * A value in memory.
     *
     * @param characters about how many it holds
     */
    record Piece(JsonNode value, int characters) {}

    private JsonNode value(int depth) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(depth);
            case START_ARRAY -> array(depth);
            case VALUE_STRING -> NODES.textNode(text(parser.getText()));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getText());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case null, default -> NODES.nullNode();
        };
    }

    private JsonNode object(int depth) throws IOException {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = text(parser.currentName());
            parser.nextToken();
            if (depth == DEEPEST || spent > MOST_CHARACTERS) {
                parser.skipChildren();
            } else {
                object.set(name, value(depth + 1));
            }
        }
        return object;
    }

    private JsonNode array(int depth) throws IOException {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (depth == DEEPEST || spent > MOST_CHARACTERS) {
                parser.skipChildren();
            } else {
                array.add(value(depth + 1));
                spent++;
            }
        }
        return array;
    }

    private JsonNode number(String digits) {
        spent += digits.length();
        try {
            return digits.length() <= LONGEST_NUMBER
                    ? NODES.numberNode(new BigDecimal(digits))
                    : NODES.textNode(text(digits));
        } catch (NumberFormatException notANumber) {
            return NODES.textNode(text(digits));
        }
    }

    private String text(String full) {
        String cut = full.length() <= LONGEST_TEXT ? full : full.substring(0, LONGEST_TEXT);
        spent += cut.length();
        return storable(cut);
    }

    /**
     * A name, or its first characters, as a message quotes it: what the database can store, and without the control characters by
     * which a file that is no text could steer the terminal that shows it.
     */
    static String start(String name, int characters) {
        String start = name.length() <= characters ? name : name.substring(0, characters) + "…";
        return storable(start.replaceAll("[\\p{Cc}\\p{Cf}]", "\ufffd"));
    }

    /** The text with U+FFFD for what the database cannot store. */
    static String storable(String text) {
        if (Texts.storable(text)) {
            return text;
        }
        var clean = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) ? 0xfffd : c)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }
}

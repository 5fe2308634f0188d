package org.climaterescue.dispatcher.problem;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;

/** Says in the client's words what is wrong with JSON that the client sent. */
public final class BadJson {

    private static final Pattern DUPLICATE = Pattern.compile("Duplicate [Ff]ield '(.*)'", Pattern.DOTALL);
    private static final Pattern NO_NUMBER = Pattern.compile("Non-standard token '([-+]?[A-Za-z]+)'");
    private static final int LONGEST_QUOTE = 80;

    private BadJson() {}

    /** 400 {@code invalid} for a body, or one line of a body, that could not be read. */
    public static ProblemException problem(JsonProcessingException wrong) {
        String field = wrong instanceof JsonMappingException mapping ? FieldNames.of(mapping.getPath()) : null;
        Throwable cause = wrong.getCause();
        if (wrong instanceof MismatchedInputException mismatch) {
            return mismatch(mismatch, field);
        }
        if (wrong instanceof JsonMappingException && cause instanceof JsonProcessingException syntax) {
            return syntax(syntax, field);
        }
        if (wrong instanceof JsonMappingException) {
            return ProblemException.invalid(field, named(field) + " cannot be read: " + plain(wrong));
        }
        return syntax(wrong, field);
    }

    private static ProblemException mismatch(MismatchedInputException mismatch, @Nullable String field) {
        Class<?> target = mismatch.getTargetType();
        String message = plain(mismatch);
        if (message.startsWith("No content to map")) {
            return ProblemException.invalid(null, "the body is empty; send a JSON object");
        }
        if (message.startsWith("Trailing token")) {
            return ProblemException.invalid(null, "something follows the end of the JSON" + at(mismatch.getLocation()));
        }
        // Our own checks of texts carry a message that already says what must be.
        if (target == String.class && message.startsWith("must ")) {
            return ProblemException.invalid(field, named(field) + " " + message);
        }
        String expected = target == null ? "something else" : FieldNames.description(target);
        if (field == null) {
            return ProblemException.invalid(null, "the body must be " + expected);
        }
        return ProblemException.invalid(field, "%s must be %s".formatted(field, expected));
    }

    private static ProblemException syntax(JsonProcessingException syntax, @Nullable String field) {
        String message = plain(syntax);
        Matcher duplicate = DUPLICATE.matcher(message);
        if (duplicate.find()) {
            String member = duplicate.group(1);
            return ProblemException.invalid(shortened(member), "%s stands twice".formatted(shortened(member)));
        }
        if (syntax instanceof StreamConstraintsException) {
            return ProblemException.invalid(field, tooMuch(message));
        }
        if (syntax instanceof InputCoercionException) {
            return ProblemException.invalid(field, named(field) + " is out of range");
        }
        if (message.contains("UTF-8")) {
            return ProblemException.invalid(field, "the body is not valid UTF-8" + at(syntax.getLocation()));
        }
        if (syntax instanceof JsonEOFException) {
            return ProblemException.invalid(null, "the JSON breaks off" + at(syntax.getLocation()));
        }
        Matcher word = NO_NUMBER.matcher(message);
        if (word.find() && syntax.getProcessor() instanceof JsonParser parser) {
            String member = parser.getParsingContext().getCurrentName();
            return ProblemException.invalid(
                    member,
                    "%s must be a number that JSON knows, not %s%s"
                            .formatted(named(member), word.group(1), at(syntax.getLocation())));
        }
        // What may be enabled here, and what else was expected, is said to programmers.
        String plainly = message.replaceFirst(": (was expecting|enable) .*", "");
        return ProblemException.invalid(null, "not valid JSON%s: %s".formatted(at(syntax.getLocation()), plainly));
    }

    private static String tooMuch(String message) {
        if (message.contains("nesting depth")) {
            return "nested deeper than " + Json.MAX_DEPTH + " levels";
        }
        return message.startsWith("Number") ? "a number has too many digits" : "a name or a text is too long";
    }

    private static String named(@Nullable String field) {
        return field == null ? "the body" : field;
    }

    private static String at(@Nullable JsonLocation location) {
        return location == null || location.getLineNr() < 1
                ? ""
                : " at line %d, column %d".formatted(location.getLineNr(), location.getColumnNr());
    }

    private static String plain(JsonProcessingException exception) {
        String message = exception.getOriginalMessage();
        return message == null ? "unreadable" : message;
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "…";
    }
}

package org.climaterescue.dispatcher.problem;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Names as clients know them: snake_case members with the way to them, such as {@code assignments[0].bytes_done}. */
final class FieldNames {

    private FieldNames() {}

    /** {@code bytesDone} is {@code bytes_done}. */
    static String snake(String name) {
        return ((PropertyNamingStrategies.NamingBase) PropertyNamingStrategies.SNAKE_CASE).translate(name);
    }

    /** Where in the JSON it went wrong; null for the document itself. */
    static @Nullable String of(List<JsonMappingException.Reference> path) {
        var name = new StringBuilder();
        for (JsonMappingException.Reference step : path) {
            if (step.getFieldName() == null) {
                name.append('[').append(step.getIndex()).append(']');
            } else {
                name.append(name.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return name.isEmpty() ? null : name.toString();
    }

    /**
     * What a constraint stands on. The method and the parameter that carries the body are ours and left out; a parameter that is
     * itself wrong (from the query or the path) is named. Null when it is about the whole body.
     */
    static @Nullable String of(Path path) {
        String parameter = null;
        var name = new StringBuilder();
        for (Path.Node node : path) {
            ElementKind kind = node.getKind();
            if (kind == ElementKind.PARAMETER) {
                parameter = node.getName();
                continue;
            }
            if (node.isInIterable() && node.getIndex() != null) {
                name.append('[').append(node.getIndex()).append(']');
            }
            if (kind == ElementKind.PROPERTY && node.getName() != null) {
                name.append(name.isEmpty() ? "" : ".").append(snake(node.getName()));
            }
        }
        if (!name.isEmpty()) {
            return name.toString();
        }
        return parameter == null ? null : snake(parameter);
    }

    /** The words that an enum takes on the wire. */
    static List<String> words(Class<?> enumType) {
        List<String> words = new ArrayList<>();
        for (var constant : enumType.getFields()) {
            if (constant.isEnumConstant()) {
                JsonProperty property = constant.getAnnotation(JsonProperty.class);
                words.add(property == null ? constant.getName().toLowerCase(Locale.ROOT) : property.value());
            }
        }
        return words;
    }

    /** What a value of this Java type looks like in JSON or in a URL, to follow "must be". */
    static String description(Class<?> type) {
        if (type.isEnum()) {
            return "one of " + String.join(", ", words(type));
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == double.class || type == Double.class || type == float.class || type == Float.class) {
            return "a number";
        }
        if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
            return type == java.math.BigDecimal.class ? "a number" : "a whole number";
        }
        if (CharSequence.class.isAssignableFrom(type)) {
            return "a text";
        }
        if (type == java.time.Instant.class) {
            return "an RFC 3339 time such as 2026-01-31T12:00:00Z";
        }
        if (Iterable.class.isAssignableFrom(type) || type.isArray()) {
            return "a list";
        }
        return "an object";
    }
}

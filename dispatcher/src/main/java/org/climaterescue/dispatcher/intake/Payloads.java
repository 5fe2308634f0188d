package org.climaterescue.dispatcher.intake;

import com.fasterxml.jackson.databind.JsonNode;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.protocol.Texts;
import org.jspecify.annotations.Nullable;

/** What a client sends along with a request and wants back. */
final class Payloads {

    private Payloads() {}

    /** The payload as it is stored; null if there is none. */
    static @Nullable String text(@Nullable JsonNode payload) {
        if (payload == null || payload.isNull()) {
            return null;
        }
        if (!payload.isObject()) {
            throw ProblemException.invalid("payload", "payload must be an object");
        }
        if (!storable(payload)) {
            throw ProblemException.invalid(
                    "payload", "payload must not hold U+0000 or half of a surrogate pair in any text or name");
        }
        return payload.toString();
    }

    private static boolean storable(JsonNode node) {
        if (node.isTextual()) {
            return Texts.storable(node.textValue());
        }
        if (node.isObject()) {
            return node.properties().stream()
                    .allMatch(member -> Texts.storable(member.getKey()) && storable(member.getValue()));
        }
        for (JsonNode element : node) {
            if (!storable(element)) {
                return false;
            }
        }
        return true;
    }
}

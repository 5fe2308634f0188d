package org.climaterescue.dispatcher.streaming;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * Where a page ends of a list that may be ordered in several ways. What has moved in the order meanwhile may be seen twice, or missed.
 *
 * @param order the word for the order
 * @param key what is ordered by
 * @param number tells rows of one key apart
 */
public record Place(String order, long key, long number) {

    /** The place as a cursor. */
    public String cursor() {
        String plain = order + ':' + key + ':' + number;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(plain.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Reads the parameter {@code cursor} of a list in this order.
     *
     * @return null for null
     * @throws ProblemException 400 when no list in this order has given it
     */
    public static @Nullable Place of(String order, @Nullable String cursor) {
        if (cursor == null) {
            return null;
        }
        try {
            String[] parts = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8).split(":", -1);
            if (parts.length == 3 && parts[0].equals(order)) {
                return new Place(order, Long.parseLong(parts[1]), Long.parseLong(parts[2]));
            }
        } catch (IllegalArgumentException notOurs) {
            throw wrong();
        }
        throw wrong();
    }

    private static ProblemException wrong() {
        return ProblemException.invalid(
                "cursor", "cursor is none that this list has given in this order; leave it out to begin anew");
    }
}

package org.climaterescue.dispatcher.streaming;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.ToLongFunction;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a list is asked for. Lists are ordered by a number that never changes, so pages neither repeat nor skip.
 *
 * @param before only what has a lower number
 * @param limit how many, 1 to {@value #MOST}
 */
public record Paging(long before, int limit) {

    private static final int MOST = 1000;
    private static final int USUAL = 100;
    private static final String MARK = "before:";

    /**
     * Reads the parameters {@code limit} and {@code cursor}.
     *
     * @throws ProblemException 400 that names the one that is wrong
     */
    public static Paging of(@Nullable Integer limit, @Nullable String cursor) {
        int wanted = limit == null ? USUAL : limit;
        if (wanted < 1 || wanted > MOST) {
            throw ProblemException.invalid("limit", "limit must be between 1 and " + MOST);
        }
        return new Paging(cursor == null ? Long.MAX_VALUE : decode(cursor), wanted);
    }

    /** One more than is asked for, to see whether there is a next page. */
    public int probe() {
        return limit + 1;
    }

    /** The page that {@link #probe} rows make. */
    public <T> Page<T> page(List<T> rows, ToLongFunction<T> number) {
        if (rows.size() <= limit) {
            return new Page<>(rows, null);
        }
        List<T> items = rows.subList(0, limit);
        return new Page<>(items, cursor(number.applyAsLong(items.getLast())));
    }

    /**
     * One page of a list.
     *
     * @param nextCursor asks for the next page; null on the last
     */
    public record Page<T>(List<T> items, @Nullable String nextCursor) {}

    /** A cursor that goes on with what has a lower number. */
    public static String cursor(long before) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString((MARK + before).getBytes(StandardCharsets.UTF_8));
    }

    private static long decode(String cursor) {
        try {
            String plain = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            if (plain.startsWith(MARK)) {
                return Long.parseLong(plain.substring(MARK.length()));
            }
        } catch (IllegalArgumentException notOurs) {
            throw wrong();
        }
        throw wrong();
    }

    private static ProblemException wrong() {
        return ProblemException.invalid("cursor", "cursor is none that a list has given; leave it out to begin anew");
    }
}

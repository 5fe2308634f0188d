package org.climaterescue.protocol;

import java.util.Optional;
import java.util.regex.Pattern;

/** The text form of a row's number inside an id: base 36, lower case, no sign, no leading zero. */
final class Base36 {

    private static final int RADIX = 36;
    private static final Pattern NUMBER = Pattern.compile("[1-9a-z][0-9a-z]{0,12}");

    private Base36() {}

    static String format(long number) {
        return Long.toString(number, RADIX);
    }

    static Optional<Long> parse(String text) {
        if (!NUMBER.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Long.parseLong(text, RADIX));
        } catch (NumberFormatException beyondLong) {
            return Optional.empty();
        }
    }
}

package org.climaterescue.protocol;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A request that comes so often that it tells itself whether it keeps its constraints: to ask a validator for each member of each of
 * them took two fifths of reading a catalog. The constraints stand as annotations on the members, and only the validator says what is
 * wrong; {@code LimitsTest} holds the two together.
 */
public interface Limited {

    /** Whether every constraint on its members is surely kept; when this is false the validator decides. */
    boolean keepsLimits();

    /** Whether the number is left out or within a range, both ends included. */
    static boolean within(@Nullable Integer number, int least, int most) {
        return number == null || (number >= least && number <= most);
    }

    /** Whether the text is left out or not longer. */
    static boolean upTo(int length, @Nullable String text) {
        return text == null || text.length() <= length;
    }

    /** Whether the text is there, not empty and not longer. */
    static boolean filled(int length, @Nullable String text) {
        return text != null && !text.isEmpty() && text.length() <= length;
    }

    /** Whether these are 64 hexadecimal digits. */
    static boolean digest(@Nullable String hex) {
        return hex != null && hex.length() == 64 && hex.chars().allMatch(HexFormat::isHexDigit);
    }

    /** Whether this is a node's id of letters, digits and the usual marks; others the validator looks at. */
    static boolean nodeId(@Nullable String id) {
        return id != null
                && filled(128, id)
                && id.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '/' && c != '?' && c != '#');
    }

    /** Whether this is a free space in GB that may be offered. */
    static boolean capacity(@Nullable Double gigabytes) {
        return gigabytes != null && gigabytes >= 0 && gigabytes <= 1e9;
    }
}

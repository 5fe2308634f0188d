package org.climaterescue.protocol;

import java.util.Optional;

/**
 * A catalog's id: {@code c-} and the catalog's number in base 36. Clients treat the text as opaque.
 *
 * @param number at least 1
 */
public record CatalogId(long number) {

    private static final String PREFIX = "c-";

    /** Reads the text form; empty when the text is not a catalog id at all. */
    public static Optional<CatalogId> parse(String text) {
        return text.startsWith(PREFIX)
                ? Base36.parse(text.substring(PREFIX.length())).map(CatalogId::new)
                : Optional.empty();
    }

    @Override
    public String toString() {
        return PREFIX + Base36.format(number);
    }
}

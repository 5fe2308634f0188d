package org.climaterescue.dispatcher.catalog;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.climaterescue.dispatcher.problem.ProblemException;

/** How a catalog is written. */
enum CatalogFormat {
    /** To be found out from the file's beginning. */
    AUTO,

    /** DCAT-US {@code data.json}: an object with {@code dataset}, the bare array of datasets, or a dataset a line. */
    DCAT,

    /** What a CKAN portal answers to {@code package_search} or {@code package_show}, or bare packages. */
    CKAN,

    /** A table with a header line, its columns parted by commas, semicolons or tabs; or a URL a line. */
    CSV,

    /** A JSON object a line, with the members of {@code POST /tasks}. */
    JSONL;

    /** The word on the wire and in the database. */
    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws ProblemException 400 that names {@code format} */
    static CatalogFormat of(String word) {
        return Arrays.stream(values())
                .filter(format -> format.wire().equals(word))
                .findFirst()
                .orElseThrow(() -> ProblemException.invalid(
                        "format",
                        "format must be one of "
                                + Arrays.stream(values())
                                        .map(CatalogFormat::wire)
                                        .collect(Collectors.joining(", "))));
    }
}

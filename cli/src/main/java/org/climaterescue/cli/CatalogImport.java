package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Hands a catalog to a dispatcher and follows it until it is in. */
final class CatalogImport {

    private static final long BETWEEN_LOOKS_MILLIS = 300;
    private static final String[] COUNTS = {
        "datasets", "read", "added", "updated", "unchanged", "duplicates", "rejected"
    };

    private CatalogImport() {}

    /**
     * Imports and shows how far it is.
     *
     * @param format as the query has it
     * @return the catalog as {@code GET /catalogs/{id}} has it in the end
     * @throws CommandFailed when the dispatcher refuses it
     */
    static JsonNode run(DispatcherApi api, String name, String format, BodyPublisher file, PrintWriter out)
            throws InterruptedException {
        String query = "/catalogs?name=%s&format=%s".formatted(URLEncoder.encode(name, StandardCharsets.UTF_8), format);
        String id = api.post(query, file).path("catalog_id").asText();
        try (Progress progress = new Progress("importing", -1, out)) {
            JsonNode catalog = api.get("/catalogs/" + id);
            while (catalog.path("status").asText().equals("importing")) {
                long read = catalog.path("read").asLong();
                if (read > 0) {
                    progress.reached(read, Words.count(read, "record"));
                }
                TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
                catalog = api.get("/catalogs/" + id);
            }
            return catalog;
        }
    }

    /**
     * Passes a catalog that is in whole.
     *
     * @throws CommandFailed otherwise, with the place and the reason
     */
    static void requireImported(JsonNode catalog) {
        if (!catalog.path("status").asText().equals("imported")) {
            throw new CommandFailed("the catalog %s failed: %s. What it gave before is kept."
                    .formatted(
                            catalog.path("catalog_id").asText(),
                            catalog.path("error").asText("no reason given").replaceFirst("\\.$", "")));
        }
    }

    /** What became of its records. */
    static Table counts(JsonNode catalog) {
        Table table = new Table().words("Catalog").words("Format").words("Status");
        Object[] row = new Object[3 + COUNTS.length];
        row[0] = catalog.path("catalog_id").asText();
        row[1] = catalog.path("format").asText();
        row[2] = catalog.path("status").asText();
        for (int i = 0; i < COUNTS.length; i++) {
            table.numbers(COUNTS[i].substring(0, 1).toUpperCase(Locale.ROOT) + COUNTS[i].substring(1));
            row[3 + i] =
                    String.format(Locale.ROOT, "%,d", catalog.path(COUNTS[i]).asLong());
        }
        return table.row(row);
    }
}

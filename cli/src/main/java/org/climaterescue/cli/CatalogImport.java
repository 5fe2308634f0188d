package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Hands a catalog to a dispatcher and follows it until it is in. */
final class CatalogImport {

    private static final long BETWEEN_LOOKS_MILLIS = 300;

    /** A file of so many bytes takes a while to send. */
    private static final long LARGE = 10_000_000;

    /** How long a dispatcher may take to start again. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String[] COUNTS = {
        "datasets", "read", "added", "updated", "unchanged", "duplicates", "rejected", "gone"
    };

    private CatalogImport() {}

    /**
     * Imports and shows how far it is.
     *
     * @param format as the query has it
     * @param size of the file in bytes; -1 when that is not known
     * @return the catalog as {@code GET /catalogs/{id}} has it in the end
     * @throws CommandFailed when the dispatcher refuses it
     */
    static JsonNode run(DispatcherApi api, String name, String format, InputStream file, long size, PrintWriter out)
            throws InterruptedException {
        String query = "/catalogs?name=%s&format=%s".formatted(URLEncoder.encode(name, StandardCharsets.UTF_8), format);
        return follow(api, size < LARGE ? send(api, query, file, size) : sendLarge(api, query, file, size, out), out);
    }

    private static String sendLarge(DispatcherApi api, String query, InputStream file, long size, PrintWriter out)
            throws InterruptedException {
        try (Progress progress = new Progress("sending", size, out)) {
            return send(api, query, progress.watched(file), size);
        }
    }

    private static String send(DispatcherApi api, String query, InputStream file, long size)
            throws InterruptedException {
        BodyPublisher stream = BodyPublishers.ofInputStream(() -> file);
        return api.post(query, size < 0 ? stream : BodyPublishers.fromPublisher(stream, size))
                .path("catalog_id")
                .asText();
    }

    /** The dispatcher goes on with an import by itself, so one that is away for a while is waited for. */
    private static JsonNode follow(DispatcherApi api, String id, PrintWriter out) throws InterruptedException {
        JsonNode catalog = look(api, id);
        try (Progress progress =
                new Progress("importing", catalog.path("file_bytes").asLong(-1), out)) {
            while (catalog.path("status").asText().equals("importing")) {
                long read = catalog.path("read").asLong();
                if (read > 0) {
                    progress.reached(catalog.path("bytes_read").asLong(), Words.count(read, "record"));
                }
                TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
                catalog = look(api, id);
            }
            return catalog;
        }
    }

    private static JsonNode look(DispatcherApi api, String id) throws InterruptedException {
        long patience = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return api.get("/catalogs/" + id);
            } catch (CommandFailed away) {
                if (System.nanoTime() > patience) {
                    throw new CommandFailed(
                            "%s The file has been taken as catalog %s: a dispatcher that comes back goes on with it. See how far it is with GET /catalogs/%s."
                                    .formatted(away.getMessage(), id, id),
                            away);
                }
            }
            TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
        }
    }

    /**
     * Passes a catalog that is in whole.
     *
     * @throws CommandFailed otherwise, with the place and the reason
     */
    static void requireImported(JsonNode catalog) {
        if (!catalog.path("status").asText().equals("imported")) {
            throw new CommandFailed("the catalog %s failed: %s.%s"
                    .formatted(
                            catalog.path("catalog_id").asText(),
                            catalog.path("error").asText("no reason given").replaceFirst("\\.$", ""),
                            catalog.path("read").asLong() == 0 ? "" : " What it gave before is kept."));
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

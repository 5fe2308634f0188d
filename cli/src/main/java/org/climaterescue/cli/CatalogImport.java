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
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Hands a catalog to a dispatcher and follows it until it is in. */
final class CatalogImport {

    private static final long BETWEEN_LOOKS_MILLIS = 300;

    /** A file of so many bytes takes a while to send. */
    private static final long LARGE = 10_000_000;

    /** How long a dispatcher may take to start again. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String[] COUNTS = {"read", "added", "updated", "unchanged", "duplicates", "rejected", "gone"};

    private CatalogImport() {}

    /**
     * Imports and shows how far it is.
     *
     * @param format as the query has it
     * @param size of the file in bytes; -1 when that is not known
     * @param taken told the catalog's id once the dispatcher has the file
     * @return the catalog as {@code GET /catalogs/{id}} has it in the end
     * @throws CommandFailed when the dispatcher refuses it
     */
    static JsonNode run(
            DispatcherApi api,
            String name,
            String format,
            InputStream file,
            long size,
            PrintWriter out,
            Consumer<String> taken)
            throws InterruptedException {
        String query = "/catalogs?name=%s&format=%s".formatted(URLEncoder.encode(name, StandardCharsets.UTF_8), format);
        String id = size < LARGE ? send(api, query, file, size) : sendLarge(api, query, file, size, out);
        taken.accept(id);
        return follow(api, id, out);
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
                if (catalog.path("read").asLong() > 0) {
                    progress.reached(catalog.path("bytes_read").asLong(), soFar(catalog));
                }
                TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
                catalog = look(api, id);
            }
            progress.reached(catalog.path("bytes_read").asLong(), soFar(catalog));
            return catalog;
        }
    }

    /** {@code 12,345 records: 12,000 added, 345 duplicates}. */
    private static String soFar(JsonNode catalog) {
        String became = Stream.of("added", "updated", "unchanged", "duplicates", "rejected")
                .filter(count -> catalog.path(count).asLong() > 0)
                .map(count -> Words.count(
                        catalog.path(count).asLong(), count.equals("duplicates") ? "duplicate" : count, count))
                .collect(Collectors.joining(", "));
        String read = Words.count(catalog.path("read").asLong(), "record");
        return became.isEmpty() ? read : read + ": " + became;
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
            boolean some =
                    catalog.path("read").asLong() > catalog.path("rejected").asLong();
            throw new CommandFailed(
                    "the import of %s %s: %s. %s"
                            .formatted(
                                    catalog.path("catalog_id").asText(),
                                    some ? "broke off" : "failed",
                                    Words.plain(catalog.path("error").asText("no reason given"))
                                            .replaceFirst("\\.$", ""),
                                    some
                                            ? "What came before that is kept; import the whole file again, and only what is missing is added."
                                            : "Nothing was added. Correct the file, or give its --format, and import it again."));
        }
    }

    /** How it ended, in a line. */
    static String result(JsonNode catalog) {
        long datasets = catalog.path("datasets").asLong();
        return "Catalog %s (%s) %s%s."
                .formatted(
                        catalog.path("catalog_id").asText(),
                        catalog.path("format").asText(),
                        catalog.path("status").asText().equals("imported")
                                ? "is imported"
                                : "could not be read to its end",
                        datasets == 0 ? "" : ", " + Words.count(datasets, "dataset"));
    }

    /** What became of its records. */
    static Table counts(JsonNode catalog) {
        Table table = new Table();
        for (String count : COUNTS) {
            table.numbers(count.substring(0, 1).toUpperCase(Locale.ROOT) + count.substring(1));
        }
        return table.row(Stream.of(COUNTS)
                .map(count -> Words.number(catalog.path(count).asLong()))
                .toArray());
    }
}

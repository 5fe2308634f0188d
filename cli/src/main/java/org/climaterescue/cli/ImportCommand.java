package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.FileNotFoundException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rescue import}: hands a catalog to a dispatcher and follows it until it is in. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = "Imports a catalog: DCAT-US data.json, CKAN, CSV or JSON lines, plain or gzip.")
final class ImportCommand implements Callable<Integer> {

    private static final long BETWEEN_LOOKS_MILLIS = 300;

    /** The forms of a catalog that the dispatcher reads. */
    enum Format {
        AUTO,
        DCAT,
        CKAN,
        CSV,
        JSONL
    }

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private DispatcherOptions dispatcher = new DispatcherOptions();

    @Parameters(paramLabel = "FILE", description = "The catalog; - reads it from standard input.")
    private String file = "-";

    @Option(
            names = "--name",
            description = "What to call the catalog (the file's name). The same name is the same catalog.")
    private @Nullable String name;

    @Option(
            names = "--format",
            defaultValue = "AUTO",
            description = "One of ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    private Format format = Format.AUTO;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        try (DispatcherApi api = dispatcher.connect()) {
            JsonNode catalog = follow(api, send(api), out);
            out.println(counts(catalog));
            if (catalog.path("status").asText().equals("imported")) {
                return 0;
            }
            throw new CommandFailed("the catalog %s failed: %s. What it gave before is kept."
                    .formatted(
                            catalog.path("catalog_id").asText(),
                            catalog.path("error").asText("no reason given")));
        }
    }

    private String send(DispatcherApi api) throws InterruptedException {
        String query = "/catalogs?name=%s&format=%s"
                .formatted(
                        URLEncoder.encode(nameOrFile(), StandardCharsets.UTF_8),
                        format.name().toLowerCase(Locale.ROOT));
        return api.post(query, body()).path("catalog_id").asText();
    }

    private String nameOrFile() {
        if (name != null) {
            return name;
        }
        return file.equals("-")
                ? "standard input"
                : Path.of(file).toAbsolutePath().normalize().getFileName().toString();
    }

    private BodyPublisher body() {
        if (file.equals("-")) {
            return BodyPublishers.ofInputStream(() -> System.in);
        }
        Path path = Path.of(file);
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw new CommandFailed("there is no file to read at " + path);
        }
        try {
            return BodyPublishers.ofFile(path);
        } catch (FileNotFoundException gone) {
            throw new CommandFailed("there is no file to read at " + path, gone);
        }
    }

    private static JsonNode follow(DispatcherApi api, String catalogId, PrintWriter out) throws InterruptedException {
        try (Progress progress = new Progress("importing " + catalogId, -1, out)) {
            JsonNode catalog = api.get("/catalogs/" + catalogId);
            while (catalog.path("status").asText().equals("importing")) {
                long read = catalog.path("read").asLong();
                progress.reached(read, Words.count(read, "record"));
                TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
                catalog = api.get("/catalogs/" + catalogId);
            }
            return catalog;
        }
    }

    private static Table counts(JsonNode catalog) {
        Table table = new Table().words("Catalog").words("Format").words("Status");
        Object[] row = new Object[10];
        int cell = 0;
        row[cell++] = catalog.path("catalog_id").asText();
        row[cell++] = catalog.path("format").asText();
        row[cell++] = catalog.path("status").asText();
        for (String count :
                new String[] {"datasets", "read", "added", "updated", "unchanged", "duplicates", "rejected"}) {
            table.numbers(count.substring(0, 1).toUpperCase(Locale.ROOT) + count.substring(1));
            row[cell++] = String.format(Locale.ROOT, "%,d", catalog.path(count).asLong());
        }
        return table.row(row);
    }
}

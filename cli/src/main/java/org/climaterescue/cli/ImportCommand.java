package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
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
        description =
                "Imports a catalog, plain or gzip: DCAT-US data.json, CKAN package_search or package_show, a CSV table"
                        + " with a column url, a list of URLs, or JSON lines.")
final class ImportCommand implements Callable<Integer> {

    /** The forms of a catalog that the dispatcher reads. */
    enum Format {
        AUTO,
        DCAT,
        CKAN,
        CSV,
        JSONL;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Path STANDARD_INPUT = Path.of("-");

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private DispatcherOptions dispatcher = new DispatcherOptions();

    @Parameters(paramLabel = "FILE", description = "The catalog; - reads it from standard input.")
    private Path file = STANDARD_INPUT;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "What to call the catalog (default: the file's name). The same name is the same catalog.")
    private @Nullable String name;

    @Option(
            names = "--json",
            description = "Prints the catalog in the end as GET /catalogs/{id} answers it, and nothing else.")
    private boolean json;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "auto",
            description = "How it is written, if its beginning does not tell: one of ${COMPLETION-CANDIDATES}"
                    + " (default: ${DEFAULT-VALUE}).")
    private Format format = Format.AUTO;

    @Override
    public Integer call() throws InterruptedException, IOException {
        CommandLine command = Objects.requireNonNull(spec).commandLine();
        PrintWriter out = SafeOutput.of(spec);
        long size = size();
        var taken = new AtomicReference<@Nullable String>();
        PrintWriter err = command.getErr();
        try (Interruption _ = Interruption.closes(() -> err.println(stopped(taken.get())), Interruption.CODE, err);
                DispatcherApi api = dispatcher.connect();
                InputStream in = open()) {
            JsonNode catalog =
                    CatalogImport.run(api, nameOrFile(), format.toString(), in, size, json ? err : out, taken::set);
            if (json) {
                out.println(catalog);
            } else {
                tell(catalog, out);
            }
            CatalogImport.requireImported(catalog);
            if (catalog.path("read").asLong() == catalog.path("rejected").asLong()) {
                throw new CommandFailed("nothing in " + file + " could be used");
            }
            return 0;
        }
    }

    private static void tell(JsonNode catalog, PrintWriter out) {
        out.println(CatalogImport.result(catalog));
        out.println();
        out.println(CatalogImport.counts(catalog));
        if (catalog.path("repaired").asLong() > 0) {
            out.println(Words.count(catalog.path("repaired").asLong(), "URL")
                    + " had to be repaired; the history of each task says how.");
        }
        if (catalog.path("rejected").asLong() > 0) {
            out.println("Why records were rejected: ./rescue catalogs rejected "
                    + catalog.path("catalog_id").asText());
        }
    }

    private static String stopped(@Nullable String catalog) {
        return catalog == null
                ? "\nStopped before the dispatcher had taken the file. Unless ./rescue catalogs lists it, nothing of it is imported."
                : "\nStopped looking. The dispatcher goes on: ./rescue catalogs tells how far %s is."
                        .formatted(catalog);
    }

    private String nameOrFile() {
        if (name != null) {
            return name;
        }
        return file.equals(STANDARD_INPUT)
                ? "standard input"
                : file.toAbsolutePath().normalize().getFileName().toString();
    }

    private InputStream open() {
        try {
            return file.equals(STANDARD_INPUT) ? System.in : Files.newInputStream(file);
        } catch (IOException gone) {
            throw new CommandFailed("there is no file to read at " + file, gone);
        }
    }

    /** The size of the file in bytes; -1 for standard input. */
    private long size() {
        if (file.equals(STANDARD_INPUT)) {
            return -1;
        }
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new WrongUsage(file + (Files.isDirectory(file) ? " is a directory" : " is no file that can be read")
                    + "; name the catalog's file");
        }
        try {
            long size = Files.size(file);
            if (size == 0) {
                throw new CommandFailed(file + " is empty");
            }
            return size;
        } catch (IOException gone) {
            throw new CommandFailed("there is no file to read at " + file, gone);
        }
    }
}

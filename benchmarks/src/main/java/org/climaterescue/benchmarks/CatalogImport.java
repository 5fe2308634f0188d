package org.climaterescue.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.freva.asciitable.AsciiTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How fast catalogs come in, and how much memory that takes: files that are named, then a DCAT catalog that is made up, by default a
 * gigabyte of it. The time is the service's own, from the beginning of the import to its end.
 *
 * <p>Peak memory is of this process, which is the dispatcher with this program around it, without PostgreSQL. It only ever grows, so
 * a small file first shows what does not come from the large one.
 */
final class CatalogImport {

    private static final long MB = 1_000_000;
    private static final int MADE_UP_MB = 1000;

    private CatalogImport() {}

    /** Takes the megabytes to make up, and files to import before. */
    public static void main(String[] arguments) throws Exception {
        long megabytes = arguments.length == 0 ? MADE_UP_MB : Long.parseLong(arguments[0]);
        List<String[]> rows = new ArrayList<>();
        try (Bench bench = Bench.start(Map.of())) {
            rows.add(run(bench, "made up, 1 MB", new MadeUpCatalog("warm", MB)));
            rows.add(run(bench, "made up, 50 MB", new MadeUpCatalog("first", 50 * MB)));
            for (int i = 1; i < arguments.length; i++) {
                Path file = Path.of(arguments[i]);
                rows.add(run(bench, file.getFileName().toString(), Files.newInputStream(file)));
            }
            rows.add(run(bench, "made up, %,d MB".formatted(megabytes), new MadeUpCatalog("large", megabytes * MB)));
            rows.add(run(
                    bench, "the same again, %,d MB".formatted(megabytes), new MadeUpCatalog("large", megabytes * MB)));
        }
        String[] head = {"catalog", "records", "added", "seconds", "records/s", "peak MB"};
        System.out.println(AsciiTable.getTable(head, rows.toArray(String[][]::new)));
    }

    private static String[] run(Bench bench, String name, InputStream file) throws IOException, InterruptedException {
        String called = name.replaceAll("[^a-z0-9A-Z]", "-").replace("the-same-again", "made-up");
        String id =
                bench.upload("/catalogs?name=" + called, file).get("catalog_id").asText();
        JsonNode catalog = bench.get("/catalogs/" + id);
        while (catalog.get("status").asText().equals("importing")) {
            Thread.sleep(100);
            catalog = bench.get("/catalogs/" + id);
        }
        if (!catalog.get("status").asText().equals("imported")) {
            throw new IOException(name + ": " + catalog);
        }
        Duration took = Duration.between(
                Instant.parse(catalog.get("started_at").asText()),
                Instant.parse(catalog.get("finished_at").asText()));
        double seconds = took.toMillis() / 1e3;
        long read = catalog.get("read").asLong();
        return new String[] {
            name,
            number((double) read),
            number(catalog.get("added").asDouble()),
            number(seconds),
            number((double) read / seconds),
            number((double) peakMegabytes())
        };
    }

    private static long peakMegabytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024 / MB)
                .findFirst()
                .orElseThrow(() -> new IOException("this system does not tell the peak memory of a process"));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%,.0f", value);
    }
}

package org.climaterescue.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.freva.asciitable.AsciiTable;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * How long a ranking of a million files takes, from the question to the last task that follows: one of tasks that had no rank, the same
 * again, the same the other way round, and one of files that nobody knew.
 */
final class RankingRefresh {

    private static final int ENTRIES = 1_000_000;
    private static final int HOSTS = 100;

    private RankingRefresh() {}

    /** Runs it; the argument is how many entries, a million if there is none. */
    public static void main(String[] arguments) throws Exception {
        int entries = arguments.length == 0 ? ENTRIES : Integer.parseInt(arguments[0]);
        try (Priorizer priorizer = new Priorizer(entries);
                Bench bench = Bench.start(Map.of("PRIORIZER_URL", priorizer.url(), "RESCUE_PRIORIZER_REFRESH", "0"))) {
            seed(bench, entries);
            List<String[]> rows = new ArrayList<>();
            rows.add(refresh(bench, "all tasks, for the first time"));
            rows.add(refresh(bench, "unchanged"));
            priorizer.first = rank -> entries - rank + 1;
            rows.add(refresh(bench, "the other way round"));
            priorizer.directory = "unknown";
            rows.add(refresh(bench, "as many unknown files"));
            String[] head = {"ranking of " + entries, "seconds", "ranked", "changed"};
            System.out.println(AsciiTable.getTable(head, rows.toArray(new String[0][])));
            System.out.println("peak RSS of the dispatcher and this priorizer in one process: " + peak());
        }
    }

    private static void seed(Bench bench, int entries) throws SQLException {
        bench.sql(
                "insert into host (name) select 'host' || n || '.example.org' from generate_series(0, ?) n", HOSTS - 1);
        bench.sql("""
                with fresh as (
                    insert into task (task_id, url, host_no, priority, copies_target, size_bytes, initiated_by, created_at)
                    select nextval('task_number'), 'http://' || h.name || '/known/' || n, h.host_no, 5, 3, 1000, 'benchmark',
                           clock_timestamp()
                    from generate_series(1, ?) n join host h on h.name = 'host' || n % ? || '.example.org'
                    returning task_id, url, host_no, size_bytes, created_at
                ), captures as (
                    insert into capture (url_sha256, task_id, taken_at)
                    select sha256(convert_to(url, 'UTF8')), task_id, created_at from fresh
                )
                insert into ready (task_id, slot, urgency, copies, rank, host_no, size_bytes, attempt, contested, since)
                select task_id, 0, 5, 0, 2147483647, host_no, size_bytes, 1, false, created_at from fresh
                """, entries, HOSTS);
        bench.sql("analyze");
    }

    private static String[] refresh(Bench bench, String name) throws IOException, InterruptedException {
        String before = bench.get("/priorities").at("/refreshed_at").asText();
        long began = System.nanoTime();
        try {
            bench.post("/priorities/refresh", "");
        } catch (IOException takesLong) {
            System.out.println(takesLong.getMessage());
        }
        JsonNode last = bench.get("/priorities");
        while (last.at("/refreshed_at").asText().equals(before)) {
            Thread.sleep(100);
            last = bench.get("/priorities");
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        if (!"priorizer".equals(last.at("/source").asText())) {
            throw new IOException("the priorizer was not believed: " + last);
        }
        String[] row = {
            name,
            String.format(Locale.ROOT, "%.1f", seconds),
            last.at("/ranked").asText(),
            last.at("/changed").asText()
        };
        System.out.println(String.join(", ", row) + ", " + peak());
        return row;
    }

    private static String peak() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status)
                ? Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("VmHWM:"))
                        .map(line -> line.substring(6).strip())
                        .findFirst()
                        .orElse("unknown")
                : "unknown";
    }

    /** Makes its ranking up while it answers. */
    private static final class Priorizer implements AutoCloseable {

        private final HttpServer server;
        private final int entries;
        private volatile IntUnaryOperator first = rank -> rank;
        private volatile String directory = "known";

        Priorizer(int entries) throws IOException {
            this.entries = entries;
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/ranking", this::answer);
            server.start();
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        private void answer(HttpExchange exchange) throws IOException {
            exchange.sendResponseHeaders(200, 0);
            try (Writer out = new BufferedWriter(
                    new OutputStreamWriter(exchange.getResponseBody(), StandardCharsets.UTF_8), 1 << 16)) {
                out.write("{\"asset\":[");
                for (int rank = 1; rank <= entries; rank++) {
                    int file = first.applyAsInt(rank);
                    out.write(
                            "%s{\"priority\":%d,\"name\":\"File %d\",\"ds_id\":\"ds-%d\",\"size_mb\":0.5,\"url\":\"http://host%d.example.org/%s/%d\"}"
                                    .formatted(
                                            rank == 1 ? "" : ",",
                                            rank,
                                            file,
                                            file / 100,
                                            file % HOSTS,
                                            directory,
                                            file));
                }
                out.write("]}");
            } catch (IOException gone) {
                throw new UncheckedIOException(gone);
            }
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}

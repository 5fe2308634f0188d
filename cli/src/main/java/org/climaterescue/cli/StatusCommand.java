package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.climaterescue.protocol.Limits;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rescue status}: one picture of how a rescue stands. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows how the rescue stands: tasks, copies, hosts, nodes.")
final class StatusCommand implements Callable<Integer> {

    private static final int MOST_ROWS = 20;
    private static final String NODES = "/nodes?limit=" + MOST_ROWS;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private DispatcherOptions dispatcher = new DispatcherOptions();

    @Option(names = "--json", description = "Prints what GET /stats answers, as it is.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        try (DispatcherApi api = dispatcher.connect()) {
            if (json) {
                out.println(api.text("/stats"));
                return 0;
            }
            JsonNode stats = api.get("/stats");
            JsonNode nodes = api.get(NODES);
            out.println("Rescue at " + api.base());
            print(out, tasks(stats.path("tasks")));
            out.println();
            out.println(copies(stats));
            out.println(queue(stats.path("queue")));
            print(out, hosts(stats.path("by_host")));
            print(out, nodes(nodes.path("items"), Instant.parse(stats.path("at").asText())));
            if (nodes.has("next_cursor")) {
                out.println("… more nodes: GET " + api.base() + "/nodes");
            }
            return 0;
        }
    }

    private static void print(PrintWriter out, Table table) {
        if (!table.isEmpty()) {
            out.println();
            out.println(table);
        }
    }

    private static Table tasks(JsonNode byStatus) {
        Table table = new Table().words("Tasks").numbers("Count").numbers("Size");
        for (Map.Entry<String, JsonNode> status : byStatus.properties()) {
            table.row(
                    status.getKey(),
                    number(status.getValue().path("count")),
                    Words.size(status.getValue().path("bytes").asLong()));
        }
        return table;
    }

    private static String copies(JsonNode stats) {
        JsonNode rate = stats.path("throughput");
        JsonNode copies = stats.path("copies");
        String line = String.format(
                Locale.ROOT,
                "Copies: %,d (%s), %.1f a second (%s/s) over the last %d s",
                copies.path("count").asLong(),
                Words.size(copies.path("bytes").asLong()),
                rate.path("copies_per_second").asDouble(),
                Words.size(Math.round(rate.path("bytes_per_second").asDouble())),
                rate.path("window_seconds").asLong());
        return stats.has("eta_seconds")
                ? line + "; done in about "
                        + Words.time(
                                Duration.ofSeconds(stats.path("eta_seconds").asLong()))
                : line;
    }

    private static String queue(JsonNode queue) {
        return String.format(
                Locale.ROOT,
                "Queue: %,d copies can be made now (the oldest for %s), %,d tasks wait for another try, %,d downloads under way",
                queue.path("ready").asLong(),
                Words.time(Duration.ofSeconds(
                        Math.round(queue.path("oldest_seconds").asDouble()))),
                queue.path("backoff").asLong(),
                queue.path("active").asLong());
    }

    private static Table hosts(JsonNode hosts) {
        Table table =
                new Table().words("Host").numbers("Open").numbers("Rescued").numbers("Failed");
        int rows = 0;
        for (JsonNode host : hosts) {
            if (rows++ == MOST_ROWS) {
                break;
            }
            JsonNode tasks = host.path("tasks");
            long open = 0;
            for (String status : new String[] {"pending", "assigned", "replicating"}) {
                open += tasks.path(status).path("count").asLong();
            }
            table.row(
                    host.path("host").asText(),
                    String.format(Locale.ROOT, "%,d", open),
                    number(tasks.path("rescued").path("count")),
                    number(tasks.path("failed").path("count")));
        }
        return table;
    }

    private static Table nodes(JsonNode nodes, Instant now) {
        Table table = new Table()
                .words("Node")
                .words("Operator")
                .words("Status")
                .words("Heard")
                .numbers("Free")
                .numbers("At work")
                .numbers("Copies")
                .numbers("Size")
                .numbers("Failures");
        for (JsonNode node : nodes) {
            table.row(
                    node.path("name").asText(),
                    node.path("operator").asText("–"),
                    node.path("status").asText(),
                    ago(node.path("last_heartbeat").asText(""), now),
                    Words.size(Limits.bytes(node.path("capacity_gb").asDouble())),
                    number(node.path("active_assignments")),
                    number(node.path("copies")),
                    Words.size(node.path("bytes").asLong()),
                    number(node.path("failures")));
        }
        return table;
    }

    /** By the dispatcher's clock: the one here may be wrong. */
    private static String ago(String time, Instant now) {
        if (time.isEmpty()) {
            return "–";
        }
        Duration silence = Duration.between(Instant.parse(time), now);
        return silence.isNegative() ? "now" : Words.time(silence) + " ago";
    }

    private static String number(JsonNode count) {
        return String.format(Locale.ROOT, "%,d", count.asLong());
    }
}

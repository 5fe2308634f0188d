package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How a rescue stands, as lines for people.
 *
 * @param stats as {@code GET /stats} has it
 * @param nodes the first page of {@code GET /nodes}
 */
record StatusPicture(URI dispatcher, JsonNode stats, JsonNode nodes) {

    /** Rows of hosts, and of nodes, for which a picture always asks at the most. */
    static final int MOST_ROWS = 20;

    /** What a table has beside its rows: the empty line before it, its head, the rule. */
    private static final int FRAME = 3;

    private static final Duration WORTH_TELLING = Duration.ofSeconds(10);

    /** Asks the dispatcher. */
    static StatusPicture of(DispatcherApi api) throws InterruptedException {
        return new StatusPicture(api.base(), api.get("/stats"), api.get("/nodes?sort=active&limit=" + MOST_ROWS));
    }

    /**
     * The lines.
     *
     * @param width what a line may have, in characters
     * @param height how many lines there may be; hosts and nodes share what the rest leaves
     */
    List<String> lines(int width, int height) {
        List<String> lines = new ArrayList<>();
        lines.addAll(wrapped("Rescue at " + dispatcher + counted(), width));
        lines.add("");
        add(lines, tasks().within(width));
        lines.add("");
        lines.addAll(wrapped(copies(), width));
        lines.addAll(wrapped(queue(), width));
        lines.addAll(wrapped(standing(), width));
        int hosts = Math.min(stats.path("by_host").size(), MOST_ROWS);
        int registered = nodes.path("items").size();
        int room = height - lines.size() - (hosts > 0 ? FRAME : 0) - (registered > 0 ? FRAME + 1 : 0);
        int ofNodes = Math.clamp(Math.max(room / 2, room - hosts), 0, registered);
        section(lines, hosts(Math.clamp(room - ofNodes, 0, hosts)), width);
        section(lines, nodes(ofNodes), width);
        long more = registered() - ofNodes;
        if (more > 0) {
            lines.add(" … and " + Words.count(more, "more node") + ": ./rescue nodes");
        }
        return lines;
    }

    private static void section(List<String> lines, Table table, int width) {
        if (!table.isEmpty()) {
            lines.add("");
            add(lines, table.within(width));
        }
    }

    private static void add(List<String> lines, String text) {
        text.lines().forEach(lines::add);
    }

    /** Words that do not fit go on in the next line. */
    private static List<String> wrapped(String line, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder now = new StringBuilder();
        for (String word : line.split(" ", -1)) {
            if (!now.isEmpty() && now.length() + 1 + word.length() > width) {
                lines.add(now.toString());
                now = new StringBuilder(" ");
            }
            now.append(now.isEmpty() ? "" : " ").append(word);
        }
        lines.add(now.toString());
        return lines;
    }

    /** So many tasks take long to count: then it is done seldom. */
    private String counted() {
        if (!stats.has("counted_at")) {
            // A dispatcher of an earlier version, which always counts.
            return "";
        }
        Duration ago = Duration.between(
                Instant.parse(stats.path("counted_at").asText()),
                Instant.parse(stats.path("at").asText()));
        return ago.compareTo(WORTH_TELLING) < 0 ? "" : ", tasks and copies as counted " + Words.ago(ago);
    }

    private Table tasks() {
        Table table = new Table().words("Tasks");
        List<String> counts = new ArrayList<>(List.of("Count"));
        List<String> sizes = new ArrayList<>(List.of("Size"));
        for (Map.Entry<String, JsonNode> status : stats.path("tasks").properties()) {
            table.numbers(status.getKey());
            counts.add(Words.number(status.getValue().path("count").asLong()));
            sizes.add(Words.size(status.getValue().path("bytes").asLong()));
        }
        return table.row(counts.toArray()).row(sizes.toArray());
    }

    private String copies() {
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

    private String queue() {
        JsonNode queue = stats.path("queue");
        return "Queue: %s can be made now (the oldest for %s), %s for another try, %s under way"
                .formatted(
                        Words.count(queue.path("ready").asLong(), "copy", "copies"),
                        Words.time(Duration.ofSeconds(
                                Math.round(queue.path("oldest_seconds").asDouble()))),
                        Words.count(queue.path("backoff").asLong(), "task waits", "tasks wait"),
                        Words.count(queue.path("active").asLong(), "download"));
    }

    private String standing() {
        String counts = stats.path("nodes").properties().stream()
                .filter(status -> status.getValue().asLong() > 0)
                .map(status -> Words.number(status.getValue().asLong()) + " " + status.getKey())
                .collect(Collectors.joining(", "));
        return "Nodes: " + (counts.isEmpty() ? "none yet" : counts);
    }

    private long registered() {
        long all = 0;
        for (JsonNode count : stats.path("nodes")) {
            all += count.asLong();
        }
        return all;
    }

    private Table hosts(int rows) {
        Table table =
                new Table().words("Host").numbers("Open").numbers("Rescued").numbers("Failed");
        for (int i = 0; i < rows; i++) {
            JsonNode host = stats.path("by_host").path(i);
            JsonNode tasks = host.path("tasks");
            long open = 0;
            for (String status : new String[] {"pending", "assigned", "replicating"}) {
                open += tasks.path(status).path("count").asLong();
            }
            table.row(
                    host.path("host").asText(),
                    Words.number(open),
                    Words.number(tasks.path("rescued").path("count").asLong()),
                    Words.number(tasks.path("failed").path("count").asLong()));
        }
        return table;
    }

    private Table nodes(int rows) {
        NodeTable table = new NodeTable();
        for (int i = 0; i < rows; i++) {
            table.add(
                    nodes.path("items").path(i), Instant.parse(stats.path("at").asText()));
        }
        return table.table();
    }
}

package org.climaterescue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.util.List;
import org.climaterescue.protocol.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The picture of a rescue in terminals of any size. */
class StatusTest {

    private static final URI DISPATCHER = URI.create("http://localhost:8001");

    @ParameterizedTest
    @CsvSource({"80, 24", "80, 60", "100, 24", "150, 50", "80, 15"})
    void thePictureFitsTheTerminal(int width, int height) {
        List<String> lines = picture(40, 10_000).lines(width, height);

        assertThat(lines).hasSizeLessThanOrEqualTo(height).allMatch(line -> line.length() <= width);
        assertThat(lines).anyMatch(line -> line.startsWith("Nodes: 10,000 active"));
        assertThat(lines.getLast()).contains("more nodes");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "3, 2", "20, 20"})
    void whereThereIsRoomNothingIsLeftOut(int hosts, int nodes) {
        List<String> lines = picture(hosts, nodes).lines(200, Integer.MAX_VALUE);

        assertThat(lines.stream().filter(line -> line.contains(".example.org"))).hasSize(hosts);
        assertThat(lines.stream().filter(line -> line.contains("node-abcdefghij")))
                .hasSize(nodes);
        assertThat(lines).noneMatch(line -> line.contains("more nodes"));
    }

    @Test
    void countsThatAreOldSaySo() {
        StatusPicture picture = picture(1, 1);
        assertThat(picture.lines(200, 50).getFirst()).isEqualTo("Rescue at http://localhost:8001");

        ((ObjectNode) picture.stats()).put("counted_at", "2026-01-02T03:00:00Z");

        assertThat(picture.lines(200, 50).getFirst())
                .isEqualTo("Rescue at http://localhost:8001, tasks and copies as counted 4 min ago");
    }

    @Test
    void oneOfAKindIsToldInTheSingular() {
        StatusPicture picture = picture(1, 1);
        ((ObjectNode) picture.stats())
                .putObject("queue")
                .put("ready", 1)
                .put("backoff", 1)
                .put("active", 1);

        assertThat(picture.lines(200, 50))
                .contains("Queue: 1 copy can be made now (the oldest for 0.0 s), 1 task waits for another try,"
                        + " 1 download under way");
    }

    private static StatusPicture picture(int hosts, int nodes) {
        ObjectNode stats = Json.mapper().createObjectNode();
        stats.put("at", "2026-01-02T03:04:05Z").put("counted_at", "2026-01-02T03:04:04Z");
        ObjectNode tasks = stats.putObject("tasks");
        for (String status : new String[] {"pending", "assigned", "replicating", "rescued", "failed", "cancelled"}) {
            tasks.putObject(status).put("count", 1_234_567).put("bytes", 123_456_789_012L);
        }
        stats.putObject("nodes").put("active", nodes);
        ArrayNode byHost = stats.putArray("by_host");
        for (int i = 0; i < hosts; i++) {
            byHost.addObject().put("host", "a-rather-long-name-of-a-host-" + i + ".example.org");
        }
        ObjectNode page = Json.mapper().createObjectNode();
        ArrayNode items = page.putArray("items");
        for (int i = 0; i < Math.min(nodes, StatusPicture.MOST_ROWS); i++) {
            items.addObject()
                    .put("node_id", "node-abcdefghij")
                    .put("name", "The machine of a volunteer in the cellar")
                    .put("operator", "A university with a long name")
                    .put("status", "draining")
                    .put("last_heartbeat", "2026-01-02T02:04:06Z")
                    .put("capacity_gb", 12_345.6)
                    .put("active_assignments", 12)
                    .put("copies", 123_456)
                    .put("failures", 12_345);
        }
        return new StatusPicture(DISPATCHER, stats, page);
    }
}

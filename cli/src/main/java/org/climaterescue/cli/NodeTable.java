package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.climaterescue.protocol.Limits;

/** Nodes as {@code GET /nodes} has them, a row each. */
final class NodeTable {

    private final Table table = new Table()
            .ids("Node")
            .words("Name")
            .extra("Operator")
            .words("Status")
            .numbers("Heard")
            .numbers("Free")
            .numbers("Work")
            .numbers("Copies")
            .numbers("Failed");

    /**
     * Adds a row.
     *
     * @param now by the dispatcher's clock
     */
    void add(JsonNode node, Instant now) {
        table.row(
                node.path("node_id").asText(),
                node.path("name").asText(),
                node.path("operator").asText("–"),
                status(node),
                Words.ago(node.path("last_heartbeat"), now),
                Words.size(Limits.bytes(node.path("capacity_gb").asDouble())),
                Words.number(node.path("active_assignments").asLong()),
                Words.number(node.path("copies").asLong()),
                Words.number(node.path("failures").asLong()));
    }

    /** How it stands; that it gets nothing new is told also of one that is silent or has left. */
    private static String status(JsonNode node) {
        String status = node.path("status").asText();
        return node.path("drained").asBoolean() && !status.equals("draining") ? status + ", drained" : status;
    }

    Table table() {
        return table;
    }
}

package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** Copies of one file, as tasks have them. */
final class CopyTable {

    private CopyTable() {}

    static Table of(JsonNode copies) {
        Table table = new Table()
                .ids("Node")
                .words("Operator")
                .extra("Region")
                .words("Verification")
                .numbers("Size")
                .ids("Reported")
                .ids("SHA-256");
        copies.forEach(copy -> table.row(
                copy.path("node_id").asText(),
                copy.path("operator").asText("–"),
                copy.path("region").asText("–"),
                copy.path("verification").asText(),
                Words.sizeOrDash(copy.path("size_bytes")),
                Words.moment(copy.path("completed_at")),
                copy.path("sha256").asText()));
        return table;
    }
}

package org.climaterescue.dispatcher.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.TestService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetersTest {

    @Test
    void equalSubmissionsAreCountedByKindHoweverTheyCome(@TempDir Path dataDir) {
        try (TestService service = TestService.start(dataDir, TestDatabase.create())) {
            String first = "{\"request_id\":\"r\",\"dataset_url\":\"http://example.org/a\"}";
            String otherBody = "{\"request_id\":\"r\",\"dataset_url\":\"http://example.org/b\"}";
            String sameUrl = "{\"dataset_url\":\"http://EXAMPLE.org:80/a#x\"}";
            service.post("/tasks", first);
            service.post("/tasks", first);
            service.post("/tasks", otherBody);
            service.post("/tasks", sameUrl);
            service.post("/tasks", "{\"dataset_url\":\"gopher://example.org/\"}");
            service.post("/tasks/bulk", String.join("\n", first, otherBody, sameUrl, sameUrl));
            String catalog = """
                    {"url":"http://example.org/a"}
                    {"url":"http://example.org/c"}
                    {"url":"http://example.org/c#again"}
                    {"url":"http://example.org/d","request_id":"r"}
                    {"url":"http://example.org/a","request_id":"r"}
                    """;
            imported(service, catalog);
            // The last record, which the request id told the first time, is known by its URL the second time.
            imported(service, catalog);

            JsonNode counts = service.get("/stats").json().get("deduplication");
            String metrics = service.get("/prometheus").text();

            assertThat(counts.toString())
                    .isEqualTo("{\"submitted\":18,\"accepted\":2,\"duplicates\":12,\"duplicates_by_request_id\":3,"
                            + "\"duplicates_by_url\":9,\"other_body\":4,\"rate\":" + 12.0 / 18 + "}");
            assertThat(metrics.lines())
                    .contains(
                            "rescue_deduplication_submitted_total 18.0",
                            "rescue_deduplication_accepted_total 2.0",
                            "rescue_deduplication_duplicates_by_request_id_total 3.0",
                            "rescue_deduplication_duplicates_by_url_total 9.0",
                            "rescue_deduplication_other_body_total 4.0",
                            "rescue_submissions_rejected_total 1.0",
                            "rescue_deduplication_ratio " + 12.0 / 18);
        }
    }

    @Test
    void equalReadsAreCounted(@TempDir Path dataDir) {
        try (TestService service = TestService.start(dataDir)) {
            service.get("/hosts");
            service.get("/hosts");
            service.get("/stats");
            JsonNode second = service.get("/stats").json().get("coalescing");

            assertThat(service.get("/prometheus").text().lines())
                    .contains(
                            "rescue_coalescing_requests_total 4.0",
                            "rescue_coalescing_deduplicated_requests_total 0.0",
                            "rescue_coalescing_cache_hits_total 1.0",
                            "rescue_coalescing_executions_total 3.0",
                            "rescue_coalescing_deduplication_ratio 0.25");
            // Kept, so as the first found it.
            assertThat(second.get("total_requests").asLong()).isEqualTo(3);
            assertThat(second.get("actual_executions").asLong()).isEqualTo(3);
            assertThat(second.get("deduplication_rate").asDouble()).isZero();
        }
    }

    private static void imported(TestService service, String lines) {
        service.post("/catalogs?name=c&format=jsonl", lines);
        await().until(() ->
                service.get("/catalogs").json().at("/items/0/status").asText().equals("imported"));
    }
}

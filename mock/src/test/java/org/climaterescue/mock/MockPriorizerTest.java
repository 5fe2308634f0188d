package org.climaterescue.mock;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.climaterescue.protocol.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MockPriorizerTest {

    private final MockOrigin origin = MockOriginTest.started();
    private final MockPriorizer priorizer = started();
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        client.close();
        priorizer.close();
        origin.close();
    }

    @Test
    void aRankingHoldsEveryFileInOrderAndOneBadEntry() throws Exception {
        SampleCatalog catalog = SampleCatalog.serveOn(origin);
        priorizer.rank(catalog.assets());

        JsonNode entries = ask("/ranking").path("asset");
        assertThat(entries).hasSize(catalog.assets().size() + 1);
        for (int i = 0; i < catalog.assets().size(); i++) {
            assertThat(entries.get(i).fieldNames())
                    .toIterable()
                    .containsExactlyInAnyOrder(
                            "path", "name", "priority", "size_mb", "ds_id", "res_id", "asset_id", "url");
            assertThat(entries.get(i).path("priority").intValue()).isEqualTo(i + 1);
            assertThat(entries.get(i).path("url").textValue())
                    .isEqualTo(catalog.assets().get(i).url().toString());
        }
        assertThat(entries)
                .anySatisfy(entry -> assertThat(entry.path("size_mb").isNull()).isTrue());
        assertThat(entries)
                .anySatisfy(entry -> assertThat(entry.path("asset_id").isNull()).isTrue());
        assertThat(entries.get(entries.size() - 1).has("url")).isFalse();
        assertThat(entries.get(entries.size() - 1).path("priority").isTextual()).isTrue();
    }

    @Test
    void theOlderNameAnswersTheSame() throws Exception {
        priorizer.rank(SampleCatalog.serveOn(origin).assets());

        assertThat(ask("/mock_ranking")).isEqualTo(ask("/ranking"));
    }

    @Test
    void itSaysWhatItIsGivenAndCountsWhoAsks() throws Exception {
        assertThat(ask("/ranking").path("asset")).isEmpty();
        priorizer.answer("""
                {"asset": [{"url": "https://example.org/a", "priority": 1}]}""");

        assertThat(ask("/ranking").at("/asset/0/url").textValue()).isEqualTo("https://example.org/a");
        assertThat(priorizer.ranking().load().requests()).isOne();
    }

    @Test
    void itFailsAsPlanned() throws Exception {
        priorizer.ranking().failing(Fault.status(503), 1);

        assertThat(post("/ranking").statusCode()).isEqualTo(503);
        assertThat(post("/ranking").statusCode()).isEqualTo(200);
    }

    private JsonNode ask(String path) throws IOException, InterruptedException {
        return Json.mapper().readTree(post(path).body());
    }

    private HttpResponse<byte[]> post(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(priorizer.url() + path))
                .POST(BodyPublishers.ofString("{}"))
                .build();
        return client.send(request, BodyHandlers.ofByteArray());
    }

    private static MockPriorizer started() {
        try {
            return MockPriorizer.start();
        } catch (IOException noPort) {
            throw new AssertionError(noPort);
        }
    }
}

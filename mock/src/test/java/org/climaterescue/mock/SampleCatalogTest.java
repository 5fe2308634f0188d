package org.climaterescue.mock;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.climaterescue.mock.SampleCatalog.Asset;
import org.climaterescue.protocol.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SampleCatalogTest {

    private final MockOrigin origin = MockOriginTest.started();
    private final HttpClient client = HttpClient.newHttpClient();
    private final SampleCatalog catalog = SampleCatalog.serveOn(origin);

    @AfterEach
    void stop() {
        client.close();
        origin.close();
    }

    @Test
    void itHasAboutFiftyFilesInAboutTwentyDatasetsAndIsSmall() throws Exception {
        assertThat(catalog.assets()).hasSizeBetween(45, 55);
        assertThat(document().path("dataset")).hasSizeBetween(18, 22);
        assertThat(catalog.assets().stream()
                        .mapToLong(asset -> asset.content().size())
                        .sum())
                .isLessThan(60_000_000);
    }

    @Test
    void everyDatasetSaysWhatDcatUsRequires() throws Exception {
        Set<String> identifiers = new HashSet<>();
        for (JsonNode dataset : document().path("dataset")) {
            for (String member : new String[] {"title", "description", "identifier", "modified", "accessLevel"}) {
                assertThat(dataset.path(member).textValue())
                        .as("%s of %s", member, dataset)
                        .isNotBlank();
            }
            assertThat(identifiers.add(dataset.path("identifier").textValue())).isTrue();
            assertThat(dataset.at("/publisher/name").textValue()).isNotBlank();
            assertThat(dataset.at("/contactPoint/hasEmail").textValue()).startsWith("mailto:");
            assertThat(dataset.path("keyword")).isNotEmpty();
            assertThat(dataset.path("distribution")).isNotEmpty();
        }
    }

    @Test
    void itNamesExactlyTheFilesThatItServesAndOneOfThemTwice() throws Exception {
        List<String> named = new ArrayList<>();
        for (JsonNode dataset : document().path("dataset")) {
            for (JsonNode distribution : dataset.path("distribution")) {
                named.add(distribution.path("downloadURL").textValue());
                assertThat(distribution.path("mediaType").textValue()).contains("/");
                assertThat(distribution.path("format").textValue()).isNotBlank();
            }
        }

        assertThat(named).hasSize(catalog.assets().size() + 1);
        assertThat(new HashSet<>(named))
                .isEqualTo(new HashSet<>(catalog.assets().stream()
                        .map(asset -> asset.url().toString())
                        .toList()));
    }

    @Test
    void everyFileArrivesAsItsTruthSaysAndOneIsGone() throws Exception {
        int gone = 0;
        for (Asset asset : catalog.assets()) {
            if (asset.gone()) {
                gone++;
                assertThat(get(asset.url()).statusCode()).isEqualTo(404);
            } else {
                origin.file(asset.path()).healed();
                assertThat(get(asset.url()).body()).isEqualTo(MockOriginTest.bytes(asset.content()));
            }
        }
        assertThat(gone).isOne();
    }

    @Test
    void oneFileIsSlowAndOneBreaksOffTwice() {
        Asset slow = asset("/weather/storms/details_2024.csv.gz");
        Asset breaking = asset("/air/ozone/ozone_2024.zip");

        assertThat(origin.file(slow.path()).next(true).bytesPerSecond()).isLessThan(1_000_000);
        assertThat(origin.file(breaking.path()).next(true).cutAfter()).isPositive();
        assertThat(origin.file(breaking.path()).next(true).cutAfter())
                .isPositive()
                .isLessThan(breaking.content().size());
        assertThat(origin.file(breaking.path()).next(true).cutAfter()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void itSpeaksOfTheAddressThatItIsGiven() throws Exception {
        SampleCatalog elsewhere = SampleCatalog.serveOn(origin, URI.create("http://mock:8090"));

        assertThat(elsewhere.url()).hasToString("http://mock:8090/data.json");
        assertThat(elsewhere.assets())
                .allSatisfy(asset -> assertThat(asset.url()).hasHost("mock").hasPort(8090));
        assertThat(document().toString()).contains("http://mock:8090/").doesNotContain("127.0.0.1");
    }

    private Asset asset(String path) {
        return catalog.assets().stream()
                .filter(asset -> asset.path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    private JsonNode document() throws IOException, InterruptedException {
        return Json.mapper().readTree(get(origin.url(SampleCatalog.PATH)).body());
    }

    private HttpResponse<byte[]> get(URI url) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofByteArray());
    }
}

package org.climaterescue.dispatcher.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.climaterescue.dispatcher.TestService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetReaderTest {

    private static final String ONE = """
            {"resources":[{"url":"http://example.org/1","name":"One"},{"url":"http://example.org/2"}],"title":"A",\
            "organization":{"title":"Office of Ice","name":"ice"},"url":"http://example.org/home","num_resources":2,\
            "extras":[{"key":"spatial","value":"x"}]}""";

    private static final String TWO = """
            {"id":"b","name":"b-name","license_id":"cc-zero","url":"http://example.org/b-home","resources":[]}""";

    @TempDir
    private static Path dataDir;

    private static TestService service;

    @BeforeAll
    static void start() {
        service = TestService.start(dataDir);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"help\":\"x\",\"success\":true,\"result\":{\"count\":2,\"sort\":\"x\",\"results\":[ONE,TWO]}}",
                "{\"results\":[ONE,TWO]}",
                "{\"success\":true,\"result\":[ONE,TWO]}",
                "[ONE,\n  TWO]",
                "ONE\nTWO",
                "\n\n  TWO\r\nONE\r\n\r\n",
                "{\"success\":true,\"result\":ONE}\n{\"success\":true,\"result\":TWO}\n",
                "{\n \"success\":true,\n\"result\":\nONE}\n\n {\"success\":true,\n\"result\":TWO}\n"
            })
    void eachResourceOfACkanAnswerIsAnAsset(String shape) {
        String file = shape.replace("ONE", ONE).replace("TWO", TWO);
        for (byte[] bytes : List.of(file.getBytes(StandardCharsets.UTF_8), Imported.gzip(file))) {
            Imported imported = Imported.of(service, "auto", bytes);

            assertThat(imported.error()).isIn("", "null");
            assertThat(imported.format()).isEqualTo("ckan");
            assertThat(imported.counts())
                    .isEqualTo("datasets 2, read 2, added 2, updated 0, unchanged 0, duplicates 0, rejected 0");
            JsonNode task = imported.tasks().getFirst();
            assertThat(task.get("dataset_url").asText()).isEqualTo("http://example.org/1");
            assertThat(task.get("name").asText()).isEqualTo("One");
            assertThat(task.get("dataset").asText()).isEqualTo("A");
            assertThat(task.get("organization").asText()).isEqualTo("Office of Ice");
        }
    }

    @Test
    void oneBarePackageIsACatalog() {
        assertThat(Imported.of(service, "auto", ONE).counts()).startsWith("datasets 1, read 2, added 2,");
        assertThat(Imported.of(service, "auto", "{\"success\":true,\"result\":" + ONE + "}")
                        .counts())
                .startsWith("datasets 1, read 2, added 2,");
        assertThat(Imported.of(service, "auto", TWO).counts()).startsWith("datasets 1, read 0,");
    }

    @Test
    void ofAResourceOnlyWhatMakesSenseIsKept() {
        String hash = "AB".repeat(32);
        Imported imported = Imported.of(service, "auto", """
                [{"name":"n","organization":{"name":"o"},"resources":[
                  {"url":"http://example.org/1","size":1234,"hash":"%s"},
                  {"url":"http://example.org/2","size":"1234","hash":"sha256:%s"},
                  {"url":"http://example.org/3","size":"12.5 kB","hash":"d41d8cd98f00b204e9800998ecf8427e"},
                  {"url":"http://example.org/4","size":0,"hash":""},
                  {"url":"http://example.org/5","size":1e18,"hash":17},
                  {"url":"http://example.org/6","size":-3,"hash":null},
                  {"url":""},
                  {"url":"no scheme.org/x"},
                  "http://example.org/7"]},
                 "just-a-name"]
                """.formatted(hash, hash));

        assertThat(imported.tasks())
                .extracting(task -> task.path("size_bytes").asText() + " "
                        + task.path("sha256").isTextual())
                .containsExactly("1234 true", "1234 true", " false", " false", " false", " false");
        assertThat(imported.tasks()).allSatisfy(task -> {
            assertThat(task.get("dataset").asText()).isEqualTo("n");
            assertThat(task.get("organization").asText()).isEqualTo("o");
        });
        assertThat(imported.rejected())
                .satisfiesExactly(
                        one -> assertThat(one).isEqualTo("package 1, resource 7: url holds no URL"),
                        one -> assertThat(one)
                                .startsWith("package 1, resource 8: ")
                                .contains("scheme"),
                        one -> assertThat(one).isEqualTo("package 1, resource 9: the resource is no object"),
                        one -> assertThat(one).isEqualTo("package 2: the package is no object"));
    }

    @Test
    void aBrokenLineHarmsNoOtherAndADatasetAmongPackagesIsRead() {
        Imported imported = Imported.of(service, "auto", """
                {"resources":[{"url":"http://example.org/0"},{"url":
                %s
                [1,2]
                {"@type":"dcat:Dataset","title":"D","distribution":[{"downloadURL":"ftp://example.org/3"}]}
                %s x
                """.formatted(ONE, TWO));

        assertThat(imported.status()).as(imported.error()).isEqualTo("imported");
        assertThat(imported.urls())
                .containsExactly(
                        "http://example.org/0", "http://example.org/1", "http://example.org/2", "ftp://example.org/3");
        assertThat(imported.rejected())
                .satisfiesExactly(
                        one -> assertThat(one).startsWith("line 1: not valid JSON at column "),
                        one -> assertThat(one).startsWith("line 3: the line is no object"),
                        one -> assertThat(one).startsWith("line 5: not valid JSON"));
    }

    @Test
    void nestedCatalogsAreReadAndServicesAreNot() {
        Imported imported = Imported.of(service, "auto", """
                {"@type":"Catalog","service":[{"endpointURL":["https://example.org/api"]}],
                 "dataset":[{"distribution":[{"downloadURL":{"@id":"http://example.org/1"}}]}],
                 "catalog":[{"title":"child","dataset":[{"distribution":[{"accessURL":"http://example.org/2"},{}]}],
                             "catalog":[{"dataset":{"distribution":{"accessURL":"http://example.org/3"}}}]}, 7]}
                """);

        assertThat(imported.counts()).startsWith("datasets 3, read 5, added 3,");
        assertThat(imported.rejected())
                .containsExactly(
                        "catalog 1, dataset 1, distribution 2: neither downloadURL nor accessURL holds a URL",
                        "catalog 2: the catalog is no object");
    }

    @Test
    void aDatasetsOwnUrlCountsOnlyWhereItsDistributionsGiveNone() {
        Imported imported = Imported.of(service, "auto", """
                [{"accessURL":"http://example.org/a","title":"A","distribution":[]},
                 {"title":"B","distribution":[{"accessURL":"h","format":"h"},{"accessURL":"t"}],
                  "accessURL":"http://example.org/b","downloadURL":"http://example.org/b.csv"},
                 {"accessURL":"http://example.org/c","distribution":[{"accessURL":"h"},{"accessURL":"http://example.org/c1"}]},
                 {"accessURL":"none"},
                 {"accessURL":" "}]
                """);

        assertThat(imported.format()).isEqualTo("dcat");
        assertThat(imported.urls())
                .containsExactly("http://example.org/a", "http://example.org/b.csv", "http://example.org/c1");
        assertThat(imported.counts())
                .isEqualTo("datasets 5, read 7, added 3, updated 0, unchanged 0, duplicates 0, rejected 4");
        assertThat(imported.rejected()).last().asString().startsWith("dataset 4, its own URL: ");
        assertThat(imported.tasks().getFirst().get("dataset").asText()).isEqualTo("A");
    }

    @Test
    void aLoneDatasetAndDatasetsALineAreCatalogs() {
        String dataset = "{\"title\":\"D\",\"distribution\":[{\"downloadURL\":\"http://example.org/%d\"}]}\n";

        assertThat(Imported.of(service, "auto", dataset.formatted(1)).counts())
                .startsWith("datasets 1, read 1, added 1,");
        Imported lines = Imported.of(service, "auto", dataset.formatted(1) + dataset.formatted(2));
        assertThat(lines.format()).isEqualTo("dcat");
        assertThat(lines.counts()).startsWith("datasets 2, read 2, added 2,");
    }
}

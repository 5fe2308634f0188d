package org.climaterescue.dispatcher.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.climaterescue.dispatcher.TestService;
import org.climaterescue.dispatcher.TestService.Answer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Catalogs as agencies publish them, read where a collection of them lies beside the repository, else skipped. The counts are
 * those of a separate program: distinct URLs without their fragments, scheme and host in lower case, and the one that begins
 * with {@code hhttps}, which is repaired.
 */
class RealCatalogsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    dcat/nasa_small_120.json | imported | datasets 120, read 975, added 873
                    dcat/doe_energy_data_json_2025-02-01.json.gz | imported | datasets 480, read 758, added 619
                    dcat-edge/gsa-harvester/dcatus_with_none.json.gz | imported | datasets 402, read 2841, added 2141
                    dcat-edge/gsa-harvester/dcatus.json | imported | datasets 7, read 7, added 7
                    dcat-edge/gsa-harvester/dcatus3_0.json | imported | datasets 4, read 0, added 0
                    dcat-edge/gsa-harvester/dcatus_multiple_invalid.json | imported | datasets 1, read 1, added 0
                    dcat-edge/gsa-ckanext/missing-identifier-title.data.json | imported | datasets 3, read 3, added 1
                    dcat-edge/gsa-ckanext/collection-1-parent-2-children.data.json | imported | datasets 3, read 4, added 4
                    dcat-edge/gsa-ckanext/many-resources.data.json | imported | datasets 1, read 11, added 11
                    dcat-edge/datopian/usda.gov.data-3-datasets.json | imported | datasets 3, read 3, added 3
                    dcat-edge/datopian/bad.json | failed | datasets 0, read 0, added 0
                    dcat-edge/datopian/good-but-not-data.json | failed | datasets 0, read 0, added 0
                    dcat-legacy-2013/usda.json.gz | imported | datasets 318, read 382, added 370
                    dcat-legacy-2013/va.json | imported | datasets 170, read 339, added 0
                    """)
    void aRealCatalogIsReadWholeAndASecondTimeAddsNothing(
            String name, String status, String counts, @TempDir Path dataDir) throws IOException {
        Path file = Path.of("..", "..", "shared", "data").resolve(name);
        assumeTrue(Files.isReadable(file), "no collection of real catalogs here");
        try (TestService service = TestService.start(dataDir)) {
            JsonNode first = imported(service, file);

            assertThat(first.get("status").asText()).as(first.toString()).isEqualTo(status);
            assertThat(CatalogImportTest.counts(first)).startsWith(counts + ",");
            assertThat(service.number("select count(*) from task"))
                    .isEqualTo(first.get("added").asLong());
            JsonNode second = imported(service, file);
            assertThat(second.get("added").asLong() + second.get("updated").asLong())
                    .isZero();
            assertThat(second.get("read")).isEqualTo(first.get("read"));
            assertThat(second.get("rejected")).isEqualTo(first.get("rejected"));
            assertThat(second.get("duplicates")).isEqualTo(first.get("duplicates"));
        }
    }

    private static JsonNode imported(TestService service, Path file) throws IOException {
        Answer answer = service.post("/catalogs?name=real", Files.readAllBytes(file));
        return CatalogImportTest.await(service, answer.json().get("catalog_id").asText());
    }
}

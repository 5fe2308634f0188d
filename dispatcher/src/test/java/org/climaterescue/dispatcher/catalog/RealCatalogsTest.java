package org.climaterescue.dispatcher.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.climaterescue.dispatcher.TestService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Catalogs and lists as agencies and volunteers publish them, read where a collection of them lies beside the repository, else
 * skipped. Each is imported into an empty database. The counts are those of a separate program, which parses with other
 * libraries and compares URLs by rules of its own; {@code unchanged} are repeats within the file that say the same. A URL that
 * is repaired counts as what it means.
 */
class RealCatalogsTest {

    private static final Path COLLECTION = Path.of("..", "..", "shared", "data");
    private static final long TOO_MANY_FOR_TWICE = 10_000;

    @TempDir
    private static Path dataDir;

    private static TestService service;

    @BeforeAll
    static void start() {
        assumeTrue(Files.isDirectory(COLLECTION), "no collection of real catalogs here");
        service = TestService.start(dataDir);
    }

    @AfterAll
    static void stop() {
        if (service != null) {
            service.close();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    dcat/doe_energy_data_json_2025-02-01.json.gz | dcat | imported | datasets 480, read 758, added 619, updated 0, unchanged 1, duplicates 137, rejected 1
                    dcat/doe_energy_data_json_2025-07-09.json.gz | dcat | imported | datasets 482, read 760, added 621, updated 0, unchanged 1, duplicates 137, rejected 1
                    dcat/nasa_data_json_2025-02-01.json.gz | dcat | imported | datasets 11721, read 54238, added 30652, updated 0, unchanged 699, duplicates 22887, rejected 0
                    dcat/nasa_data_json_2025-02-04.json.gz | dcat | imported | datasets 11690, read 54196, added 30627, updated 0, unchanged 708, duplicates 22861, rejected 0
                    dcat/nasa_small_120.json | dcat | imported | datasets 120, read 975, added 873, updated 0, unchanged 0, duplicates 102, rejected 0
                    dcat-legacy-2013/dot.json.gz | dcat | imported | datasets 1698, read 1796, added 1635, updated 0, unchanged 5, duplicates 156, rejected 0
                    dcat-legacy-2013/energy.json | dcat | imported | datasets 197, read 36, added 33, updated 0, unchanged 0, duplicates 0, rejected 3
                    dcat-legacy-2013/nasa.json | dcat | imported | datasets 25, read 25, added 23, updated 0, unchanged 0, duplicates 2, rejected 0
                    dcat-legacy-2013/usda.json.gz | dcat | imported | datasets 318, read 382, added 370, updated 0, unchanged 0, duplicates 11, rejected 1
                    dcat-legacy-2013/va.json | dcat | imported | datasets 170, read 509, added 164, updated 0, unchanged 2, duplicates 3, rejected 340
                    dcat-edge/datopian/bad.json | auto | failed | datasets 0, read 0, added 0, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/datopian/good-but-not-data.json | auto | failed | datasets 0, read 0, added 0, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/datopian/usda.gov.data-2-datasets.json | dcat | imported | datasets 2, read 2, added 2, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/datopian/usda.gov.data-3-datasets.json | dcat | imported | datasets 3, read 3, added 3, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/gsa-ckanext/arm.data.json | dcat | imported | datasets 3, read 3, added 1, updated 0, unchanged 0, duplicates 2, rejected 0
                    dcat-edge/gsa-ckanext/collection-1-parent-2-children.data.json | dcat | imported | datasets 3, read 4, added 4, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/gsa-ckanext/geospatial.data.json | dcat | imported | datasets 2, read 4, added 4, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/gsa-ckanext/many-resources.data.json | dcat | imported | datasets 1, read 11, added 11, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/gsa-ckanext/missing-identifier-title.data.json | dcat | imported | datasets 3, read 3, added 1, updated 0, unchanged 0, duplicates 2, rejected 0
                    dcat-edge/gsa-ckanext/null-spatial.data.json | dcat | imported | datasets 1, read 1, added 1, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/gsa-ckanext/ny.data.json | dcat | imported | datasets 1, read 4, added 4, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/gsa-ckanext/reserved-title.data.json | dcat | imported | datasets 1, read 1, added 1, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/gsa-ckanext/usda.gov.data.json | dcat | imported | datasets 3, read 6, added 6, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/gsa-harvester/dcatus.json | dcat | imported | datasets 7, read 7, added 7, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/gsa-harvester/dcatus3_0.json | dcat | imported | datasets 4, read 0, added 0, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/gsa-harvester/dcatus3_0_invalid.json | dcat | imported | datasets 2, read 0, added 0, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/gsa-harvester/dcatus3_0_nested_catalog.json | dcat | imported | datasets 3, read 0, added 0, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/gsa-harvester/dcatus3_0_with_services.json | dcat | imported | datasets 1, read 0, added 0, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/gsa-harvester/dcatus_2.json | dcat | imported | datasets 3, read 3, added 3, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/gsa-harvester/dcatus_bad_license_uri.json | dcat | imported | datasets 1, read 1, added 1, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/gsa-harvester/dcatus_multiple_invalid.json | dcat | imported | datasets 1, read 1, added 0, updated 0, unchanged 0, duplicates 0, rejected 1
                    dcat-edge/gsa-harvester/dcatus_no_identifier.json | dcat | imported | datasets 1, read 1, added 1, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/gsa-harvester/dcatus_same_title.json | dcat | imported | datasets 2, read 2, added 2, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/gsa-harvester/dcatus_same_title_step_2.json | dcat | imported | datasets 2, read 2, added 2, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/gsa-harvester/dcatus_single_record.json | dcat | imported | datasets 1, read 1, added 1, updated 0, unchanged 0, duplicates 0, rejected 0
                    dcat-edge/gsa-harvester/dcatus_with_none.json.gz | dcat | imported | datasets 402, read 2841, added 2141, updated 0, unchanged 0, duplicates 700, rejected 0
                    dcat-edge/gsa-harvester/missing_title.json | dcat | imported | datasets 1, read 1, added 1, updated 0, unchanged 0, duplicates 0, rejected 0
                    ckan/datagov_packages_50.jsonl.gz | ckan | imported | datasets 50, read 63, added 56, updated 0, unchanged 6, duplicates 1, rejected 0
                    ckan/datagov_popular_by_org_20250805.json.gz | dcat | failed | datasets 0, read 0, added 0, updated 0, unchanged 0, duplicates 0, rejected 0
                    ckan/datarescue_pdx_excerpt.jsonl | ckan | imported | datasets 9, read 49, added 27, updated 0, unchanged 16, duplicates 4, rejected 2
                    rescue-lists/climate-mirror-2016/data_load.csv | csv | imported | datasets 0, read 105, added 54, updated 0, unchanged 1, duplicates 1, rejected 49
                    rescue-lists/climate-mirror-2016/data_sample.csv | csv | imported | datasets 0, read 2, added 1, updated 0, unchanged 0, duplicates 0, rejected 1
                    rescue-lists/data-rescue-project-2026/datarescue_backups.csv.gz | csv | imported | datasets 2348, read 2363, added 2029, updated 0, unchanged 34, duplicates 299, rejected 1
                    rescue-lists/data-rescue-project-2026/datarescue_datasets.csv.gz | csv | imported | datasets 2326, read 2327, added 2030, updated 0, unchanged 0, duplicates 296, rejected 1
                    rescue-lists/data-rescue-project-2026/dataset_urlcheck_status.csv.gz | csv | imported | datasets 1457, read 1458, added 1161, updated 0, unchanged 0, duplicates 296, rejected 1
                    rescue-lists/eot2024/daac_gsfc_nasa_gov.txt.gz | csv | imported | datasets 0, read 24469, added 24469, updated 0, unchanged 0, duplicates 0, rejected 0
                    rescue-lists/eot2024/data-rescue-inventories-20250209.txt | csv | imported | datasets 0, read 118, added 117, updated 0, unchanged 1, duplicates 0, rejected 0
                    rescue-lists/eot2024/data_nodc_noaa_gov.txt.gz | csv | imported | datasets 0, read 23741, added 23741, updated 0, unchanged 0, duplicates 0, rejected 0
                    rescue-lists/eot2024/istp_gsfc_nasa_gov.txt.gz | csv | imported | datasets 0, read 7227, added 7226, updated 0, unchanged 1, duplicates 0, rejected 0
                    rescue-lists/eot2024/psl_noaa_gov.txt.gz | csv | imported | datasets 0, read 3983, added 3982, updated 0, unchanged 1, duplicates 0, rejected 0
                    rescue-lists/eot2024/spdf_gsfc_nasa_gov.txt.gz | csv | imported | datasets 0, read 7227, added 7226, updated 0, unchanged 1, duplicates 0, rejected 0
                    rescue-lists/eot2024/www_ncei_noaa_gov.txt.gz | csv | imported | datasets 0, read 1457, added 1457, updated 0, unchanged 0, duplicates 0, rejected 0
                    rescue-lists/ges-disc-2017/links.txt | csv | imported | datasets 0, read 49, added 49, updated 0, unchanged 0, duplicates 0, rejected 0
                    manifests/mosaic-spectral-albedo.tsv | csv | imported | datasets 0, read 129, added 129, updated 0, unchanged 0, duplicates 0, rejected 0
                    manifests/origin-files.sha256 | auto | failed | datasets 0, read 0, added 0, updated 0, unchanged 0, duplicates 0, rejected 0
                    manifests/xarray-data.md5 | auto | failed | datasets 0, read 0, added 0, updated 0, unchanged 0, duplicates 0, rejected 0
                    """)
    void aRealCatalogIsReadWholeAndASecondTimeAddsNothing(String name, String format, String status, String counts)
            throws IOException {
        Path file = COLLECTION.resolve(name);
        assumeTrue(Files.isReadable(file), "this file is not in the collection");
        byte[] bytes = Files.readAllBytes(file);

        Imported first = Imported.of(service, "auto", bytes);

        assertThat(first.status()).as(first.error()).isEqualTo(status);
        assertThat(first.format()).isEqualTo(format);
        assertThat(first.counts()).as(first.rejected().toString()).isEqualTo(counts);
        assertThat(service.number("select count(*) from task")).isEqualTo(first.count("added"));
        if (first.count("read") < TOO_MANY_FOR_TWICE) {
            Imported second = Imported.again(service, "auto", bytes);
            assertThat(second.count("added") + second.count("updated")).isZero();
            for (String same : List.of("datasets", "read", "duplicates", "rejected")) {
                assertThat(second.count(same)).as(same).isEqualTo(first.count(same));
            }
        }
    }

    /**
     * They are typed by hand: eight are no JSON, of which one only behind its end; seven have a url and one of these the
     * priority 0; the others have only an {@code Individual source or seed URL}.
     */
    @Test
    void aFormTypedByHandIsARowOrSaysWhyItIsNone() throws IOException {
        Path folder = COLLECTION.resolve("rescue-lists").resolve("datarefuge-2017");
        assumeTrue(Files.isDirectory(folder), "this folder is not in the collection");
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.sorted().toList();
        }
        int taken = 0;
        int refused = 0;
        int named = 0;
        int located = 0;
        for (Path file : files) {
            Imported imported = Imported.of(service, "auto", Files.readAllBytes(file));
            taken += imported.status().equals("imported") && imported.count("added") == 1 ? 1 : 0;
            refused += imported.rejected().stream().anyMatch(one -> one.contains("priority")) ? 1 : 0;
            named += imported.error().contains("Individual source or seed URL") ? 1 : 0;
            located += imported.error().matches("(not valid JSON|the file breaks off) at line \\d+, column \\d+ .*")
                    ? 1
                    : 0;
        }
        assertThat(taken).isEqualTo(6);
        assertThat(refused).isEqualTo(1);
        assertThat(named).isEqualTo(6);
        assertThat(located).isEqualTo(7);
    }

    @Test
    void aManifestGivesItsSizesAndDigests() throws IOException {
        Path file = COLLECTION.resolve("manifests").resolve("mosaic-spectral-albedo.tsv");
        assumeTrue(Files.isReadable(file), "this file is not in the collection");

        Imported imported = Imported.of(service, "auto", Files.readAllBytes(file));

        assertThat(imported.tasks())
                .hasSize(129)
                .allSatisfy(task -> assertThat(task.get("sha256").asText()).hasSize(64));
        assertThat(service.number("select sum(size_bytes) from task")).isEqualTo(55461040L);
    }
}

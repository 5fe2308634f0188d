package org.climaterescue.dispatcher.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.TestService;
import org.climaterescue.dispatcher.TestService.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogImportTest extends OwnService {

    @Test
    void eachDistributionBecomesAnAssetAndEachRefusedOneSaysWhereAndWhy() {
        JsonNode catalog = imported("small", resource("dcat-small.json"));

        assertThat(catalog.get("status").asText()).as(catalog.toString()).isEqualTo("imported");
        assertThat(catalog.get("format").asText()).isEqualTo("dcat");
        assertThat(counts(catalog))
                .isEqualTo("datasets 5, read 10, added 4, updated 0, unchanged 1, duplicates 1, rejected 4");
        List<JsonNode> rejected = service.get(
                        "/catalogs/" + catalog.get("catalog_id").asText() + "/rejected")
                .lines();
        assertThat(rejected)
                .extracting(one -> one.get("position").asText())
                .containsExactly(
                        "dataset 2, distribution 2",
                        "dataset 2, distribution 3",
                        "dataset 4, distribution 1",
                        "dataset 5");
        assertThat(rejected.getFirst().get("reason").asText())
                .contains("scheme")
                .contains("hhttps");
        assertThat(rejected.getFirst().get("record").asText()).contains("hhttps://example/typo.csv");
    }

    @Test
    void aTaskSaysWhatItsCatalogSaid() {
        JsonNode catalog = imported("small", resource("dcat-small.json"));

        JsonNode items = service.get(
                        "/tasks?catalog=" + catalog.get("catalog_id").asText() + "&limit=10")
                .json()
                .get("items");

        assertThat(items).hasSize(4);
        JsonNode first = items.get(3);
        assertThat(first.get("dataset_url").asText()).isEqualTo("https://example.org/ice/extent 2024.csv");
        assertThat(first.get("canonical_url").asText()).isEqualTo("https://example.org/ice/extent%202024.csv");
        assertThat(first.get("name").asText()).isEqualTo("Extent 2024");
        assertThat(first.get("dataset").asText()).isEqualTo("Sea ice extent");
        assertThat(first.get("organization").asText()).isEqualTo("Office of Ice");
        assertThat(first.get("size_bytes").asLong()).isEqualTo(4096);
        assertThat(first.get("sha256").asText()).isEqualTo("ab".repeat(32));
        assertThat(first.get("priority").asInt()).isEqualTo(5);
        assertThat(first.get("catalog")).isEqualTo(catalog.get("catalog_id"));
    }

    @Test
    void aCatalogThatCameToNothingIsForgottenAndAnyOtherStays() {
        JsonNode useless = imported("useless", "url\nnonsense\n\"unclosed");
        JsonNode broken = imported("broken", "{\"dataset\":[{\"downloadURL\":\"http://example.org/a\"},{");
        JsonNode whole = imported("whole", "url\nnonsense\n");
        assertThat(useless.get("status").asText()).isEqualTo("failed");
        assertThat(useless.get("rejected").asInt()).isOne();
        assertThat(broken.get("status").asText()).isEqualTo("failed");
        assertThat(broken.get("added").asInt()).isOne();

        assertThat(service.delete(path(useless)).status()).isEqualTo(200);
        for (JsonNode kept : List.of(broken, whole)) {
            assertThat(service.delete(path(kept)).status()).isEqualTo(409);
            assertThat(service.get(path(kept)).status()).isEqualTo(200);
        }

        assertThat(service.get(path(useless)).status()).isEqualTo(404);
        assertThat(service.delete(path(useless)).status()).isEqualTo(404);
        JsonNode anew = imported("useless", "url\nhttp://example.org/b\n");
        assertThat(anew.get("added").asInt()).isOne();
        assertThat(anew.get("catalog_id")).isNotEqualTo(useless.get("catalog_id"));
    }

    private static String path(JsonNode catalog) {
        return "/catalogs/" + catalog.get("catalog_id").asText();
    }

    @Test
    void theSameCatalogAgainAddsNothingAndUpdatesNothing() {
        JsonNode once = imported("small", resource("dcat-small.json"));
        JsonNode twice = imported("small", gzip(resource("dcat-small.json")));

        assertThat(twice.get("catalog_id")).isEqualTo(once.get("catalog_id"));
        assertThat(counts(twice))
                .isEqualTo("datasets 5, read 10, added 0, updated 0, unchanged 5, duplicates 1, rejected 4");
        assertThat(service.number("select count(*) from task")).isEqualTo(4);
        assertThat(service.number("select count(*) from catalog_rejected")).isEqualTo(4);
    }

    @Test
    void whatACatalogSaysDifferentlyChangesItsTask() {
        imported("list", """
                {"url":"http://example.org/a","name":"A","size_bytes":10,"priority":3}
                {"url":"http://example.org/b","name":"B"}
                """);

        JsonNode again = imported("list", """
                {"url":"http://example.org/a","name":"A2","size_bytes":"20","priority":8}
                {"url":"http://example.org/b","name":"B"}
                {"url":"http://example.org/c"}
                """);

        assertThat(counts(again))
                .isEqualTo("datasets 0, read 3, added 1, updated 1, unchanged 1, duplicates 0, rejected 0");
        JsonNode task = service.get("/tasks").json().get("items").get(2);
        assertThat(task.get("name").asText()).isEqualTo("A2");
        assertThat(task.get("size_bytes").asLong()).isEqualTo(20);
        assertThat(task.get("priority").asInt()).isEqualTo(8);
        assertThat(service.number("select urgency from ready order by task_id limit 1"))
                .isEqualTo(2);
        assertThat(service.number("select size_bytes from ready order by task_id limit 1"))
                .isEqualTo(20);
        assertThat(service.number("select count(*) from event where kind = 'prioritized'"))
                .isEqualTo(1);
    }

    @Test
    void aUrlThatEverybodyReadsRightlyIsRepairedAndNoted() {
        JsonNode catalog = imported("list", """
                {"url":"hifld-geoplatform.hub.arcgis.com"}
                {"url":"<http://example.org/b>","payload":"no object"}
                {"url":"http://example.org/c"}
                {"url":"see website"}
                """);

        assertThat(counts(catalog))
                .isEqualTo("datasets 0, read 4, added 2, updated 0, unchanged 0, duplicates 0, rejected 2");
        assertThat(catalog.get("repaired").asLong()).isEqualTo(1);
        JsonNode task = service.get("/copies?url=https://hifld-geoplatform.hub.arcgis.com")
                .json();
        JsonNode submitted = service.get("/tasks/" + task.get("task_id").asText() + "/history")
                .json()
                .at("/items/0");
        assertThat(submitted.get("event").asText()).isEqualTo("submitted");
        assertThat(submitted.get("detail").toString())
                .isEqualTo("{\"repaired\":\"https:// put before the host\","
                        + "\"written\":\"hifld-geoplatform.hub.arcgis.com\"}");
        assertThat(service.number("select count(*) from event where kind = 'submitted' and detail is null"))
                .isEqualTo(1);
        assertThat(service.get("/catalogs/" + catalog.get("catalog_id").asText() + "/rejected")
                        .lines())
                .extracting(one -> one.get("reason").asText())
                .containsExactly(
                        "payload must be an object",
                        "dataset_url has no scheme; it must begin with http, https, ftp or magnet");
    }

    @Test
    void theSameCatalogAgainCountsItsRepairsAnew() {
        imported("list", "{\"url\":\"www.example.org/a\"}\n");

        JsonNode again = imported("list", "{\"url\":\"www.example.org/a\"}\n{\"url\":\"https://www.example.org/a\"}\n");

        assertThat(counts(again))
                .isEqualTo("datasets 0, read 2, added 0, updated 0, unchanged 2, duplicates 0, rejected 0");
        assertThat(again.get("repaired").asLong()).isEqualTo(1);
    }

    @Test
    void aUrlFromElsewhereIsADuplicate() {
        service.post("/tasks", "{\"dataset_url\":\"http://example.org/a\",\"name\":\"mine\"}");
        JsonNode first = imported("one", "{\"url\":\"http://example.org/a\"}\n{\"url\":\"http://example.org/b\"}");
        JsonNode second = imported("two", "{\"url\":\"http://example.org/b\",\"name\":\"theirs\"}");

        assertThat(counts(first))
                .isEqualTo("datasets 0, read 2, added 1, updated 0, unchanged 0, duplicates 1, rejected 0");
        assertThat(counts(second))
                .isEqualTo("datasets 0, read 1, added 0, updated 0, unchanged 0, duplicates 1, rejected 0");
        assertThat(service.number("select count(*) from task where name = 'theirs'"))
                .isZero();
    }

    @Test
    void rowsCarryTheMembersOfATask() {
        JsonNode catalog = imported("rows", """
                {"request_id":"r1","dataset_url":"http://example.org/1","dataset":"D","organization":"O","sha256":"%s","copies":2,"payload":{"x":[1]}}
                {"link":"http://example.org/2","dataset":"D"}
                {"download_url":"http://example.org/3","dataset":"E","priority":"7"}

                {"url":"http://example.org/4","priority":70}
                {"url":"http://example.org/5","size_bytes":"huge"}
                {"url":["http://example.org/6"]}
                [1,2]
                {"url":"http://example.org/7"
                {"request_id":"r1","url":"http://example.org/8"}
                """.formatted("cd".repeat(32)));

        assertThat(catalog.get("format").asText()).isEqualTo("jsonl");
        assertThat(counts(catalog))
                .isEqualTo("datasets 2, read 9, added 3, updated 0, unchanged 0, duplicates 0, rejected 6");
        assertThat(service.get("/catalogs/" + catalog.get("catalog_id").asText() + "/rejected")
                        .lines())
                .extracting(one ->
                        one.get("position").asText() + ": " + one.get("reason").asText())
                .satisfiesExactly(
                        one -> assertThat(one).startsWith("line 5: ").contains("priority"),
                        one -> assertThat(one).startsWith("line 6: ").contains("size_bytes"),
                        one -> assertThat(one).startsWith("line 7: ").contains("url"),
                        one -> assertThat(one).startsWith("line 8: ").contains("object"),
                        one -> assertThat(one).startsWith("line 9: ").contains("JSON"),
                        one -> assertThat(one).startsWith("line 10: ").contains("request_id"));
        assertThat(service.number("select copies_target from task where request_id = 'r1'"))
                .isEqualTo(2);
    }

    @Test
    void aFileThatBreaksOffSaysWhereAndKeepsWhatCameBefore() {
        String whole = resource("dcat-small.json");
        String cut = whole.substring(0, whole.indexOf("\"dataset 3\""));

        JsonNode catalog = imported("cut", cut);

        assertThat(catalog.get("status").asText()).isEqualTo("failed");
        assertThat(catalog.get("error").asText()).contains("breaks off at line ");
        assertThat(catalog.get("added").asLong()).isEqualTo(2);
        assertThat(counts(imported("cut", whole)))
                .isEqualTo("datasets 5, read 10, added 2, updated 0, unchanged 3, duplicates 1, rejected 4");
    }

    @Test
    void aPackedFileThatBreaksOffKeepsWhatCameBefore() {
        var rows = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            rows.append("{\"url\":\"http://example.org/%d\",\"name\":\"%x\"}\n".formatted(i, i * 2_654_435_761L));
        }
        byte[] packed = gzip(rows.toString());

        JsonNode catalog = imported("packed", Arrays.copyOf(packed, packed.length / 2));

        assertThat(catalog.get("status").asText()).isEqualTo("failed");
        assertThat(catalog.get("error").asText()).contains("at line ");
        assertThat(catalog.get("added").asLong()).isBetween(1000L, 19_000L);
        assertThat(service.number("select count(*) from task"))
                .isEqualTo(catalog.get("added").asLong());
    }

    @Test
    void whatIsNoCatalogFails() {
        assertThat(imported("bad", "{\n  \"a\": {\n    bad\n").get("error").asText())
                .contains("line 3");
        assertThat(imported("good json", "{\"a\":[1,2]}").get("error").asText()).contains("dataset");
        assertThat(imported("scalar", "17").get("error").asText()).contains("format");
        assertThat(imported("prose", "Dear all,\n").get("error").asText()).contains("format");
        assertThat(imported("tail", "{\"dataset\":[]} x").get("error").asText()).contains("line 1");
        assertThat(imported("empty", "{\"dataset\":[]}").get("status").asText()).isEqualTo("imported");
    }

    @Test
    void strangeRecordsDoNotStopTheRest() {
        String deep = "[".repeat(2000) + "]".repeat(2000);
        String catalog =
                """
                [{"title":"\\u0000 and \\ud800","description":"%s","x":%s,"n":%s,"distribution":[
                   {"title":"%s","downloadURL":"http://example.org/1"},
                   {"title":17,"downloadURL":"http://example.org/2","byteSize":"12.0","x":NaN},
                   {"downloadURL":"http://example.org/3","byteSize":1e999999999,"downloadURL":"http://example.org/4"},
                   {"downloadURL":"http://example.org/%s"},
                   {"downloadURL":"http://example.org/\\u0000"},
                   null, 7, ["http://example.org/5"]]},
                 {"distribution":{"accessURL":"http://example.org/6"},"publisher":"Just a name"},
                 {"distribution":null},
                 {"distribution":[{"downloadURL":"  ","accessURL":"http://example.org/7","title":"a raw\ttab"}]}]
                """.formatted("d".repeat(3_000_000), deep, "9".repeat(5000), "t".repeat(5000), "u".repeat(9000));

        JsonNode imported = imported("strange", catalog);

        assertThat(imported.get("status").asText()).as(imported.toString()).isEqualTo("imported");
        assertThat(counts(imported))
                .isEqualTo("datasets 4, read 10, added 5, updated 0, unchanged 0, duplicates 0, rejected 5");
        assertThat(service.number("select size_bytes from task where url = 'http://example.org/2'"))
                .isEqualTo(12);
        assertThat(service.number("select length(name) from task where url = 'http://example.org/1'"))
                .isEqualTo(1000);
        assertThat(service.number("select count(*) from task where organization = 'Just a name'"))
                .isEqualTo(1);
    }

    @Test
    void aCatalogWithoutANameIsKnownByItsContent() {
        Answer one = service.post("/catalogs", "{\"url\":\"http://example.org/a\"}".getBytes(StandardCharsets.UTF_8));
        await(one.json().get("catalog_id").asText());
        Answer same = service.post("/catalogs", "{\"url\":\"http://example.org/a\"}".getBytes(StandardCharsets.UTF_8));
        await(same.json().get("catalog_id").asText());
        Answer other = service.post("/catalogs", "{\"url\":\"http://example.org/b\"}".getBytes(StandardCharsets.UTF_8));

        assertThat(same.json()).isEqualTo(one.json());
        assertThat(other.json()).isNotEqualTo(one.json());
        assertThat(service.get("/catalogs/" + one.json().get("catalog_id").asText())
                        .json()
                        .get("name")
                        .asText())
                .matches("unnamed-[0-9a-f]{12}");
        assertThat(service.get("/catalogs").json().get("items")).hasSize(2);
    }

    @Test
    void badParametersAreNamed() {
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        assertThat(service.post("/catalogs?format=xml", body)
                        .json()
                        .get("field")
                        .asText())
                .isEqualTo("format");
        assertThat(service.post("/catalogs?format=DCAT", body).status()).isEqualTo(400);
        assertThat(service.post("/catalogs?name=%00", body).json().get("field").asText())
                .isEqualTo("name");
        assertThat(service.post("/catalogs?name=" + "x".repeat(257), body).status())
                .isEqualTo(400);
        assertThat(service.post("/catalogs", new byte[0]).status()).isEqualTo(400);
        assertThat(service.get("/catalogs/c-99").status()).isEqualTo(404);
        assertThat(service.get("/catalogs/nonsense/rejected").status()).isEqualTo(404);
    }

    @Test
    void theSameCatalogTwiceAtOnceIsRefused() {
        service.execute("""
                insert into catalog (name, format, status, imported_by, heard_at, started_at)
                values ('busy', 'auto', 'importing', 'another', now(), now())
                """);

        Answer answer = service.post("/catalogs?name=busy", "{}".getBytes(StandardCharsets.UTF_8));

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.json().get("catalog_id").asText()).isEqualTo("c-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"'importing', null, null", "'failed', 'was silent for long', now()"})
    void anImportThatWasCutGoesOnWhereItWasEvenWhenItWasGivenUp(String told) throws IOException {
        String url = TestDatabase.create();
        var rows = new StringBuilder();
        for (int i = 0; i < 1200; i++) {
            rows.append("{\"url\":\"http://example.org/%d\"}\n".formatted(i));
        }
        Path spool = Files.createDirectories(dataDir.resolve("spool"));
        try (TestService before = TestService.start(dataDir, url)) {
            // As a stop after the first chunk leaves it.
            before.execute("""
                    insert into catalog (name, format, status, error, finished_at, added, imported_by, heard_at, started_at)
                    values ('cut', 'jsonl', %s, 500, 'an earlier life', now() - interval '11 minutes', now())
                    """.formatted(told));
            Files.writeString(spool.resolve("catalog-1-1.spool"), rows);
        }

        try (TestService after = TestService.start(dataDir, url)) {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> after.number("select count(*) from catalog where status = 'imported'") == 1);
            JsonNode catalog = after.get("/catalogs/c-1").json();

            assertThat(catalog.has("error")).isFalse();
            assertThat(counts(catalog))
                    .isEqualTo("datasets 0, read 1200, added 1200, updated 0, unchanged 0, duplicates 0, rejected 0");
            // The first 500 are passed over.
            assertThat(after.number("select count(*) from task")).isEqualTo(700);
        }
    }

    @Test
    void anImportThatDiedForGoodIsMarkedAtTheNextStart() {
        String url = TestDatabase.create();
        try (TestService before = TestService.start(dataDir, url)) {
            before.execute("""
                    insert into catalog (name, format, status, imported_by, heard_at, started_at)
                    values ('dead', 'jsonl', 'importing', 'a dead dispatcher', now() - interval '11 minutes', now())
                    """);
        }

        try (TestService after = TestService.start(dataDir, url)) {
            JsonNode catalog = await(after, "c-1");

            assertThat(catalog.get("status").asText()).isEqualTo("failed");
            assertThat(catalog.get("error").asText()).contains("import it again");
        }
    }

    private JsonNode imported(String name, String text) {
        return imported(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private JsonNode imported(String name, byte[] body) {
        Answer answer = service.post("/catalogs?name=" + name.replace(" ", "%20"), body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        return await(answer.json().get("catalog_id").asText());
    }

    private JsonNode await(String id) {
        return await(service, id);
    }

    /** Asks until the import is over; a broken import says so. */
    static JsonNode await(TestService service, String id) {
        return Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofMinutes(5))
                .until(
                        () -> service.get("/catalogs/" + id).json(),
                        catalog -> !catalog.get("status").asText().equals("importing"));
    }

    static String counts(JsonNode catalog) {
        return "datasets %d, read %d, added %d, updated %d, unchanged %d, duplicates %d, rejected %d"
                .formatted(
                        catalog.get("datasets").asLong(),
                        catalog.get("read").asLong(),
                        catalog.get("added").asLong(),
                        catalog.get("updated").asLong(),
                        catalog.get("unchanged").asLong(),
                        catalog.get("duplicates").asLong(),
                        catalog.get("rejected").asLong());
    }

    private static byte[] gzip(String text) {
        var out = new ByteArrayOutputStream();
        try (var packed = new GZIPOutputStream(out)) {
            packed.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static String resource(String name) {
        try (InputStream in = CatalogImportTest.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

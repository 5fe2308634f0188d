package org.climaterescue.dispatcher.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.climaterescue.db.TestDatabase;
import org.junit.jupiter.api.Test;

/** What the next version of a catalog changes, and how far an import has come. */
class CatalogVersionsTest extends OwnService {

    private static final String A = "{\"url\":\"http://example.org/a\"}\n";
    private static final String B = "{\"url\":\"http://example.org/b\"}\n";
    private static final String C = "{\"url\":\"http://example.org/c\"}\n";

    @Test
    void whatTheNextVersionListsNoMoreIsNotedAndStillRescued() {
        imported(A + B + C);

        JsonNode next = imported(A + C);

        assertThat(next.get("gone").asLong()).isEqualTo(1);
        assertThat(CatalogImportTest.counts(next))
                .isEqualTo("datasets 0, read 2, added 0, updated 0, unchanged 2, duplicates 0, rejected 0");
        assertThat(task("b").path("catalog_gone_at").isTextual()).isTrue();
        assertThat(task("a").has("catalog_gone_at")).isFalse();
        assertThat(task("b").get("status").asText()).isEqualTo("pending");
        assertThat(service.number("select count(*) from ready")).isEqualTo(3);
        assertThat(history("b")).isEqualTo("submitted, delisted");
    }

    @Test
    void whatIsGoneIsToldOnce() {
        imported(A + B);
        imported(A);

        assertThat(imported(A).get("gone").asLong()).isZero();
        assertThat(history("b")).isEqualTo("submitted, delisted");
    }

    @Test
    void whatIsListedAgainIsGoneNoMore() {
        imported(A + B);
        imported(A);

        JsonNode again = imported(A + B);

        assertThat(again.get("gone").asLong()).isZero();
        assertThat(again.get("unchanged").asLong()).isEqualTo(2);
        assertThat(task("b").has("catalog_gone_at")).isFalse();
        assertThat(history("b")).isEqualTo("submitted, delisted, relisted");
    }

    @Test
    void whatWasFirstGivenElsewhereStaysADuplicateWhenTheWindowIsOver() {
        service.post("/tasks", "{\"dataset_url\":\"http://example.org/b\",\"name\":\"mine\"}");
        imported(A + B);
        TestDatabase.advance(service.database(), Duration.ofDays(3650));

        JsonNode again = imported(A + B.replace("}", ",\"name\":\"theirs\"}"));
        JsonNode without = imported(A);

        assertThat(CatalogImportTest.counts(again))
                .isEqualTo("datasets 0, read 2, added 0, updated 0, unchanged 1, duplicates 1, rejected 0");
        assertThat(without.get("gone").asLong()).isZero();
        assertThat(service.number("select count(*) from task")).isEqualTo(2);
        assertThat(service.number("select count(*) from task where name = 'mine'"))
                .isEqualTo(1);
        assertThat(history("b")).isEqualTo("submitted");
    }

    @Test
    void whatWasFirstGivenElsewhereIsTakenOnceItsTaskIsCancelled() {
        JsonNode first = service.post("/tasks", "{\"dataset_url\":\"http://example.org/b\"}")
                .json();
        imported(A + B);
        service.post("/tasks/" + first.get("task_id").asText() + "/cancel", "{}");

        JsonNode again = imported(A + B);

        assertThat(CatalogImportTest.counts(again))
                .isEqualTo("datasets 0, read 2, added 1, updated 0, unchanged 1, duplicates 0, rejected 0");
        assertThat(CatalogImportTest.counts(imported(A + B)))
                .isEqualTo("datasets 0, read 2, added 0, updated 0, unchanged 2, duplicates 0, rejected 0");
    }

    @Test
    void aFileThatBreaksOffDoesNotTellWhatElseItWouldHaveListed() {
        imported(A + B + C);

        JsonNode cut = imported(Arrays.copyOf(gzip(A + "\n".repeat(100_000)), 60));

        assertThat(cut.get("status").asText()).as(cut.toString()).isEqualTo("failed");
        assertThat(cut.get("gone").asLong()).isZero();
        assertThat(task("b").has("catalog_gone_at")).isFalse();
    }

    @Test
    void moreThanOneTransactionOfAssetsIsGoneInTheEnd() {
        String many = IntStream.range(0, 12_000)
                .mapToObj(i -> "{\"url\":\"http://example.org/many/" + i + "\"}\n")
                .collect(Collectors.joining());
        imported(many + A);

        JsonNode next = imported(A);

        assertThat(next.get("gone").asLong()).isEqualTo(12_000);
        assertThat(service.number("select count(*) from catalog_item where gone_at is not null"))
                .isEqualTo(12_000);
        assertThat(service.number("select count(*) from event where kind = 'delisted'"))
                .isEqualTo(12_000);
    }

    @Test
    void anImportSaysHowFarItHasComeInBytesOfTheFileAsItWasSent() {
        byte[] packed = gzip(A + B + C);

        JsonNode catalog = imported(packed);

        assertThat(catalog.get("file_bytes").asLong()).isEqualTo(packed.length);
        assertThat(catalog.get("bytes_read").asLong()).isEqualTo(packed.length);
    }

    private JsonNode imported(String text) {
        return imported(text.getBytes(StandardCharsets.UTF_8));
    }

    private JsonNode imported(byte[] file) {
        JsonNode accepted = service.post("/catalogs?name=versions", file).json();
        return CatalogImportTest.await(service, accepted.get("catalog_id").asText());
    }

    private JsonNode task(String name) {
        return service.get("/tasks/" + id(name)).json();
    }

    private String id(String name) {
        return service.get("/copies?url=http://example.org/" + name)
                .json()
                .get("task_id")
                .asText();
    }

    private String history(String name) {
        return service.get("/tasks/" + id(name) + "/history").json().get("items").findValuesAsText("event").stream()
                .collect(Collectors.joining(", "));
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
}

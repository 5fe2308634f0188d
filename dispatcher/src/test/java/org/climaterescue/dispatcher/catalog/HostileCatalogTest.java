package org.climaterescue.dispatcher.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.climaterescue.dispatcher.TestService;
import org.climaterescue.dispatcher.streaming.Unpacked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that are broken, absurd or meant to harm. */
class HostileCatalogTest {

    private static final int MEGABYTE = 1_000_000;

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
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "dcat | {\"result\":{\"results\":[]}} | no dcat catalog",
                "dcat | [{\"resources\":[{\"url\":\"http://a.org\"}]}] | import it as ckan",
                "ckan | [{\"distribution\":[{\"accessURL\":\"http://a.org\"}]}] | import it as dcat",
                "ckan | {\"dataset\":[]} | no ckan catalog",
                "dcat | url,name | not valid JSON at line 1",
                "csv | {\"dataset\":[]} | no column holds URLs",
                "jsonl | url,name | no JSON lines",
                "jsonl | 17 | no JSON lines",
                "ckan | 17 | no ckan catalog"
            })
    void aWrongFormatFailsAndSaysSo(String format, String file, String says) {
        Imported imported = Imported.of(service, format, file);

        assertThat(imported.status()).isEqualTo("failed");
        assertThat(imported.error()).contains(says);
        assertThat(imported.count("added")).isZero();
    }

    @Test
    void proseThatIsSaidToBeLinesIsNotRefusedLineByLine() {
        Imported imported = Imported.of(service, "jsonl", "Dear all,\n".repeat(5000));

        assertThat(imported.status()).isEqualTo("failed");
        assertThat(imported.count("rejected")).isEqualTo(100);
    }

    @Test
    void rowsOverSeveralLinesAreRows() {
        String row = "{\n \"url\": \"http://example.org/%d\",\n \"name\": \"x\"\n}";

        assertThat(Imported.of(service, "auto", row.formatted(1)).urls()).containsExactly("http://example.org/1");
        Imported array = Imported.of(service, "auto", "[" + row.formatted(1) + ",7,\n" + row.formatted(2) + "]");
        assertThat(array.format()).isEqualTo("jsonl");
        assertThat(array.urls()).containsExactly("http://example.org/1", "http://example.org/2");
        assertThat(array.rejected()).containsExactly("line 4: the row is no object");
    }

    @Test
    void gzipInSeveralMembersIsReadWholeAndWhatFollowsItIsLeft() throws IOException {
        var file = new ByteArrayOutputStream();
        file.write(Imported.gzip("http://example.org/1\nhttp://exam"));
        file.write(Imported.gzip("ple.org/2\n"));
        file.write("garbage".getBytes(StandardCharsets.UTF_8));

        Imported imported = Imported.of(service, "auto", file.toByteArray());

        assertThat(imported.status()).as(imported.error()).isEqualTo("imported");
        assertThat(imported.urls()).containsExactly("http://example.org/1", "http://example.org/2");
    }

    @Test
    void damagedGzipKeepsWhatCameBefore() {
        var rows = new StringBuilder("url,name\n");
        var random = new Random(7);
        for (int i = 0; i < 30_000; i++) {
            rows.append("http://example.org/")
                    .append(i)
                    .append(',')
                    .append(random.nextLong())
                    .append('\n');
        }
        byte[] packed = Imported.gzip(rows.toString());
        byte[] cut = Arrays.copyOf(packed, packed.length / 10);
        byte[] damaged = packed.clone();
        Arrays.fill(damaged, packed.length / 10, packed.length / 10 + 200, (byte) 0xff);

        Imported one = Imported.of(service, "auto", cut);
        assertThat(one.status()).isEqualTo("failed");
        assertThat(one.error()).contains("at line ").contains("breaks off");
        assertThat(one.count("added")).isBetween(500L, 10_000L);
        Imported other = Imported.of(service, "auto", damaged);
        assertThat(other.status()).isEqualTo("failed");
        assertThat(other.error()).contains("at line ").contains("damaged");
        assertThat(Imported.of(service, "auto", new byte[] {0x1f, (byte) 0x8b}).error())
                .contains("breaks off");
    }

    @Test
    void aGzipBombIsLeftAfterItsFirstHundredMegabytes() throws IOException {
        var bomb = new ByteArrayOutputStream();
        try (OutputStream packed = new GZIPOutputStream(bomb)) {
            packed.write("[{\"distribution\":[{\"downloadURL\":\"http://example.org/1\"}],\"x\":\""
                    .getBytes(StandardCharsets.UTF_8));
            byte[] nothing = " ".repeat(MEGABYTE).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 150; i++) {
                packed.write(nothing);
            }
            packed.write("\"}]".getBytes(StandardCharsets.UTF_8));
        }

        Imported imported = Imported.of(service, "auto", bomb.toByteArray());

        assertThat(imported.status()).isEqualTo("failed");
        assertThat(imported.error()).contains("200 times");
        assertThat(imported.count("added")).isEqualTo(1);
    }

    @Test
    void noFileUnpacksWithoutEnd() throws IOException {
        byte[] packed = Imported.gzip("x".repeat(2000));

        try (InputStream within = Unpacked.gzip(new ByteArrayInputStream(packed), 2000)) {
            assertThat(within.readAllBytes()).hasSize(2000);
        }
        try (InputStream beyond = Unpacked.gzip(new ByteArrayInputStream(packed), 1999)) {
            assertThatThrownBy(beyond::readAllBytes).hasMessageContaining("1999 bytes");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a text that is not needed | \"x\":\"A\" | imported",
                "a title | \"title\":\"A\" | failed",
                "a number | \"x\":9 | failed",
                "a name | \"A\":1 | failed",
                "depth | \"x\":[ | failed"
            })
    void whatHasNoEndTakesNoMemory(String what, String member, String status) {
        String unit = member.contains("A") ? "A" : member.substring(member.length() - 1);
        String endless = member.contains("A")
                ? member.replace("A", "A".repeat(30 * MEGABYTE))
                : member + unit.repeat(30 * MEGABYTE);
        Imported imported = Imported.of(service, "auto", """
                [{"distribution":[{"downloadURL":"http://example.org/1"}]},
                 {%s,"distribution":[{"downloadURL":"http://example.org/2"}]}]
                """.formatted(endless));

        assertThat(imported.status()).as(imported.error()).isEqualTo(status);
        if (status.equals("failed")) {
            assertThat(imported.error()).contains("line 2");
            assertThat(imported.urls()).containsExactly("http://example.org/1");
        } else {
            assertThat(imported.urls()).containsExactly("http://example.org/1", "http://example.org/2");
        }
    }

    @Test
    void nothingInARecordStopsTheRest() throws IOException {
        var file = new ByteArrayOutputStream();
        file.write(
                "[{\"title\":\"A\",\"title\":\"B\\u0000\",\"distribution\":[{\"downloadURL\":\"http://example.org/1\"}],"
                        .getBytes(StandardCharsets.UTF_8));
        file.write("\"distribution\":[{\"downloadURL\":\"http://example.org/\u00ff\",\"title\":\""
                .getBytes(StandardCharsets.ISO_8859_1));
        file.write(new byte[] {(byte) 0xff, 0, 1, '"', '}', ',', '{', '}', ','});
        file.write("{\"downloadURL\":\"http://example.org/3\",\"byteSize\":-1e-999999999}]}]"
                .getBytes(StandardCharsets.UTF_8));

        Imported json = Imported.of(service, "auto", file.toByteArray());
        assertThat(json.status()).as(json.error()).isEqualTo("imported");
        assertThat(json.urls()).containsExactly("http://example.org/1", "http://example.org/3");
        assertThat(json.rejected()).hasSize(2);

        Imported table = Imported.of(service, "auto", "url,name\nhttp://example.org/\0,x\nhttp://example.org/2,a\0b\n");
        assertThat(table.status()).as(table.error()).isEqualTo("imported");
        assertThat(table.urls()).containsExactly("http://example.org/2");
        assertThat(table.rejected()).singleElement().asString().startsWith("line 2: ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"results\":[ | {\"title\":\"T\",\"extras\":\"%s\",\"resources\":[{\"url\":\"http://example.org/%d\"}]}, | {}]}",
                "url,notes\\n | http://example.org/%2$d,\"%1$s\"\\n | http://example.org/end"
            })
    void memoryDoesNotGrowWithTheFile(String before, String record, String after) throws IOException {
        Path file = dataDir.resolve("large");
        byte[] noise = new byte[30_000];
        var random = new Random(11);
        int records = 1500;
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(before.replace("\\n", "\n").getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < records; i++) {
                random.nextBytes(noise);
                out.write(record.formatted(HexFormat.of().formatHex(noise), i)
                        .replace("\\n", "\n")
                        .getBytes(StandardCharsets.UTF_8));
            }
            out.write(after.getBytes(StandardCharsets.UTF_8));
        }
        Imported.of(service, "auto", "http://example.org/first");
        long used = used();

        var answer = service.send(HttpRequest.newBuilder(service.uri("/catalogs?name=large"))
                .header("Content-Type", "application/octet-stream")
                .POST(BodyPublishers.ofFile(file)));
        String id = "/catalogs/" + answer.json().get("catalog_id").asText();
        long most = 0;
        while (service.get(id).json().get("status").asText().equals("importing")) {
            most = Math.max(most, used());
        }

        assertThat(service.get(id).json().get("added").asLong()).isBetween((long) records, records + 1L);
        assertThat(most - used).as("bytes in use of a file of 90 MB").isLessThan(40L * MEGABYTE);
    }

    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}

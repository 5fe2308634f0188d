package org.climaterescue.dispatcher.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.climaterescue.dispatcher.TestService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableReaderTest {

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
                "url,name\nhttp://example.org/1,One\n",
                "name;notes;URL\r\nOne;\"a, b\r\nand \"\"c\"\"\";http://example.org/1",
                "Name\tdownloadURL\rOne\thttp://example.org/1\r",
                "\n\nDataset URL,name,agency\n\n   \nhttp://example.org/1,One\n",
                "link,url,NAME\nhttp://example.org/1,,One,and,more\n",
                "\"download_url\",\"name\"\n\"http://example.org/1\",\"One\"",
                "\ufeffurl,name\nhttp://example.org/1,One\n"
            })
    void aTableIsReadHoweverItIsLaidOut(String table) {
        for (Charset charset : new Charset[] {StandardCharsets.UTF_8, StandardCharsets.UTF_16}) {
            if (charset.equals(StandardCharsets.UTF_16) && table.startsWith("\ufeff")) {
                continue;
            }
            Imported imported = Imported.of(service, "auto", table.getBytes(charset));

            assertThat(imported.error()).isIn("", "null");
            assertThat(imported.format()).isEqualTo("csv");
            assertThat(imported.counts()).startsWith("datasets 0, read 1, added 1,");
            JsonNode task = imported.tasks().getFirst();
            assertThat(task.get("dataset_url").asText()).isEqualTo("http://example.org/1");
            assertThat(task.get("name").asText()).isEqualTo("One");
        }
    }

    @Test
    void rowsCarryTheMembersOfATaskAndSayWhereTheyStood() {
        Imported imported = Imported.of(service, "auto", """
                url,Name,dataset,organization,size bytes,sha256,priority,copies,request_id,payload,unknown
                http://example.org/1,One,D,O,123,%s,7,2,r1,"{""x"":[1]}",z
                ,Nothing,D,O
                http://example.org/2,"two
                lines",D,O
                http://example.org/3,,E,,2.2 GB
                http://example.org/4,,E,,,xyz
                http://example.org/5,,E,,,,11
                http://example.org/6,,E,,,,,,,no json
                "http://example.org/7
                http://example.org/8",seven
                http://example.org/9
                """.formatted("cd".repeat(32)));

        assertThat(imported.counts())
                .isEqualTo("datasets 1, read 9, added 3, updated 0, unchanged 0, duplicates 0, rejected 6");
        assertThat(imported.urls())
                .containsExactly("http://example.org/1", "http://example.org/2", "http://example.org/9");
        JsonNode task = service.get(
                        "/tasks/" + imported.tasks().getFirst().get("task_id").asText())
                .json();
        assertThat(task.get("size_bytes").asLong()).isEqualTo(123);
        assertThat(task.get("sha256").asText()).isEqualTo("cd".repeat(32));
        assertThat(task.get("priority").asInt()).isEqualTo(7);
        assertThat(task.get("copies_target").asInt()).isEqualTo(2);
        assertThat(task.get("request_id").asText()).isEqualTo("r1");
        assertThat(task.get("payload").toString()).isEqualTo("{\"x\":[1]}");
        assertThat(imported.rejected())
                .satisfiesExactly(
                        one -> assertThat(one).startsWith("line 3: ").contains("url"),
                        one -> assertThat(one).startsWith("line 6: ").contains("size_bytes"),
                        one -> assertThat(one).startsWith("line 7: ").contains("sha256"),
                        one -> assertThat(one).startsWith("line 8: ").contains("priority"),
                        one -> assertThat(one).startsWith("line 9: ").contains("payload"),
                        one -> assertThat(one).startsWith("line 10: ").contains("several lines"));
    }

    @Test
    void aPayloadIsOneObjectAndNothingAfterIt() {
        Imported imported = Imported.of(service, "auto", """
                url,payload
                http://example.org/1,"{""a"":1} junk"
                http://example.org/2,"{""a"":1} {""b"":2}"
                http://example.org/3,"{""a"":1}}"
                http://example.org/4," {""a"":1} "
                """);

        assertThat(imported.urls()).containsExactly("http://example.org/4");
        assertThat(imported.rejected())
                .satisfiesExactly(
                        one -> assertThat(one).startsWith("line 2: ").contains("payload"),
                        one -> assertThat(one).startsWith("line 3: ").contains("payload"),
                        one -> assertThat(one).startsWith("line 4: ").contains("payload"));
    }

    @Test
    void aColumnOfSizesCountsOnlyIfItIsOfBytes() {
        assertThat(sizes("url,size\nhttp://a.org/1,5000\nhttp://a.org/2,\nhttp://a.org/3,7\n"))
                .isEqualTo("5000 null 7");
        assertThat(sizes("url,size\nhttp://a.org/1,5000\nhttp://a.org/2,2.2 GB\n"))
                .isEqualTo("null null");
        assertThat(sizes("url,size\nhttp://a.org/1,1\nhttp://a.org/2,22\n")).isEqualTo("null null");
        assertThat(sizes("url,size,size_bytes\nhttp://a.org/1,5000,17\nhttp://a.org/2,6000,\n"))
                .isEqualTo("17 6000");
        String many = "http://a.org/x,9000\n".repeat(300) + "http://a.org/2,5TB, soon\n";
        assertThat(sizes("url,size\n" + many)).isEqualTo("9000 null");
    }

    private static String sizes(String table) {
        return Imported.of(service, "auto", table).tasks().stream()
                .map(task -> task.get("size_bytes"))
                .map(size -> size != null && size.isNumber() ? size.asText() : "null")
                .collect(Collectors.joining(" "));
    }

    @Test
    void bytesThatAreNotUtf8AreReadAsWindows1252() {
        byte[] table = ("url,name\nhttp://example.org/1,Caf\u00e9 \u201cx\u201d\n"
                        + "http://example.org/2,y\n".repeat(20_000))
                .getBytes(Charset.forName("windows-1252"));
        byte[] utf8 = "http://example.org/3,Gr\u00f6\u00dfe \ud83d\ude00\n".getBytes(StandardCharsets.UTF_8);
        byte[] both = Arrays.copyOf(table, table.length + utf8.length);
        System.arraycopy(utf8, 0, both, table.length, utf8.length);

        assertThat(Imported.of(service, "auto", both).tasks())
                .extracting(task -> task.get("name").asText())
                .containsExactly("Caf\u00e9 \u201cx\u201d", "y", "Gr\u00f6\u00dfe \ud83d\ude00");
    }

    @Test
    void aQuoteThatIsNeverClosedFailsTheFileAndSaysWhere() {
        String good = "url,name\nhttp://example.org/1,One\n\"http://example.org/2\"x,\"Two\" and more\n";
        String endless = good + "http://example.org/3,\"Three\nhttp://example.org/4,Four\n";

        Imported imported = Imported.of(service, "auto", endless);
        assertThat(imported.status()).isEqualTo("failed");
        assertThat(imported.error()).contains("line 4").contains("quote");
        assertThat(imported.urls()).containsExactly("http://example.org/1", "http://example.org/2x");

        Imported huge = Imported.of(service, "auto", endless + "http://example.org/5,Five\n".repeat(400_000));
        assertThat(huge.error()).contains("line 4").contains("quote");
        assertThat(huge.count("added")).isEqualTo(2);
    }

    @Test
    void aTableWithoutAColumnOfUrlsFailsAndNamesItsColumns() {
        for (String format : new String[] {"auto", "csv"}) {
            Imported imported = Imported.of(service, format, "Name;Home page;size\nx;http://example.org/1;2\n");

            assertThat(imported.status()).isEqualTo("failed");
            assertThat(imported.error())
                    .contains("\"Name\", \"Home page\", \"size\"")
                    .contains("url or dataset_url or download_url or link");
        }
        assertThat(Imported.of(service, "auto", "b9f57ed6  rasm.nc\nde5b9d45  air.nc\n")
                        .error())
                .contains("\"b9f57ed6  rasm.nc\"");
    }

    @Test
    void aListOfUrlsNeedsNoHeader() {
        Imported imported = Imported.of(service, "auto", """

                https://example.org/a,b;c.csv
                FTP://example.org/d e.txt

                "https://example.org/quoted"
                https://example.org/f\tsomething else
                # a note
                """.replace("\n", "\r\n"));

        assertThat(imported.format()).isEqualTo("csv");
        assertThat(imported.counts())
                .isEqualTo("datasets 0, read 5, added 4, updated 0, unchanged 0, duplicates 0, rejected 1");
        assertThat(imported.urls())
                .containsExactly(
                        "https://example.org/a,b;c.csv",
                        "FTP://example.org/d e.txt",
                        "https://example.org/quoted",
                        "https://example.org/f");
        assertThat(imported.rejected()).singleElement().asString().startsWith("line 7: ");
    }
}

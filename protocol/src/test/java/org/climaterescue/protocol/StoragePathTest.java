package org.climaterescue.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoragePathTest {

    @ParameterizedTest
    @CsvSource(delimiterString = " => ", textBlock = """
                    http://example.com/data/t.csv => example.com/data/t.csv
                    http://example.com => example.com/index.html
                    http://example.com/a/ => example.com/a/index.html
                    http://example.com/a//b => example.com/a/_/b
                    http://example.com:8080/x => example.com+8080/x
                    http://[2001:db8::1]:81/x => 2001-db8--1+81/x
                    http://example.com/q?a=1&b=/../c => example.com/q@a=1&b=%2F..%2Fc
                    http://example.com/? => example.com/index.html@
                    http://example.com/%2e%2e%2fetc/x => example.com/%2e%2e%2fetc/x
                    http://example.com/..%5c..%5cx => example.com/..%5c..%5cx
                    http://example.com/nul%00l => example.com/nul%00l
                    http://example.com/.../x => example.com/..%2E/x
                    http://example.com/con/NUL.txt/com1 => example.com/con_/NUL_.txt/com1_
                    http://example.com/a:b*c => example.com/a%3Ab%2Ac
                    http://bücher.example/ü => xn--bcher-kva.example/%C3%BC
                    """)
    void everyPathTrickEndsInAPlainName(String url, String expected) {
        assertThat(path(url)).hasToString(expected);
    }

    @Test
    void noHostLeadsToTheAgentsOwnFiles() {
        OriginUrl url = new OriginUrl("http", ".rescue", -1, "/identity.json", null);
        assertThat(StoragePath.of(url)).hasToString("_.rescue/identity.json");
    }

    @Test
    void aLongNameIsCutAndKeepsItsExtensionAndItsDifference() {
        String stem = "http://example.com/" + "x".repeat(400);
        String one = path(stem + "1.csv").segments().getLast();
        String two = path(stem + "2.csv").segments().getLast();
        assertThat(one).hasSizeLessThanOrEqualTo(200).endsWith(".csv").isNotEqualTo(two);
    }

    @Test
    void aPathOfVeryManySegmentsIsFlattened() {
        StoragePath deep = path("http://example.com/" + "a/".repeat(2000) + "b.csv");
        assertThat(deep.segments()).hasSize(3).startsWith("example.com").endsWith("b.csv");
    }

    @Property(tries = 500)
    void theNameIsAlwaysInsideTheDirectoryAndLegalEverywhere(@ForAll("urls") String raw) {
        OriginUrl.parse(raw).map(StoragePath::of).ifPresent(StoragePathTest::assertLegal);
    }

    private static void assertLegal(StoragePath path) {
        Path root = Path.of("/dir");
        Path resolved = root.resolve(path.toString());
        assertThat(resolved).isEqualTo(resolved.normalize()).startsWithRaw(root);
        assertThat(resolved.getNameCount())
                .isEqualTo(1 + path.segments().size())
                .isGreaterThanOrEqualTo(3);
        assertThat(path.segments().getFirst()).doesNotStartWith(".");
        for (String segment : path.segments()) {
            assertThat(segment)
                    .isNotIn("", ".", "..")
                    .hasSizeLessThanOrEqualTo(240)
                    .doesNotEndWith(".");
            assertThat(segment).matches("[\\x21-\\x7e]+").doesNotContainPattern("[/\\\\:*?\"<>|]");
            String stem = segment.toLowerCase(Locale.ROOT).replaceFirst("\\..*", "");
            assertThat(stem).doesNotMatch("con|prn|aux|nul|com\\d|lpt\\d");
        }
    }

    @Provide
    Arbitrary<String> urls() {
        Arbitrary<String> tricks = Arbitraries.of(
                "..",
                "%2e%2e%2f",
                "\\",
                "\u0000",
                "%00",
                "/",
                "//",
                "?",
                "#",
                "CON",
                "nul.txt",
                "aux.",
                "~",
                ":",
                "%",
                "%5c",
                "é",
                "\ud83d\udc4b",
                " ",
                ".",
                "x".repeat(300),
                "lpt1",
                "a.tar.gz",
                "\ud800",
                "com9.x.y");
        Arbitrary<String> wild = Arbitraries.strings().ofMaxLength(20);
        Arbitrary<String> tail =
                Arbitraries.oneOf(tricks, wild).list().ofMaxSize(12).map(parts -> String.join("", parts));
        Arbitrary<String> host = Arbitraries.of(
                "example.com", "a.b:8080", "[::1]", "..", ".rescue", "con", "bücher.example", "%2e%2e", "1.2.3.4:1");
        return Arbitraries.of("http", "https", "ftp")
                .flatMap(scheme -> host.flatMap(name -> tail.map(rest -> scheme + "://" + name + "/" + rest)));
    }

    private static StoragePath path(String url) {
        return StoragePath.of(OriginUrl.parse(url).orElseThrow());
    }
}

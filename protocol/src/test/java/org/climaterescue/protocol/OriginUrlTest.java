package org.climaterescue.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginUrlTest {

    @ParameterizedTest
    @CsvSource(delimiterString = " => ", textBlock = """
                    HTTP://Example.COM:80/A/b.csv#top => http://example.com/A/b.csv
                    https://example.com.:443 => https://example.com/
                    http://example.com/a/../b/./c => http://example.com/b/c
                    http://example.com/a/%2E%2e/b => http://example.com/b
                    http://example.com/../../etc => http://example.com/etc
                    http:\\\\example.com\\a\\b => http://example.com/a/b
                    http://example.com/a%20b|c%zz => http://example.com/a%20b|c%zz
                    http://example.com/%7E%2f%41 => http://example.com/%7E%2f%41
                    http://example.com? => http://example.com/?
                    http://bücher.example/ü?q=ü => http://xn--bcher-kva.example/%C3%BC?q=%C3%BC
                    http://[::1]:8080/x => http://[::1]:8080/x
                    ftp://ftp.example.com:2121/pub/x;type=i => ftp://ftp.example.com:2121/pub/x;type=i
                    """)
    void aUrlIsReadAsABrowserReadsIt(String raw, String expected) {
        assertThat(OriginUrl.parse(raw).map(OriginUrl::toString)).contains(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "magnet:?xt=urn:btih:1234",
                "file:///etc/passwd",
                "http://",
                "http://user:secret@example.com/",
                "http://example.com:99999/",
                "http://exa mple.com/",
                "http://a%2fb/",
                "http://.rescue/",
                "gopher://example.com/",
                "/no/host"
            })
    void whatCannotBeFetchedIsNoUrl(String raw) {
        assertThat(OriginUrl.parse(raw)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                    'https:/c',              https://c/
                    'http:c',                http://example.com/a/c
                    'http:/c',               http://example.com/c
                    '#top',                  http://example.com/a/b?old
                    ?,                       http://example.com/a/b?
                    ' \\c ',                 http://example.com/c
                    '\\\\other.example\\x', http://other.example/x
                    ///other.example/x,      http://other.example/x
                    './%2e%2E/c d',          http://example.com/c%20d
                    /c,                      http://example.com/c
                    c,                       http://example.com/a/c
                    ../c,                    http://example.com/c
                    ?q,                      http://example.com/a/b?q
                    //other.example/x,       http://other.example/x
                    https://other.example/x, https://other.example/x
                    """)
    void aLocationIsReadFromWhereItWasGiven(String location, String expected) {
        OriginUrl from = OriginUrl.parse("http://example.com/a/b?old").orElseThrow();
        assertThat(from.resolve(location).map(OriginUrl::toString)).contains(expected);
    }

    @Test
    void aLocationThatCannotBeFetchedLeadsNowhere() {
        OriginUrl from = OriginUrl.parse("http://example.com/a/b").orElseThrow();
        assertThat(from.resolve("file:///etc/passwd")).isEmpty();
        assertThat(from.resolve("http://user@example.com/")).isEmpty();
    }

    @Test
    void theHttpClientGetsWhatJavaTakes() {
        assertThat(OriginUrl.parse("http://example.com/a|b[1]%zz%20?{x}`^\\|%").map(OriginUrl::toUri))
                .contains(URI.create("http://example.com/a%7Cb%5B1%5D%25zz%20?%7Bx%7D%60%5E%5C%7C%25"));
    }

    @Property(tries = 500)
    void readingAgainChangesNothing(@ForAll("urls") String raw) {
        Optional<OriginUrl> once = OriginUrl.parse(raw);
        assertThat(once.flatMap(url -> OriginUrl.parse(url.toString()))).isEqualTo(once);
    }

    @Property(tries = 500)
    void whateverIsReadTheHttpClientCanAskFor(@ForAll("urls") String raw) {
        OriginUrl.parse(raw).ifPresent(url -> {
            assertThat(OriginUrl.parse(url.toUri().toString()).map(OriginUrl::host))
                    .contains(url.host());
            assertThat(url.toUri().getHost()).isEqualTo("host.example");
        });
    }

    @Provide
    Arbitrary<String> urls() {
        Arbitrary<String> wild = Arbitraries.strings()
                .withChars("abC./\\%2eE?#&= :@[]|~\u0000\t\n\u00fc\ud83d\udc4b*<>\"")
                .ofMaxLength(60);
        return wild.map(tail -> "http://host.example/" + tail);
    }
}

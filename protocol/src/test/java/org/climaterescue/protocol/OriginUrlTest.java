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
                    http://example.com/a%20b|c%zz => http://example.com/a%20b%7Cc%25zz
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

    @Property(tries = 500)
    void readingAgainChangesNothing(@ForAll("urls") String raw) {
        Optional<OriginUrl> once = OriginUrl.parse(raw);
        if (once.isPresent()) {
            assertThat(OriginUrl.parse(once.get().toString())).isEqualTo(once);
            assertThat(URI.create(once.get().toString()).getRawPath())
                    .isEqualTo(once.get().path());
        }
    }

    @Provide
    Arbitrary<String> urls() {
        Arbitrary<String> wild = Arbitraries.strings()
                .withChars("abC./\\%2eE?#&= :@[]|~\u0000\t\n\u00fc\ud83d\udc4b*<>\"")
                .ofMaxLength(60);
        return wild.map(tail -> "http://host.example/" + tail);
    }
}

package org.climaterescue.dispatcher.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.climaterescue.dispatcher.problem.ProblemException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalUrlTest {

    @ParameterizedTest
    @CsvSource({
        "HTTP://Example.ORG:80/A/b, http://example.org/A/b, example.org",
        "https://example.org, https://example.org/, example.org",
        "https://example.org.:443/?b=2&a=1#top, https://example.org/?b=2&a=1, example.org",
        "https://example.org:8443/x, https://example.org:8443/x, example.org:8443",
        "ftp://ftp.example.org:21/pub/a%2fb%7Ec, ftp://ftp.example.org/pub/a%2Fb~c, ftp.example.org",
        "'  http://example.org/a b.csv ', http://example.org/a%20b.csv, example.org",
        "http://example.org/a%20b.csv, http://example.org/a%20b.csv, example.org",
        "http://bücher.example/ü, http://xn--bcher-kva.example/%C3%BC, xn--bcher-kva.example",
        "http://example.org/100%, http://example.org/100%, example.org",
        "http://[2001:DB8::1]:8080/x, http://[2001:db8::1]:8080/x, [2001:db8::1]:8080",
        "http://example.org?x, http://example.org/?x, example.org",
        "http://under_score.example.org//a//, http://under_score.example.org//a//, under_score.example.org",
        "http:\\\\example.org\\a, http://example.org/a, example.org",
    })
    void equalUrlsHaveOneCanonicalForm(String raw, String canonical, String host) {
        var url = CanonicalUrl.of(raw);

        assertThat(url.canonical()).isEqualTo(canonical);
        assertThat(url.host()).isEqualTo(host);
        assertThat(url.raw()).isEqualTo(raw);
        assertThat(CanonicalUrl.of(canonical).canonical()).isEqualTo(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "magnet:?xt=urn:btih:AABBCCDDEEFF00112233445566778899AABBCCDD&dn=x",
                "MAGNET:?dn=y&xt=urn:btih:aabbccddeeff00112233445566778899aabbccdd",
                "magnet:?xt=urn%3Abtih%3Aaabbccddeeff00112233445566778899aabbccdd",
                "magnet:?xt=urn:btih:VK54ZXPO74ABCIRTIRKWM54ITGVLXTG5",
            })
    void magnetsAreEqualByInfohashAlone(String raw) {
        var url = CanonicalUrl.of(raw);

        assertThat(url.canonical()).isEqualTo("magnet:?xt=urn:btih:aabbccddeeff00112233445566778899aabbccdd");
        assertThat(url.host()).isEqualTo("magnet:");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "h",
                "data.usaid.gov",
                "hhttps://example.org/x",
                "file:///etc/passwd",
                "javascript:alert(1)",
                "http://",
                "http:///x",
                "http://user@example.org/",
                "http://user:secret@example.org/",
                "http://<http://nationalatlas.gov/atlasftp.html>",
                "http://example.org:99999/",
                "http://example.org:x/",
                "http://a..b/",
                "http://exa mple.org/",
                "http://%65xample.org/",
                "http://example.org/\u0001x",
                "magnet:?dn=only-a-name",
                "magnet:?xt=urn:btih:123",
            })
    void whatCannotBeFetchedIsRefusedByName(String raw) {
        assertThatThrownBy(() -> CanonicalUrl.of(raw))
                .isInstanceOf(ProblemException.class)
                .hasMessageStartingWith("dataset_url ")
                .satisfies(thrown ->
                        assertThat(((ProblemException) thrown).status()).isEqualTo(400));
    }

    @ParameterizedTest
    @CsvSource({
        "http://example.org/a, https://example.org/a",
        "http://example.org/a, http://www.example.org/a",
        "http://example.org/a, http://example.org/A",
        "http://example.org/a, http://example.org/a/",
        "http://example.org/?a&b, http://example.org/?b&a",
        "http://example.org/a%2Fb, http://example.org/a/b",
    })
    void whatMayDifferStaysDistinct(String one, String other) {
        assertThat(CanonicalUrl.of(one).key())
                .isNotEqualTo(CanonicalUrl.of(other).key());
    }
}

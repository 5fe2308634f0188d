package org.climaterescue.dispatcher.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.protocol.OriginUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalUrlTest {

    @ParameterizedTest
    @CsvSource(delimiterString = " => ", textBlock = """
            # scheme, host and port
            HTTP://Example.ORG/A/b                   => http://example.org/A/b                 => example.org
            https://example.org                      => https://example.org/                   => example.org
            http://example.org:80/x                  => http://example.org/x                   => example.org
            http://example.org:/x                    => http://example.org/x                   => example.org
            http://example.org:00080/x               => http://example.org/x                   => example.org
            ftp://ftp.example.org:21/pub/x           => ftp://ftp.example.org/pub/x            => ftp.example.org
            http://example.org:443/                  => http://example.org:443/                => example.org:443
            https://example.org:8443/x               => https://example.org:8443/x             => example.org:8443
            https://example.org.:443/                => https://example.org/                   => example.org
            https://example.org.:8443/               => https://example.org:8443/              => example.org:8443
            http://example.org%2E/                   => http://example.org/                    => example.org
            http://under_score.example.org/          => http://under_score.example.org/        => under_score.example.org
            http://%65xample.org/                    => http://example.org/                    => example.org
            http:/example.org/x                      => http://example.org/x                   => example.org
            http:example.org/x                       => http://example.org/x                   => example.org
            ftp:/example.org/pub/x                   => ftp://example.org/pub/x                => example.org
            http:////example.org/x                   => http://example.org/x                   => example.org
            http:\\\\\\\\example.org\\\\a\\\\..\\\\b => http://example.org/b                   => example.org
            http://@example.org/                     => http://example.org/                    => example.org
            http://:@example.org/                    => http://example.org/                    => example.org
            # IDNA, as UTS #46 does it without transition
            http://BÜCHER.example/                   => http://xn--bcher-kva.example/          => xn--bcher-kva.example
            http://xn--BCHER-kva.example/            => http://xn--bcher-kva.example/          => xn--bcher-kva.example
            http://b%C3%BCcher.example/              => http://xn--bcher-kva.example/          => xn--bcher-kva.example
            http://faß.example/                      => http://xn--fa-hia.example/             => xn--fa-hia.example
            http://ｅｘａｍｐｌｅ。org/               => http://example.org/                    => example.org
            http://☃.net/                            => http://xn--n3h.net/                    => xn--n3h.net
            # addresses
            http://0x7f.1/                           => http://127.0.0.1/                      => 127.0.0.1
            http://0177.0.0.1/                       => http://127.0.0.1/                      => 127.0.0.1
            http://2130706433/                       => http://127.0.0.1/                      => 127.0.0.1
            http://192.0.2.7./                       => http://192.0.2.7/                      => 192.0.2.7
            http://１９２.0.2.7/                      => http://192.0.2.7/                      => 192.0.2.7
            http://[2001:DB8::1]:8080/x              => http://[2001:db8::1]:8080/x            => [2001:db8::1]:8080
            http://[2001:db8:0:0:1:0:0:1]/           => http://[2001:db8::1:0:0:1]/            => [2001:db8::1:0:0:1]
            http://[1:0:2:3:4:5:6:7]/                => http://[1:0:2:3:4:5:6:7]/              => [1:0:2:3:4:5:6:7]
            http://[::FFFF:192.0.2.7]/               => http://[::ffff:c000:207]/              => [::ffff:c000:207]
            # path
            http://example.org/a/../b/./c            => http://example.org/b/c                 => example.org
            http://example.org/a/%2E%2e/b            => http://example.org/b                   => example.org
            http://example.org/a/.%2E                => http://example.org/                    => example.org
            http://example.org/a/%2e                 => http://example.org/a/                  => example.org
            http://example.org/../../x               => http://example.org/x                   => example.org
            http://example.org/a//../b//             => http://example.org/a/b//               => example.org
            http://example.org/a/.../%2e%2e%2Fb      => http://example.org/a/.../..%2Fb        => example.org
            http://example.org/a%2eb%2fc%7Ed%41      => http://example.org/a.b%2Fc~dA          => example.org
            http://example.org/a b|"<>`{}^           => http://example.org/a%20b|%22%3C%3E%60%7B%7D%5E => example.org
            http://example.org/ü/👋                  => http://example.org/%C3%BC/%F0%9F%91%8B => example.org
            http://example.org/%c3%bc                => http://example.org/%C3%BC              => example.org
            http://example.org/100%                  => http://example.org/100%                => example.org
            http://example.org/%zz%4                 => http://example.org/%zz%4               => example.org
            http://example.org/%%34%31/%4%31/%%7e    => http://example.org/%%341/%4%31/%~      => example.org
            http://example.org/%2541                 => http://example.org/%2541               => example.org
            http://example.org/a@b:c;d=e,f!$&'()*+[] => http://example.org/a@b:c;d=e,f!$&'()*+[] => example.org
            # query and fragment
            http://example.org?x                     => http://example.org/?x                  => example.org
            http://example.org/?                     => http://example.org/?                   => example.org
            http://example.org/?b=2&a=1#top          => http://example.org/?b=2&a=1            => example.org
            http://example.org/#?x                   => http://example.org/                    => example.org
            http://example.org/?a b"<>`{}|^'\\\\     => http://example.org/?a%20b%22%3C%3E`{}|^%27\\\\ => example.org
            http://example.org/?/%2e%2E/ü            => http://example.org/?/../%C3%BC         => example.org
            """)
    void equalUrlsHaveOneCanonicalForm(String raw, String canonical, String host) {
        // A backslash cannot stand alone in the table.
        assertForm(raw.replace("\\\\", "\\"), canonical.replace("\\\\", "\\"), host);
    }

    @Test
    void whiteSpaceAroundAndBreaksInsideSayNothing() {
        assertForm(
                " \u0001\r\n\tht\ntp://exa\tmple.org:8\n0/a\r\nb/.\t./c.csv \u001f ",
                "http://example.org/c.csv",
                "example.org");
    }

    @Test
    void controlCharactersAreEncoded() {
        assertForm("http://example.org/\u0001?\u007f", "http://example.org/%01?%7F", "example.org");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "magnet:?xt=urn:btih:AABBCCDDEEFF00112233445566778899AABBCCDD&dn=x",
                " MAGNET:?dn=y&xt=urn:btih:aabbccddeeff00112233445566778899aabbccdd\n",
                "magnet:?xt=urn%3Abtih%3Aaabbccddeeff00112233445566778899aabbccd%64",
                "magnet:?xt.1=urn:btih:aabbccddeeff00112233445566778899aabbccdd&tr=http%3A%2F%2Fx",
                "magnet:?xt=urn:btih:VK54ZXPO74ABCIRTIRKWM54ITGVLXTG5",
            })
    void magnetsAreEqualByInfohashAlone(String raw) {
        var url = CanonicalUrl.of(raw);

        assertThat(url.canonical()).isEqualTo("magnet:?xt=urn:btih:aabbccddeeff00112233445566778899aabbccdd");
        assertThat(url.host()).isEqualTo("magnet:");
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " => ", textBlock = """
            ''                                  => has no scheme; it must begin with http, https, ftp or magnet
            h                                   => has no scheme; it must begin with http, https, ftp or magnet
            data.usaid.gov                      => has no scheme; it must begin with http, https, ftp or magnet
            //example.org/x                     => has no scheme; it must begin with http, https, ftp or magnet
            see below: http://example.org       => has no scheme; it must begin with http, https, ftp or magnet
            hhttps://example.org/x              => has the scheme hhttps; only http, https, ftp and magnet are rescued
            file:///etc/passwd                  => has the scheme file; only http, https, ftp and magnet are rescued
            javascript:alert(1)                 => has the scheme javascript; only http, https, ftp and magnet are rescued
            http://                             => names no host
            http:///                            => names no host
            https:?x                            => names no host
            http://:80/                         => names no host
            http://user@example.org/            => must not hold a user name or password
            http://user:secret@example.org/     => must not hold a user name or password
            http://:secret@example.org/         => must not hold a user name or password
            http://a@b@example.org/             => must not hold a user name or password
            http://<http://example.org/x>       => names no usable host: <http
            http://exa mple.org/                => names no usable host: exa mple.org
            http://a..b/                        => names no usable host: a..b
            http://./                           => names no usable host: .
            http://example.org../               => names no usable host: example.org..
            http://exam%2fple.org/              => names no usable host: exam%2fple.org
            http://exam%00ple.org/              => names no usable host: exam%00ple.org
            http://℀.org/                       => names no usable host: ℀.org
            http://xn--a/                       => names no usable host: xn--a
            http://256.0.2.7/                   => names no usable host: 256.0.2.7
            http://1.2.3.4.5/                   => names no usable host: 1.2.3.4.5
            http://1.2.3.08/                    => names no usable host: 1.2.3.08
            http://4294967296/                  => names no usable host: 4294967296
            http://18446744073709551617/        => names no usable host: 18446744073709551617
            http://example.0x1/                 => names no usable host: example.0x1
            http://[2001:db8::1                 => names no usable host: [2001:db8::1
            http://[1::2::3]/                   => names no usable host: [1::2::3]
            http://[::1%25eth0]/                => names no usable host: [::1%25eth0]
            http://[::1.2.3]/                   => names no usable host: [::1.2.3]
            http://[::00001]/                   => names no usable host: [::00001]
            http://[::192.0.2.07]/              => names no usable host: [::192.0.2.07]
            http://[::1]x/                      => names no usable host: [
            http://example.org:99999/           => has no usable port: 99999
            http://example.org:0/               => has no usable port: 0
            http://example.org:-1/              => has no usable port: -1
            http://example.org:８０/             => has no usable port: ８０
            http://example.org:80x/             => has no usable port: 80x
            http://example.org/caf�             => holds a character that could not be read
            magnet:?dn=only-a-name              => is a magnet link without an infohash (xt=urn:btih:…)
            magnet:?xt=urn:btih:123             => is a magnet link without an infohash (xt=urn:btih:…)
            """)
    void whatCannotBeFetchedIsRefusedWithTheReason(String raw, String reason) {
        assertRefused(raw, reason);
    }

    @Test
    void whatCannotBeStoredIsRefused() {
        assertRefused("http://example.org/\u0000x", "holds a character that could not be read");
        assertRefused("http://example.org/\ud800", "holds a character that could not be read");
        assertRefused(
                "magnet:?xt=urn:btih:aabbccddeeff00112233445566778899aabbccdd&dn=\u0000",
                "holds a character that could not be read");
    }

    @Test
    void aLongHostIsRefusedAndAnOverlongUrlIsNotEvenRead() {
        String host = "ü".repeat(8000);
        assertThatThrownBy(() -> CanonicalUrl.of("http://" + host + "/"))
                .hasMessage("dataset_url names no usable host: " + "ü".repeat(80) + "…");
        assertRefused("http://example.org/" + "a".repeat(100_000), "is longer than 8192 characters");
    }

    @ParameterizedTest
    @CsvSource({
        "http://example.org/a, https://example.org/a",
        "http://example.org/a, http://www.example.org/a",
        "http://example.org/a, http://example.org/A",
        "http://example.org/a, http://example.org/a/",
        "http://example.org/a/b, http://example.org/a//b",
        "http://example.org/?a&b, http://example.org/?b&a",
        "http://example.org/, http://example.org/?",
        "http://example.org/a%2Fb, http://example.org/a/b",
        "http://fass.example/, http://faß.example/",
    })
    void whatMayDifferStaysDistinct(String one, String other) {
        assertThat(CanonicalUrl.of(one).key())
                .isNotEqualTo(CanonicalUrl.of(other).key());
    }

    @Property(tries = 2000)
    void theCanonicalFormIsItsOwn(@ForAll("urls") String raw) {
        OriginUrl.parse(raw)
                .map(OriginUrl::canonical)
                .ifPresent(canonical -> assertThat(OriginUrl.parse(canonical).map(OriginUrl::canonical))
                        .contains(canonical));
    }

    @Property(tries = 2000)
    void urlsEqualByTheStandardAreEqualHere(@ForAll("urls") String raw) {
        OriginUrl.parse(raw)
                .ifPresent(url -> assertThat(CanonicalUrl.of(url.toString()).canonical())
                        .isEqualTo(CanonicalUrl.of(raw).canonical()));
    }

    @Provide
    Arbitrary<String> urls() {
        Arbitrary<String> pieces = Arbitraries.of(
                "a", "B", "/", "/", "\\", ".", "..", "%2e", "%2E", "%", "%%34", "%31", "%41", "%7e", "%2f", "%zz", "?",
                "#", ":", " ", "\t", "\n", "[", "]", "|", "^", "'", "\"", "<", "{", "~", "ü", "👋", "ß", "1", "_", "&");
        Arbitrary<String> begin =
                Arbitraries.of("http://", "https:", "http://h", "http://h/", "ftp://h/a/", "http://1.");
        return begin.flatMap(head -> pieces.list().ofMaxSize(12).map(tail -> head + String.join("", tail)));
    }

    private static void assertForm(String raw, String canonical, String host) {
        var url = CanonicalUrl.of(raw);

        assertThat(url.canonical()).isEqualTo(canonical);
        assertThat(url.host()).isEqualTo(host);
        assertThat(url.raw()).isEqualTo(raw);
        assertThat(CanonicalUrl.of(canonical).canonical()).isEqualTo(canonical);
    }

    private static void assertRefused(String raw, String reason) {
        assertThatThrownBy(() -> CanonicalUrl.of(raw))
                .isInstanceOf(ProblemException.class)
                .hasMessage("dataset_url " + reason)
                .satisfies(thrown ->
                        assertThat(((ProblemException) thrown).status()).isEqualTo(400));
    }
}

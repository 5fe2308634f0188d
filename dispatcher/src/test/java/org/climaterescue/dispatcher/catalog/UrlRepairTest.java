package org.climaterescue.dispatcher.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.climaterescue.protocol.OriginUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlRepairTest {

    private static final String AROUND = "brackets, quotes or marks around it taken away";

    @ParameterizedTest
    @CsvSource(delimiterString = " => ", textBlock = """
            hhttps://services.arcgis.com/x/FeatureServer/ => https://services.arcgis.com/x/FeatureServer/ => the misspelt scheme corrected
            ttp://example.org/x                         => http://example.org/x           => the misspelt scheme corrected
            htps://example.org/x                        => https://example.org/x          => the misspelt scheme corrected
            http//example.org/x                         => http://example.org/x           => the colon after the scheme corrected
            ftp//example.org/pub/x                      => ftp://example.org/pub/x        => the colon after the scheme corrected
            https;//example.org/x                       => https://example.org/x          => the colon after the scheme corrected
            https:://example.org/x                      => https://example.org/x          => the colon after the scheme corrected
            http:// www.example.org/x                   => http://www.example.org/x       => white space before the host taken away
            http://<http://nationalatlas.gov/atlasftp.html> => http://nationalatlas.gov/atlasftp.html => brackets, quotes or marks around it taken away; the URL inside another scheme taken
            data.usaid.gov                              => https://data.usaid.gov         => https:// put before the host
            hifld-geoplatform.hub.arcgis.com/x?a#b      => https://hifld-geoplatform.hub.arcgis.com/x?a#b => https:// put before the host
            WWW.EIA.GOV:8080/x                          => https://WWW.EIA.GOV:8080/x     => https:// put before the host
            //www.example.org/x                         => https://www.example.org/x      => https:// put before the host
            ://www.example.org/x                        => https://www.example.org/x      => https:// put before the host
            www.metoffice.gov.uk                        => https://www.metoffice.gov.uk   => https:// put before the host
            public.wmo.int/x                            => https://public.wmo.int/x       => https:// put before the host
            www.opt.nc                                  => https://www.opt.nc             => https:// put before the host
            example.org/x?a=1&amp;b=2                   => https://example.org/x?a=1&b=2  => https:// put before the host; &amp; read as &
            """)
    void whatEverybodyReadsRightlyIsRepaired(String written, String url, String note) {
        assertRepaired(written, url, note);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " => ", textBlock = """
            ftp:/example.org/pub/x            => ftp://example.org/pub/x       => the slashes after the scheme completed
            https:/example.org                => https://example.org           => the slashes after the scheme completed
            http://example.org/?a=1&amp;b=2   => http://example.org/?a=1&b=2   => &amp; read as &
            """)
    void whatWouldBeFetchedAsAnotherUrlThanIsMeantIsASlip(String written, String url, String note) {
        assertThat(UrlRepair.ofSlip(written)).contains(new UrlRepair(url, note));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.org/?a=1&b=2",
                "ftp://example.org/x",
                "https:///example.org",
                "http://example.org/a:/b"
            })
    void aUrlWithoutASlipIsLeftAsItIs(String written) {
        assertThat(UrlRepair.ofSlip(written)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<http://example.org/x>",
                "(http://example.org/x)",
                ")http://example.org/x",
                "\"http://example.org/x\"",
                "“http://example.org/x”",
                "['http://example.org/x'],",
                "- http://example.org/x",
            })
    void whatStandsAroundAUrlIsTakenAway(String written) {
        assertRepaired(written, "http://example.org/x", AROUND);
    }

    @Test
    void aBracketThatBelongsToTheUrlStays() {
        assertRepaired("<http://example.org/x_(2020)>", "http://example.org/x_(2020)", AROUND);
        assertRepaired("(http://example.org/x_(2020)", "http://example.org/x_(2020)", AROUND);
    }

    @Test
    void proseAfterAUrlIsTakenAway() {
        assertRepaired(
                ")https://wcc.sc.egov.usda.gov/nwcc/tabget (Data can be downloaded by state, station ID, and so on)",
                "https://wcc.sc.egov.usda.gov/nwcc/tabget",
                AROUND + "; what follows the URL taken away");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.org/x",
                "ftp:/example.org/x",
                "http:/example.org/x",
                "http://example.org/?a=1&amp;b=2",
                " https://example.org/a b ",
            })
    void whatCanBeUsedStaysAsItIs(String written) {
        assertThat(UrlRepair.of(written)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "h",
                "Http",
                "unsure",
                "see website",
                "No Idea. Huge",
                "No Idea.  Huge ",
                "AIRS Database. Air quality data",
                "SEMS (Superfund Enterprise Management System)",
                "see www.example.org for more",
                "ask.somebody@noaa.gov",
                "U.S. Geological Survey",
                "e.g.",
                "1.5 GB",
                "2.2",
                "data.csv",
                "sst.mnmean.nc",
                "README.first.md",
                "archive.tar.gz",
                "C:\\data\\x.csv",
                "localhost:8080/x",
                "//////not-a-url.example.com/",
                "http://",
                "http://user:secret@example.org/",
                "https//user@example.org/",
                "hhttps://nowhere/x",
                "file:///etc/passwd",
                "javascript:alert(1)",
                "magnet:?xt=urn:btih:123",
                "doi:10.5067/MODIS/MOD11A1.006",
                "10.5067/MODIS/MOD11A1.006",
            })
    void whatWouldNeedAGuessStaysRefused(String written) {
        assertThat(UrlRepair.of(written)).isEmpty();
    }

    @Test
    void anOverlongTextIsNotEvenRead() {
        assertThat(UrlRepair.of("example.org/" + "x".repeat(100_000))).isEmpty();
    }

    @Property
    void whatIsRepairedCanBeUsed(@ForAll String written) {
        for (String begin : new String[] {"", "<http://", "hhttp://", "www.example.org/"}) {
            UrlRepair.of(begin + written)
                    .ifPresent(
                            repair -> assertThat(OriginUrl.parse(repair.url())).isPresent());
        }
    }

    private static void assertRepaired(String written, String url, String note) {
        assertThat(UrlRepair.of(written)).contains(new UrlRepair(url, note));
    }
}

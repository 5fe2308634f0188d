package org.climaterescue.dispatcher.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecognitionTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"dataset\":[]} | DCAT",
                "{\"title\":\"x\",\"catalog\":[{}]} | DCAT",
                "[{\"title\":\"x\",\"accessURL\":\"http://a.org\"}] | DCAT",
                "[] | DCAT",
                "{\"a\":1,\"dataset\":[{\"title\": | DCAT",
                "{\"success\":true,\"result\":{}} | CKAN",
                "{\"url\":\"http://a.org\",\"notes\":\"x\",\"resources\":[]} | CKAN",
                "[[1],{\"url\":\"http://a.org\",\"resources\":[]}] | CKAN",
                "{\"url\":\"http://a.org\",\"license_id\":null} | CKAN",
                "{\"url\":\"http://a.org\",\"dataset\":\"x\"} | JSONL",
                "{\"link\":\"http://a.org\"}  | JSONL",
                "[{\"url\":\"http://a.org\"}] | JSONL",
                "url | CSV",
                "http://a.org/ | CSV",
                "magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a | CSV"
            })
    void aFileIsKnownByItsBeginning(String file, CatalogFormat format) throws BrokenCatalog {
        assertThat(Recognition.of(new Beginning(file, true))).isEqualTo(format);
    }

    @Test
    void aBrokenFirstLineDoesNotHideTheOthers() throws BrokenCatalog {
        String lines = "{\"url\":\"http://a.org/1\n{\"url\":\"http://a.org/2\"}\n{\"url\":\"http://a.org/3\"}\n";

        assertThat(Recognition.of(new Beginning(lines, true))).isEqualTo(CatalogFormat.JSONL);
        assertThat(new Beginning(lines, true).linesOfJson()).isTrue();
    }

    @Test
    void aDocumentIsNoListOfLines() {
        assertThat(new Beginning("{\n\"dataset\": [\n{\"title\":\"a\"},\n{\"title\":\"b\"}\n]}", true).linesOfJson())
                .isFalse();
        assertThat(new Beginning("{\"dataset\": [\n{\"title\":\"a\"}\n", false).linesOfJson())
                .isFalse();
        assertThat(new Beginning("[\n{\"title\":\"a\"}\n]", true).linesOfJson()).isFalse();
        assertThat(new Beginning("{\"title\":\"a\"}", true).linesOfJson()).isFalse();
        assertThat(new Beginning("{\"title\":\"a\"}\n{\"ti", false).linesOfJson())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"Individual source or seed URL\":\"http://a.org\",\"UUID\":\"x\"} | Individual source or seed URL, UUID",
                "{\"a\":{\"b\":[]}} | a",
                "{\"a\": ,} | line 1, column 7",
                "{\"a\":1 | breaks off",
                "[1,2] | none",
                "{\"url\":\"http://a.org\", \"x\":} | line 1, column 28",
                "<html> | HTML",
                "name,home | \"name\", \"home\"",
                "17 | the columns \"17\"",
                "`   ` | white space"
            })
    void whatIsNoCatalogSaysWhatItIs(String file, String says) {
        assertThatThrownBy(() -> Recognition.of(new Beginning(file, true)))
                .isInstanceOf(BrokenCatalog.class)
                .hasMessageContaining(says);
    }
}

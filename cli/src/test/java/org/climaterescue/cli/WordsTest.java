package org.climaterescue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordsTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.00 kB",
        "9994, 9.99 kB",
        "9996, 10.0 kB",
        "99949, 99.9 kB",
        "99951, 100 kB",
        "999499, 999 kB",
        "999501, 1.00 MB",
        "38000000, 38.0 MB",
        "2000000000, 2.00 GB",
        "1500000000000, 1.50 TB",
        "9223372036854775807, 9223 PB"
    })
    void aSizeHasThreeDigitsAndADecimalUnit(long bytes, String words) {
        assertThat(Words.size(bytes)).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource({"PT0S, 0.0 s", "PT4.24S, 4.2 s", "PT60S, 1 min 0 s", "PT1H59M, 1 h 59 min", "P3DT4H5M, 3 d 4 h"})
    void aTimeIsSaidInItsTwoLargestUnits(Duration time, String words) {
        assertThat(Words.time(time)).isEqualTo(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u001b", "\u0007", "\n", "\u007f", "\u009b", "\u0085", "\u202e", "\u2066"})
    void whatWouldSteerATerminalIsNotShown(String steering) {
        assertThat(Words.plain("a" + steering + "b")).isEqualTo("a?b");
    }

    @Test
    void oneThingIsToldInTheSingularAndSeveralInThePlural() {
        assertThat(Words.count(0, "task")).isEqualTo("0 tasks");
        assertThat(Words.count(1, "task")).isEqualTo("1 task");
        assertThat(Words.count(1234, "task")).isEqualTo("1,234 tasks");
        assertThat(Words.count(1, "copy", "copies")).isEqualTo("1 copy");
        assertThat(Words.count(2, "copy", "copies")).isEqualTo("2 copies");
        assertThat(Words.count(1, "task waits", "tasks wait")).isEqualTo("1 task waits");
    }

    @Test
    void whatHasFailedIsToldInPlainEnglish() {
        assertThat(Words.standing("failed")).isEqualTo("has failed");
        assertThat(Words.standing("pending")).isEqualTo("is pending");
    }

    @Test
    void oneIsNoPlural() {
        assertThat(Words.count(1, "file")).isEqualTo("1 file");
        assertThat(Words.count(0, "file")).isEqualTo("0 files");
        assertThat(Words.count(12_345, "file")).isEqualTo("12,345 files");
    }
}

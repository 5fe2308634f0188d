package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Sizes and times as people read them. */
final class Words {

    private static final String[] UNITS = {"kB", "MB", "GB", "TB", "PB"};
    private static final double STEP = 1000;

    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}]");

    private Words() {}

    /** A size in decimal units with three digits: {@code 12.3 MB}. */
    static String size(long bytes) {
        if (bytes < STEP) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        // 999.5 would be rounded to 1000: that is 1.00 of the next unit.
        while (value >= STEP - 0.5 && unit < UNITS.length - 1) {
            value /= STEP;
            unit++;
        }
        String format = value < 9.995 ? "%.2f %s" : value < 99.95 ? "%.1f %s" : "%.0f %s";
        return String.format(Locale.ROOT, format, value, UNITS[unit]);
    }

    /** As {@link #size(long)}; a dash where the dispatcher does not know one. */
    static String sizeOrDash(JsonNode bytes) {
        return bytes.isMissingNode() ? "–" : size(bytes.asLong());
    }

    /** A moment to the second: {@code 2026-01-02T03:04:05Z}. */
    static String moment(JsonNode at) {
        return at.isMissingNode()
                ? "–"
                : Instant.parse(at.asText()).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** How long before {@code now} a moment was, as {@link #ago(Duration)}; a dash where there was none. */
    static String ago(JsonNode at, Instant now) {
        return at.isMissingNode() ? "–" : ago(Duration.between(Instant.parse(at.asText()), now));
    }

    /** A length of time in its two largest units: {@code 4.2 s}, {@code 3 min 5 s}, {@code 2 h 10 min}, {@code 3 d 4 h}. */
    static String time(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
        }
        if (seconds < 3600) {
            return seconds / 60 + " min " + seconds % 60 + " s";
        }
        if (seconds < 86_400) {
            return seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
        }
        return seconds / 86_400 + " d " + seconds % 86_400 / 3600 + " h";
    }

    /** A count with its noun: {@code 1 file}, {@code 2 files}. */
    static String count(long count, String noun) {
        return count(count, noun, noun + "s");
    }

    /** As {@link #count(long, String)}, of a noun whose plural is another word. */
    static String count(long count, String one, String several) {
        return number(count) + " " + (count == 1 ? one : several);
    }

    /** How something stands, as the end of a sentence about it: {@code is pending}, {@code has failed}. */
    static String standing(String status) {
        return status.equals("failed") ? "has failed" : "is " + status;
    }

    /**
     * The one of some words that was given, as the dispatcher writes it.
     *
     * @throws WrongUsage when it is none of them; tells all
     */
    static String among(List<String> words, String option, String given) {
        String word = given.toLowerCase(Locale.ROOT);
        if (!words.contains(word)) {
            throw new WrongUsage(
                    "%s must be one of %s, not %s".formatted(option, String.join(", ", words), plain(given)));
        }
        return word;
    }

    /** How long ago something was, in its largest unit: {@code 12 s ago}, {@code 3 min ago}. */
    static String ago(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds <= 0) {
            return "now";
        }
        if (seconds < 60) {
            return seconds + " s ago";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min ago";
        }
        return seconds < 86_400 ? seconds / 3600 + " h ago" : seconds / 86_400 + " d ago";
    }

    /** A count with its digits in groups of three. */
    static String number(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** What a stranger wrote, so that it cannot steer the terminal. */
    static String plain(String text) {
        return CONTROLS.matcher(text).replaceAll("?");
    }
}

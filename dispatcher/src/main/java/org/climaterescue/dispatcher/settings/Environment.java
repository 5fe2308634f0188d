package org.climaterescue.dispatcher.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.climaterescue.db.DatabaseUrl;
import org.jspecify.annotations.Nullable;

/** Typed reading of environment variables. An empty variable counts as unset, as compose files leave it. */
record Environment(Map<String, String> variables) {

    private static final Set<String> YES = Set.of("true", "yes", "on", "1");
    private static final Set<String> NO = Set.of("false", "no", "off", "0");
    private static final Set<String> LEVELS = Set.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");
    private static final int LONGEST_KEY = 512;

    @Nullable
    String text(String variable) {
        String value = variables.get(variable);
        return value == null || value.isBlank() ? null : value.strip();
    }

    long number(String variable, long fallback, long least, long most) {
        String value = text(variable);
        if (value == null) {
            return fallback;
        }
        String accepted = "a whole number from %d to %d".formatted(least, most);
        try {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            throw bad(variable, value, accepted, notANumber);
        }
        throw new BadSetting(variable, value, accepted);
    }

    Duration duration(String variable, Duration fallback, Duration least, Duration most) {
        Duration duration = durationOrNull(variable, least, most);
        return duration == null ? fallback : duration;
    }

    @Nullable
    Duration durationOrNull(String variable, Duration least, Duration most) {
        String value = text(variable);
        if (value == null) {
            return null;
        }
        return Durations.parse(value)
                .filter(duration -> duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0)
                .orElseThrow(() -> new BadSetting(
                        variable,
                        value,
                        "a duration from %s to %s, such as 500ms, 15s, 2m, 6h, 7d or PT15S"
                                .formatted(Durations.format(least), Durations.format(most))));
    }

    boolean flag(String variable, boolean fallback) {
        String value = text(variable);
        if (value == null) {
            return fallback;
        }
        String word = value.toLowerCase(Locale.ROOT);
        if (YES.contains(word)) {
            return true;
        }
        if (NO.contains(word)) {
            return false;
        }
        throw new BadSetting(variable, value, "true or false");
    }

    Path path(String variable, String fallback) {
        String value = text(variable);
        try {
            return Path.of(value == null ? fallback : value);
        } catch (InvalidPathException notAPath) {
            throw bad(variable, value == null ? fallback : value, "a path", notAPath);
        }
    }

    String logLevel(String variable, String fallback) {
        String value = text(variable);
        if (value == null) {
            return fallback;
        }
        String level = value.toUpperCase(Locale.ROOT);
        if (level.equals("WARNING")) {
            return "WARN";
        }
        if (!LEVELS.contains(level)) {
            throw new BadSetting(variable, value, "TRACE, DEBUG, INFO, WARN, ERROR or OFF");
        }
        return level;
    }

    /** One of a few words, in any case. */
    <E extends Enum<E>> E word(String variable, E fallback) {
        String value = text(variable);
        if (value == null) {
            return fallback;
        }
        E[] words = fallback.getDeclaringClass().getEnumConstants();
        for (E word : words) {
            if (word.name().equalsIgnoreCase(value)) {
                return word;
            }
        }
        throw new BadSetting(
                variable,
                value,
                Arrays.stream(words)
                        .map(word -> word.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(" or ")));
    }

    /** A secret for {@code Authorization: Bearer}. Its value never stands in a message. */
    @Nullable
    String key(String variable) {
        String value = text(variable);
        if (value == null) {
            return null;
        }
        if (value.length() > LONGEST_KEY || !value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new BadSetting(
                    variable,
                    "%s has a value that no Authorization header can carry; it must be 1 to %d visible ASCII characters without spaces"
                            .formatted(variable, LONGEST_KEY));
        }
        return value;
    }

    @Nullable
    URI httpUrl(String variable) {
        String value = text(variable);
        if (value == null) {
            return null;
        }
        String accepted = "an http or https URL with a host";
        try {
            URI uri = new URI(value);
            boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            if (http && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException notAUri) {
            throw bad(variable, value, accepted, notAUri);
        }
        throw new BadSetting(variable, value, accepted);
    }

    /** The database's URL. It may hold a password, so its value never stands in a message. */
    @Nullable
    String databaseUrl(String variable) {
        String value = text(variable);
        if (value == null) {
            return null;
        }
        try {
            DatabaseUrl.parse(value);
            return value;
        } catch (IllegalArgumentException wrong) {
            var bad =
                    new BadSetting(variable, wrong.getMessage() == null ? variable + " is wrong" : wrong.getMessage());
            bad.initCause(wrong);
            throw bad;
        }
    }

    private static BadSetting bad(String variable, String value, String accepted, Exception cause) {
        var bad = new BadSetting(variable, value, accepted);
        bad.initCause(cause);
        return bad;
    }
}

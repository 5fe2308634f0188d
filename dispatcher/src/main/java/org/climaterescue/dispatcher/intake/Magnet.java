package org.climaterescue.dispatcher.intake;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.climaterescue.protocol.OriginUrl;
import org.climaterescue.protocol.Texts;

/** Magnet links, which are equal when their infohash is (BEP 9; BEP 52 for {@code btmh}). */
final class Magnet {

    /** What stands for the host of every magnet. */
    static final String HOST = "magnet:";

    private static final Pattern SCHEME = Pattern.compile("[\\x00-\\x20]*magnet:", Pattern.CASE_INSENSITIVE);
    private static final Pattern BLANKS = Pattern.compile("[\\x00-\\x20]");
    private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
    private static final Pattern V1_HEX = Pattern.compile("urn:btih:[0-9a-f]{40}");
    private static final Pattern V1_BASE32 = Pattern.compile("urn:btih:[a-z2-7]{32}");
    private static final Pattern V2 = Pattern.compile("urn:btmh:1220[0-9a-f]{64}");

    private Magnet() {}

    /** Whether the URL has the scheme of magnets. */
    static boolean is(String raw) {
        return SCHEME.matcher(raw).lookingAt();
    }

    /** The link with nothing but its infohash, in lower-case hexadecimal. */
    static String canonical(String raw) {
        if (!Texts.storable(raw)) {
            throw CanonicalUrl.bad("holds a character that could not be read");
        }
        List<String> topics = Arrays.stream(BLANKS.matcher(raw).replaceAll("").split("[?&#]", -1))
                .map(part -> OriginUrl.decoded(part).toLowerCase(Locale.ROOT))
                .filter(part -> part.startsWith("xt=") || part.matches("xt\\.\\d+=.*"))
                .map(part -> part.substring(part.indexOf('=') + 1))
                .toList();
        for (String topic : topics) {
            if (V1_HEX.matcher(topic).matches()) {
                return "magnet:?xt=" + topic;
            }
            if (V1_BASE32.matcher(topic).matches()) {
                return "magnet:?xt=urn:btih:" + hex(topic.substring("urn:btih:".length()));
            }
        }
        return topics.stream()
                .filter(topic -> V2.matcher(topic).matches())
                .findFirst()
                .map(topic -> "magnet:?xt=" + topic)
                .orElseThrow(() -> CanonicalUrl.bad("is a magnet link without an infohash (xt=urn:btih:…)"));
    }

    private static String hex(String base32) {
        BigInteger number = BigInteger.ZERO;
        for (int i = 0; i < base32.length(); i++) {
            number = number.shiftLeft(5).or(BigInteger.valueOf(BASE32.indexOf(base32.charAt(i))));
        }
        return String.format("%040x", number);
    }
}

package org.climaterescue.dispatcher.intake;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Magnet links, which are equal when their infohash is (BEP 9; BEP 52 for {@code btmh}). */
final class Magnet {

    /** What stands for the host of every magnet. */
    static final String HOST = "magnet:";

    private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
    private static final Pattern V1_HEX = Pattern.compile("urn:btih:[0-9a-f]{40}");
    private static final Pattern V1_BASE32 = Pattern.compile("urn:btih:[a-z2-7]{32}");
    private static final Pattern V2 = Pattern.compile("urn:btmh:1220[0-9a-f]{64}");

    private Magnet() {}

    /**
     * The link with nothing but its infohash, in lower-case hexadecimal.
     *
     * @param afterScheme what follows {@code magnet:}
     */
    static String canonical(String afterScheme) {
        List<String> topics = Arrays.stream(afterScheme.split("[?&#]", -1))
                .map(part -> part.toLowerCase(Locale.ROOT).replace("%3a", ":"))
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

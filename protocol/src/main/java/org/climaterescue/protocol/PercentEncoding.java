package org.climaterescue.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Percent-encodings in URLs (RFC 3986, section 2.1). */
final class PercentEncoding {

    private static final String UNRESERVED = "-._~";

    private PercentEncoding() {}

    /** Decodes percent-encoded text as UTF-8; what encodes nothing stays. */
    static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        var out = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '%' && i + 2 < bytes.length && isHex(bytes[i + 1]) && isHex(bytes[i + 2])) {
                out.write((Character.digit(bytes[i + 1], 16) << 4) + Character.digit(bytes[i + 2], 16));
                i += 2;
            } else {
                out.write(bytes[i]);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /**
     * Percent-encodings in upper case, unreserved characters decoded (RFC 3986, section 6.2.2). A percent sign that encodes
     * nothing stays and still encodes nothing afterwards: in {@code %%34%31} no digit is decoded that would follow it closely.
     *
     * @param ascii path or query as the WHATWG standard writes it
     */
    static String normalized(String ascii) {
        int next = ascii.indexOf('%');
        if (next < 0) {
            return ascii;
        }
        var out = new StringBuilder(ascii.length());
        int bare = -3;
        for (int i = 0; i < ascii.length(); i++) {
            char c = ascii.charAt(i);
            if (!encodes(ascii, i)) {
                bare = c == '%' ? out.length() : bare;
                out.append(c);
                continue;
            }
            int octet = Character.digit(ascii.charAt(i + 1), 16) * 16 + Character.digit(ascii.charAt(i + 2), 16);
            i += 2;
            if (isUnreserved(octet) && !(isHex(octet) && out.length() - bare <= 2)) {
                out.append((char) octet);
            } else {
                append(out, octet);
            }
        }
        return out.toString();
    }

    /**
     * Percent-encodes each of some characters, and percent signs that encode nothing if the percent sign is one of them.
     *
     * @param which ASCII characters
     */
    static String encoded(String ascii, String which) {
        int first = 0;
        while (first < ascii.length() && which.indexOf(ascii.charAt(first)) < 0) {
            first++;
        }
        if (first == ascii.length()) {
            return ascii;
        }
        var out = new StringBuilder(ascii.length() + 16).append(ascii, 0, first);
        for (int i = first; i < ascii.length(); i++) {
            char c = ascii.charAt(i);
            if (which.indexOf(c) < 0 || encodes(ascii, i)) {
                out.append(c);
            } else {
                append(out, c);
            }
        }
        return out.toString();
    }

    private static void append(StringBuilder out, int octet) {
        out.append('%')
                .append(Character.toUpperCase(Character.forDigit(octet >> 4, 16)))
                .append(Character.toUpperCase(Character.forDigit(octet & 15, 16)));
    }

    private static boolean encodes(String text, int at) {
        return text.charAt(at) == '%'
                && at + 2 < text.length()
                && isHex(text.charAt(at + 1))
                && isHex(text.charAt(at + 2));
    }

    private static boolean isUnreserved(int octet) {
        return (octet >= 'a' && octet <= 'z')
                || (octet >= 'A' && octet <= 'Z')
                || (octet >= '0' && octet <= '9')
                || UNRESERVED.indexOf(octet) >= 0;
    }

    private static boolean isHex(int c) {
        return c < 0x80 && Character.digit(c, 16) >= 0;
    }
}

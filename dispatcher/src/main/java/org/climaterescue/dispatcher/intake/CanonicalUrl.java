package org.climaterescue.dispatcher.intake;

import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.climaterescue.db.intake.AssetUrl;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.protocol.Limits;
import org.jspecify.annotations.Nullable;

/**
 * Reads a URL and brings it into the form by which URLs are equal.
 *
 * <p>Catalogs are full of URLs that no grammar allows and every browser fetches: raw spaces, umlauts, brackets, line breaks
 * in the middle. They are read as the WHATWG URL standard does: white space around is cut off, tabs and line breaks inside
 * are dropped, and what must not stand in a URL is percent-encoded. Percent-encodings are written in upper case and
 * unreserved characters decoded (RFC 3986, section 6.2.2). Path case, slashes, query order and {@code www} say something and
 * stay. Dot segments are left as they are.
 */
public final class CanonicalUrl {

    private static final Map<String, Integer> PORTS = Map.of("http", 80, "https", 443, "ftp", 21);
    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):(.*)", Pattern.DOTALL);
    private static final Pattern AUTHORITY = Pattern.compile("[/\\\\]{2}([^/?#\\\\]*)(.*)", Pattern.DOTALL);
    private static final Pattern HOST_AND_PORT = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^:\\[\\]]*)(?::([0-9]*))?");
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]+(\\.[a-z0-9_-]+)*");
    private static final int LONGEST_NAME = 253;
    private static final int HIGHEST_PORT = 65_535;
    private static final String UNRESERVED = "-._~";
    private static final String ENCODED_BY_BROWSERS = " \"<>`{}|^";

    private CanonicalUrl() {}

    /**
     * Reads a URL.
     *
     * @throws ProblemException 400 that names {@code dataset_url} and says what is wrong
     */
    public static AssetUrl of(String raw) {
        if (raw.length() > Limits.URL_LENGTH) {
            throw bad("is longer than " + Limits.URL_LENGTH + " characters");
        }
        String url = trimmed(raw);
        if (url.isEmpty()) {
            throw bad("is empty");
        }
        Matcher matcher = SCHEME.matcher(url);
        if (!matcher.matches()) {
            throw bad("has no scheme; it must begin with http, https, ftp or magnet");
        }
        String scheme = matcher.group(1).toLowerCase(Locale.ROOT);
        if (scheme.equals("magnet")) {
            return new AssetUrl(raw, Magnet.canonical(matcher.group(2)), Magnet.HOST);
        }
        if (!PORTS.containsKey(scheme)) {
            throw bad("has the scheme %s; only http, https, ftp and magnet are rescued".formatted(scheme));
        }
        return withAuthority(raw, scheme, matcher.group(2));
    }

    private static AssetUrl withAuthority(String raw, String scheme, String rest) {
        Matcher parts = AUTHORITY.matcher(rest);
        if (!parts.matches() || parts.group(1).isEmpty()) {
            throw bad("names no host");
        }
        String authority = parts.group(1);
        if (authority.contains("@")) {
            throw bad("must not hold a user name or password");
        }
        Matcher hostAndPort = HOST_AND_PORT.matcher(authority);
        if (!hostAndPort.matches()) {
            throw bad("names no usable host: " + authority);
        }
        String host = host(hostAndPort.group(1)) + port(scheme, hostAndPort.group(2));
        return new AssetUrl(raw, scheme + "://" + host + resource(parts.group(2)), host);
    }

    private static String host(String written) {
        if (written.startsWith("[")) {
            return written.toLowerCase(Locale.ROOT);
        }
        String name = written.endsWith(".") ? written.substring(0, written.length() - 1) : written;
        String ascii;
        try {
            ascii = IDN.toASCII(name, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException notAName) {
            throw bad("names no usable host: " + written);
        }
        if (ascii.length() > LONGEST_NAME || !NAME.matcher(ascii).matches()) {
            throw bad("names no usable host: " + written);
        }
        return ascii;
    }

    private static String port(String scheme, @Nullable String digits) {
        if (digits == null || digits.isEmpty()) {
            return "";
        }
        if (digits.length() > 9 || Integer.parseInt(digits) > HIGHEST_PORT) {
            throw bad("has no usable port: " + digits);
        }
        int port = Integer.parseInt(digits);
        return port == PORTS.getOrDefault(scheme, -1) ? "" : ":" + port;
    }

    /** Path and query, without the fragment. */
    private static String resource(String written) {
        int fragment = written.indexOf('#');
        String kept = fragment < 0 ? written : written.substring(0, fragment);
        int query = kept.indexOf('?');
        String path = (query < 0 ? kept : kept.substring(0, query)).replace('\\', '/');
        return encoded(path.isEmpty() ? "/" : path) + (query < 0 ? "" : encoded(kept.substring(query)));
    }

    private static String encoded(String part) {
        var out = new StringBuilder(part.length() + 16);
        for (int i = 0; i < part.length(); ) {
            int c = part.codePointAt(i);
            if (c == '%' && i + 2 < part.length() && hex(part.charAt(i + 1)) >= 0 && hex(part.charAt(i + 2)) >= 0) {
                percent(out, hex(part.charAt(i + 1)) * 16 + hex(part.charAt(i + 2)));
                i += 3;
                continue;
            }
            if (c > '~' || ENCODED_BY_BROWSERS.indexOf(c) >= 0) {
                for (byte octet : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                    escape(out, octet & 0xff);
                }
            } else {
                out.appendCodePoint(c);
            }
            i += Character.charCount(c);
        }
        return out.toString();
    }

    private static void percent(StringBuilder out, int octet) {
        boolean unreserved = (octet >= 'a' && octet <= 'z')
                || (octet >= 'A' && octet <= 'Z')
                || (octet >= '0' && octet <= '9')
                || (octet < 0x80 && UNRESERVED.indexOf(octet) >= 0);
        if (unreserved) {
            out.append((char) octet);
        } else {
            escape(out, octet);
        }
    }

    private static void escape(StringBuilder out, int octet) {
        out.append('%')
                .append(Character.toUpperCase(Character.forDigit(octet >> 4, 16)))
                .append(Character.toUpperCase(Character.forDigit(octet & 15, 16)));
    }

    private static int hex(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    private static String trimmed(String raw) {
        var kept = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '\t' && c != '\n' && c != '\r') {
                kept.append(c);
            }
        }
        String url = kept.toString();
        int from = 0;
        int to = url.length();
        while (from < to && url.charAt(from) <= ' ') {
            from++;
        }
        while (to > from && url.charAt(to - 1) <= ' ') {
            to--;
        }
        String plain = url.substring(from, to);
        if (plain.chars().anyMatch(c -> c < ' ' || c == 0x7f || c == 0xfffd)) {
            throw bad("holds a control character or one that could not be read");
        }
        return plain;
    }

    static ProblemException bad(String what) {
        return ProblemException.invalid("dataset_url", "dataset_url " + what);
    }
}

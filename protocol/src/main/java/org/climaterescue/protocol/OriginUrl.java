package org.climaterescue.protocol;

import java.io.ByteArrayOutputStream;
import java.net.IDN;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a file is, read as leniently as a browser reads it (after the WHATWG URL standard) and written so that
 * {@link java.net.URI} takes it: spaces and other characters that a URL must not hold are percent-encoded, dot segments are
 * resolved, the default port and the fragment are dropped, the host is in lower case and in ASCII (IDNA).
 *
 * @param scheme {@code http}, {@code https} or {@code ftp}
 * @param host never empty; an IPv6 address stands in brackets
 * @param port 1 to 65535, or -1 for the scheme's own
 * @param path begins with a slash; percent-encoded
 * @param query percent-encoded, without its question mark; null when there is none
 */
public record OriginUrl(
        String scheme,
        String host,
        int port,
        String path,
        @Nullable String query) {

    private static final Map<String, Integer> DEFAULT_PORTS = Map.of("http", 80, "https", 443, "ftp", 21);
    private static final Pattern SCHEME = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*):(.*)", Pattern.DOTALL);
    private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-f:.]+]");
    private static final Pattern FORBIDDEN_IN_HOST = Pattern.compile("[\\x00-\\x20\\x7f#%/:<>?@\\[\\\\\\]^|\"`{}]");
    private static final int MAX_PORT = 65_535;
    private static final String KEPT_IN_PATH = "-._~!$&'()*+,;=:@/";
    private static final String KEPT_IN_QUERY = KEPT_IN_PATH + "?";

    /** Reads a URL; empty when it is none of the three schemes, names a user, or cannot be read at all. */
    public static Optional<OriginUrl> parse(String raw) {
        var absolute = SCHEME.matcher(withoutControls(raw));
        if (!absolute.matches()) {
            return Optional.empty();
        }
        String scheme = absolute.group(1).toLowerCase(Locale.ROOT);
        Integer defaultPort = DEFAULT_PORTS.get(scheme);
        if (defaultPort == null) {
            return Optional.empty();
        }
        String rest = absolute.group(2).replaceFirst("^[/\\\\]+", "");
        int end = firstOf(rest, "/\\?#");
        return Authority.parse(rest.substring(0, end)).map(authority -> {
            int port = authority.port() == defaultPort ? -1 : authority.port();
            return withTail(scheme, authority.host(), port, rest.substring(end));
        });
    }

    /** Reads a {@code Location} that was given at this URL; empty when it leads nowhere that could be followed. */
    public Optional<OriginUrl> resolve(String location) {
        String reference = withoutControls(location).replace('\\', '/');
        if (SCHEME.matcher(reference).matches()) {
            return parse(reference);
        }
        if (reference.startsWith("//")) {
            return parse(scheme + ":" + reference);
        }
        if (reference.startsWith("/")) {
            return Optional.of(withTail(scheme, host, port, reference));
        }
        if (reference.startsWith("?")) {
            return Optional.of(withTail(scheme, host, port, path + reference));
        }
        if (reference.isEmpty() || reference.startsWith("#")) {
            return Optional.of(this);
        }
        return Optional.of(withTail(scheme, host, port, path.substring(0, path.lastIndexOf('/') + 1) + reference));
    }

    /** The host with its port unless that is the scheme's own. */
    public String authority() {
        return port < 0 ? host : host + ":" + port;
    }

    /** The port to connect to, 1 to 65535. */
    public int effectivePort() {
        return port < 0 ? DEFAULT_PORTS.getOrDefault(scheme, -1) : port;
    }

    /** The same place for the HTTP client. */
    public URI toUri() {
        return URI.create(toString());
    }

    @Override
    public String toString() {
        return scheme + "://" + authority() + path + (query == null ? "" : "?" + query);
    }

    private static OriginUrl withTail(String scheme, String host, int port, String tail) {
        String unfragmented = tail.substring(0, firstOf(tail, "#"));
        int mark = firstOf(unfragmented, "?");
        String path = unfragmented.substring(0, mark).replace('\\', '/');
        String query = mark == unfragmented.length() ? null : unfragmented.substring(mark + 1);
        return new OriginUrl(
                scheme,
                host,
                port,
                withoutDotSegments(encoded(path, KEPT_IN_PATH)),
                query == null ? null : encoded(query, KEPT_IN_QUERY));
    }

    private static String withoutDotSegments(String path) {
        List<String> kept = new ArrayList<>();
        String[] segments = (path.startsWith("/") ? path.substring(1) : path).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            boolean last = i == segments.length - 1;
            String plain = segments[i].toLowerCase(Locale.ROOT).replace("%2e", ".");
            if (plain.equals("..")) {
                if (!kept.isEmpty()) {
                    kept.removeLast();
                }
            } else if (!plain.equals(".")) {
                kept.add(segments[i]);
                continue;
            }
            if (last) {
                kept.add("");
            }
        }
        return "/" + String.join("/", kept);
    }

    /** Percent-encodes what a URL must not hold, and a percent sign that encodes nothing; leaves the rest as it is. */
    private static String encoded(String text, String kept) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            int b = bytes[i] & 0xff;
            boolean plain = b < 0x80 && (isAsciiLetterOrDigit(b) || kept.indexOf(b) >= 0);
            boolean escape = b == '%' && i + 2 < bytes.length && isHex(bytes[i + 1]) && isHex(bytes[i + 2]);
            if (plain || escape) {
                out.append((char) b);
            } else {
                out.append('%').append(String.format(Locale.ROOT, "%02X", b));
            }
        }
        return out.toString();
    }

    private static boolean isAsciiLetterOrDigit(int b) {
        return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9');
    }

    private static boolean isHex(byte b) {
        return Character.digit(b, 16) >= 0;
    }

    /** Decodes percent-encoded text as UTF-8; what encodes nothing stays. */
    public static String decoded(String text) {
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

    private static String withoutControls(String raw) {
        int start = 0;
        int end = raw.length();
        while (start < end && raw.charAt(start) <= ' ') {
            start++;
        }
        while (end > start && raw.charAt(end - 1) <= ' ') {
            end--;
        }
        return raw.substring(start, end).replaceAll("[\\t\\n\\r]", "");
    }

    private static int firstOf(String text, String any) {
        for (int i = 0; i < text.length(); i++) {
            if (any.indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return text.length();
    }

    private record Authority(String host, int port) {

        static Optional<Authority> parse(String text) {
            if (text.indexOf('@') >= 0) {
                return Optional.empty();
            }
            int colon = text.lastIndexOf(':');
            boolean hasPort = colon > text.lastIndexOf(']');
            Optional<Integer> port = hasPort ? port(text.substring(colon + 1)) : Optional.of(-1);
            return port.flatMap(
                    number -> host(hasPort ? text.substring(0, colon) : text).map(host -> new Authority(host, number)));
        }

        private static Optional<Integer> port(String digits) {
            if (digits.isEmpty()) {
                return Optional.of(-1);
            }
            if (digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return Optional.empty();
            }
            int port = Integer.parseInt(digits);
            return port >= 1 && port <= MAX_PORT ? Optional.of(port) : Optional.empty();
        }

        private static Optional<String> host(String text) {
            String plain = decoded(text);
            if (plain.startsWith("[")) {
                String address = plain.toLowerCase(Locale.ROOT);
                return IPV6.matcher(address).matches() ? Optional.of(address) : Optional.empty();
            }
            try {
                String ascii = IDN.toASCII(plain, IDN.ALLOW_UNASSIGNED)
                        .toLowerCase(Locale.ROOT)
                        .replaceFirst("\\.$", "");
                return ascii.isEmpty() || FORBIDDEN_IN_HOST.matcher(ascii).find()
                        ? Optional.empty()
                        : Optional.of(ascii);
            } catch (IllegalArgumentException notAHostName) {
                return Optional.empty();
            }
        }
    }
}

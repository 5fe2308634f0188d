package org.climaterescue.protocol;

import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netpreserve.urlcanon.Canonicalizer;
import org.netpreserve.urlcanon.ParsedUrl;

/**
 * Where a file is, read and written as the WHATWG URL standard does, but without the host's trailing dot and without the
 * fragment: catalogs are full of URLs that no grammar allows and every browser fetches.
 *
 * <p>{@code urlcanon} reads them. Where it falls short of the standard it is corrected here, in {@link HostName} and in
 * {@link #resolve}, and {@code OriginUrlTest} has a line for each.
 *
 * @param scheme {@code http}, {@code https} or {@code ftp}
 * @param host never empty; an IPv6 address stands in brackets
 * @param port 1 to 65535, or -1 for the scheme's own
 * @param path begins with a slash; percent-encoded as the standard asks for
 * @param query percent-encoded, without its question mark; null when there is none
 */
public record OriginUrl(
        String scheme,
        String host,
        int port,
        String path,
        @Nullable String query) {

    private static final Map<String, Integer> DEFAULT_PORTS = Map.of("http", 80, "https", 443, "ftp", 21);
    private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9+.-]*");
    private static final Pattern ABSOLUTE = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*):(.*)", Pattern.DOTALL);
    private static final Pattern PORT = Pattern.compile("0*[0-9]{0,5}");
    private static final int MAX_PORT = 65_535;

    /** What the standard leaves as it is in a path or a query and {@link URI} refuses; a bare percent sign too. */
    private static final String REFUSED_BY_URI = "%\\^`{|}[]";

    /**
     * Reads a URL.
     *
     * @throws UnusableUrl when it is none of the three schemes, names a user, or cannot be read at all
     */
    public static OriginUrl of(String raw) throws UnusableUrl {
        if (!Texts.storable(raw) || raw.indexOf('\ufffd') >= 0) {
            throw new UnusableUrl("holds a character that could not be read");
        }
        ParsedUrl url = ParsedUrl.parseUrl(raw);
        String scheme = scheme(url);
        String portAsWritten = withoutBreaks(url.getPort());
        url.setHost(HostName.read(withoutBreaks(url.getHost())));
        int port = port(portAsWritten);
        Canonicalizer.WHATWG.canonicalize(url);
        if (!url.getUsername().isEmpty() || !url.getPassword().isEmpty()) {
            throw new UnusableUrl("must not hold a user name or password");
        }
        // The library leaves both as they are. Paths: an addition to the standard of 2023.
        String path = PercentEncoding.encoded(url.getPath(), "^");
        String query = PercentEncoding.encoded(url.getQuery(), "'");
        return new OriginUrl(
                scheme,
                HostName.checked(url.getHost()),
                port == DEFAULT_PORTS.getOrDefault(scheme, -1) ? -1 : port,
                path,
                url.getQuestionMark().isEmpty() ? null : query);
    }

    /** Reads a URL; empty when it is none of the three schemes, names a user, or cannot be read at all. */
    public static Optional<OriginUrl> parse(String raw) {
        try {
            return Optional.of(of(raw));
        } catch (UnusableUrl unusable) {
            return Optional.empty();
        }
    }

    /**
     * Reads a {@code Location} that was given at this URL; empty when it leads nowhere that could be followed. The library's
     * own way loses the path before a query alone and the colon before a host alone.
     */
    public Optional<OriginUrl> resolve(String location) {
        String reference = trimmed(withoutBreaks(location));
        var absolute = ABSOLUTE.matcher(reference);
        if (absolute.matches()) {
            String rest = absolute.group(2);
            boolean relative = absolute.group(1).equalsIgnoreCase(scheme) && slashes(rest) < 2;
            return relative ? relative(rest) : parse(reference);
        }
        return relative(reference);
    }

    private Optional<OriginUrl> relative(String reference) {
        String here = scheme + "://" + authority();
        if (slashes(reference) >= 2) {
            return parse(scheme + ":" + reference);
        }
        if (slashes(reference) == 1) {
            return parse(here + reference);
        }
        if (reference.startsWith("?")) {
            return parse(here + path + reference);
        }
        if (reference.isEmpty() || reference.startsWith("#")) {
            return Optional.of(this);
        }
        return parse(here + path.substring(0, path.lastIndexOf('/') + 1) + reference);
    }

    /** The form by which URLs are equal: percent-encodings in upper case, unreserved characters decoded. */
    public String canonical() {
        return written(PercentEncoding.normalized(path), query == null ? null : PercentEncoding.normalized(query));
    }

    /** The host with its port unless that is the scheme's own. */
    public String authority() {
        return port < 0 ? host : host + ":" + port;
    }

    /** The port to connect to, 1 to 65535. */
    public int effectivePort() {
        return port < 0 ? DEFAULT_PORTS.getOrDefault(scheme, -1) : port;
    }

    /** The same place for the HTTP client, with more percent-encoded than a browser would. */
    public URI toUri() {
        return URI.create(written(
                PercentEncoding.encoded(path, REFUSED_BY_URI),
                query == null ? null : PercentEncoding.encoded(query, REFUSED_BY_URI)));
    }

    @Override
    public String toString() {
        return written(path, query);
    }

    /** Decodes percent-encoded text as UTF-8; what encodes nothing stays. */
    public static String decoded(String text) {
        return PercentEncoding.decoded(text);
    }

    private String written(String path, @Nullable String query) {
        String place = scheme + "://" + authority() + path;
        return query == null ? place : place + "?" + query;
    }

    private static String scheme(ParsedUrl url) throws UnusableUrl {
        String scheme = withoutBreaks(url.getScheme()).toLowerCase(Locale.ROOT);
        if (DEFAULT_PORTS.containsKey(scheme)) {
            return scheme;
        }
        throw new UnusableUrl(
                SCHEME.matcher(scheme).matches()
                        ? "has the scheme %s; only http, https, ftp and magnet are rescued"
                                .formatted(Texts.shortened(scheme))
                        : "has no scheme; it must begin with http, https, ftp or magnet");
    }

    private static int port(String digits) throws UnusableUrl {
        if (digits.isEmpty()) {
            return -1;
        }
        int port = PORT.matcher(digits).matches() ? Integer.parseInt(digits) : 0;
        if (port < 1 || port > MAX_PORT) {
            throw new UnusableUrl("has no usable port: " + Texts.shortened(digits));
        }
        return port;
    }

    private static int slashes(String text) {
        int count = 0;
        while (count < text.length() && (text.charAt(count) == '/' || text.charAt(count) == '\\')) {
            count++;
        }
        return count;
    }

    /** Tabs and line breaks count nowhere in a URL. */
    private static String withoutBreaks(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\t' || c == '\n' || c == '\r') {
                return text.replaceAll("[\\t\\n\\r]", "");
            }
        }
        return text;
    }

    private static String trimmed(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && text.charAt(start) <= ' ') {
            start++;
        }
        while (end > start && text.charAt(end - 1) <= ' ') {
            end--;
        }
        return text.substring(start, end);
    }
}

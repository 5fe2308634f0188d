package org.climaterescue.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The name under which a URL's file is wished to be kept: {@code <host>/<path>}, relative to the node's directory.
 *
 * <p>Whatever the URL, the name stays inside that directory and is legal on Linux, macOS and Windows, so that a volunteer may
 * use any disk and carry it to any machine: each segment is 1 to 255 bytes of printable ASCII, is neither {@code .} nor
 * {@code ..}, holds none of {@code / \ : * ? " < > |}, does not end in a dot, and is no device name of Windows. The first segment
 * does not begin with a dot. Percent-encodings of the URL are kept as they are, so that what they encode is never read
 * as a part of a path.
 *
 * <p>As {@code wget} does for Windows, a port is joined to its host by {@code +} and a query to its path by {@code @}. A path
 * that ends in a slash gets the name {@code index.html}. Long segments are cut and end in a part of their digest.
 *
 * <p>Different URLs can wish for the same name; a node then sets one apart with {@link #tagged}.
 *
 * @param segments at least two
 */
public record StoragePath(List<String> segments) {

    private static final int MAX_SEGMENT = 200;
    private static final int MAX_TOTAL = 1000;
    private static final int MAX_EXTENSION = 16;
    private static final String INDEX = "index.html";
    private static final String NEVER_IN_A_NAME = "/\\:*?\"<>|";
    private static final Pattern WINDOWS_DEVICE =
            Pattern.compile("(con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\\$|conout\\$|clock\\$)(\\..*)?");

    /** Keeps a copy of the list. */
    public StoragePath {
        segments = List.copyOf(segments);
    }

    /** The name that a URL wishes for. */
    public static StoragePath of(OriginUrl url) {
        List<String> segments = new ArrayList<>();
        segments.add(hostSegment(url));
        String[] parts = url.path().substring(1).split("/", -1);
        for (int i = 0; i < parts.length - 1; i++) {
            segments.add(segment(parts[i].isEmpty() ? "_" : parts[i]));
        }
        String name = parts[parts.length - 1].isEmpty() ? INDEX : parts[parts.length - 1];
        segments.add(segment(url.query() == null ? name : name + "@" + url.query()));
        StoragePath path = new StoragePath(segments);
        return path.toString().length() <= MAX_TOTAL ? path : path.flattened(url);
    }

    /** A name for the same file that no plain URL wishes for: {@code data.csv} becomes {@code data~tag.csv}. */
    public static String tagged(String name, String tag) {
        int dot = extensionStart(name);
        return name.substring(0, dot) + "~" + tag + name.substring(dot);
    }

    /** What stands for a URL inside a name: 8 hexadecimal digits. */
    public static String digestTag(String text) {
        return hex(text, 4);
    }

    /** The name as a file system that ignores case would see it. */
    public static String folded(String relative) {
        return relative.toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return String.join("/", segments);
    }

    private StoragePath flattened(OriginUrl url) {
        return new StoragePath(List.of(segments.getFirst(), "~" + hex(url.toString(), 16), segments.getLast()));
    }

    private static String hostSegment(OriginUrl url) {
        String host = url.host().replace("[", "").replace("]", "").replace(':', '-');
        String segment = segment(url.port() < 0 ? host : host + "+" + url.port());
        return segment.startsWith(".") ? "_" + segment : segment;
    }

    private static String segment(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b <= ' ' || b == 0x7f || NEVER_IN_A_NAME.indexOf(b) >= 0) {
                out.append('%').append(String.format(Locale.ROOT, "%02X", b));
            } else {
                out.append((char) b);
            }
        }
        String name = shortened(out.toString());
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1) + "%2E";
        }
        if (WINDOWS_DEVICE.matcher(name.toLowerCase(Locale.ROOT)).matches()) {
            int dot = name.indexOf('.');
            name = dot < 0 ? name + "_" : name.substring(0, dot) + "_" + name.substring(dot);
        }
        return name;
    }

    private static String shortened(String name) {
        if (name.length() <= MAX_SEGMENT) {
            return name;
        }
        String extension = name.substring(extensionStart(name));
        String mark = "~" + hex(name, 8);
        return name.substring(0, MAX_SEGMENT - mark.length() - extension.length()) + mark + extension;
    }

    private static int extensionStart(String name) {
        int dot = name.lastIndexOf('.');
        return dot > 0 && name.length() - dot <= MAX_EXTENSION ? dot : name.length();
    }

    private static String hex(String text, int bytes) {
        return Sha256.ofText(text).hex().substring(0, 2 * bytes);
    }
}

package org.climaterescue.dispatcher.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.climaterescue.protocol.Limits;
import org.climaterescue.protocol.OriginUrl;

/**
 * A URL that a catalog wrote wrongly and that everybody reads rightly. Nothing is guessed: what needs a guess stays refused,
 * and prose is never taken for a host.
 *
 * @param url the URL that was meant; {@link OriginUrl} reads it
 * @param note what was done, for people
 */
record UrlRepair(String url, String note) {

    private static final String SCHEME = "(?:https?|ftp)";
    private static final Pattern OPENING = Pattern.compile("^[\\s<>()\\[\\]{}\"'`“”‘’«»,;*-]+(?=\\S)");
    private static final Pattern CLOSING = Pattern.compile("[\\s<>\\]}\"'`“”‘’«»,;*]++$|[\\s)]++$");
    private static final Pattern PROSE_AFTER = Pattern.compile("^(\\S+)\\s+[(\\[<].*$", Pattern.DOTALL);
    private static final Pattern GLUED = ignoringCase("^" + SCHEME + "[:/]*[<(\\[\"']+(" + SCHEME + "://.+)$");
    private static final Pattern MISSPELT = ignoringCase("^(?:hh+ttp|h*ttp|htp|htt|httpp)(s?)://+(?=[^/\\s])");
    private static final Pattern COLON = ignoringCase("^(" + SCHEME + ")(?:|;|::+|:;|;:)//(?=[^/\\s])");
    private static final Pattern SLASH = ignoringCase("^(" + SCHEME + "):/(?=[^/\\\\])");
    private static final Pattern ESCAPED = Pattern.compile("&amp;");
    private static final Pattern GAP = ignoringCase("^(" + SCHEME + ")\\s*:\\s*//\\s+(?=\\S)");
    private static final Pattern BARE =
            ignoringCase("^(?::?//)?((?:[a-z0-9_-]{1,63}\\.)+([a-z]{2,24}))(?::\\d{1,5})?(?:[/?#].*)?$");

    /** Two labels are enough for these: {@code noaa.gov}. */
    private static final Set<String> COMMON = Set.of("gov", "mil", "edu", "org", "com", "net");

    private static final Set<String> COUNTRIES = Set.of(Locale.getISOCountries());

    /** Countries that file names end in: NetCDF, Markdown, scripts, PostScript. */
    private static final Set<String> FILES = Set.of("NC", "MD", "PY", "PL", "PS", "SH", "RS", "AI", "CC", "SO", "TF");

    /**
     * What was meant.
     *
     * @param written as the catalog gives it
     * @return empty when the URL can be used as it is, or is beyond repair
     */
    static Optional<UrlRepair> of(String written) {
        if (written.length() > Limits.URL_LENGTH || isUsable(written)) {
            return Optional.empty();
        }
        List<String> notes = new ArrayList<>();
        String url = unwrapped(written, notes);
        url = replaced(url, GLUED, "$1", "the URL inside another scheme taken", notes);
        url = replaced(url, PROSE_AFTER, "$1", "what follows the URL taken away", notes);
        url = unwrapped(url, notes);
        url = replaced(url, GAP, "$1://", "white space before the host taken away", notes);
        url = replaced(url, MISSPELT, "http$1://", "the misspelt scheme corrected", notes);
        url = replaced(url, COLON, "$1://", "the colon after the scheme corrected", notes);
        if (isHost(url)) {
            notes.add("https:// put before the host");
            url = "https://" + url.substring(url.indexOf("//") == 0 ? 2 : url.startsWith("://") ? 3 : 0);
        }
        return corrected(url, notes);
    }

    /** What was meant by a URL that could be fetched as it is, and would then be another one than the catalog means. */
    static Optional<UrlRepair> ofSlip(String written) {
        return corrected(written, new ArrayList<>());
    }

    private static Optional<UrlRepair> corrected(String text, List<String> notes) {
        String url = replaced(text, SLASH, "$1://", "the slashes after the scheme completed", notes);
        url = replaced(url, ESCAPED, "&", "&amp; read as &", notes);
        boolean repaired = !notes.isEmpty()
                && url.length() <= Limits.URL_LENGTH
                && OriginUrl.parse(url).filter(read -> hasDot(read.host())).isPresent();
        return repaired ? Optional.of(new UrlRepair(url, String.join("; ", notes))) : Optional.empty();
    }

    private static boolean isUsable(String written) {
        return OriginUrl.parse(written).isPresent();
    }

    private static String unwrapped(String text, List<String> notes) {
        String open = OPENING.matcher(text).replaceFirst("");
        Matcher closing = CLOSING.matcher(open);
        // A bracket at the end belongs to the URL when it has another inside.
        boolean ends = closing.find() && !(closing.group().contains(")") && open.indexOf('(') >= 0);
        String url = ends ? open.substring(0, closing.start()) : open;
        String note = "brackets, quotes or marks around it taken away";
        if (!url.strip().equals(text.strip()) && !notes.contains(note)) {
            notes.add(note);
        }
        return url.strip();
    }

    private static String replaced(String text, Pattern wrong, String right, String note, List<String> notes) {
        String corrected = wrong.matcher(text).replaceAll(right);
        if (!corrected.equals(text)) {
            notes.add(note);
        }
        return corrected;
    }

    private static boolean isHost(String text) {
        Matcher bare = BARE.matcher(text);
        if (!bare.matches() || text.chars().anyMatch(c -> c <= ' ')) {
            return false;
        }
        String name = bare.group(1).toLowerCase(Locale.ROOT);
        String end = bare.group(2).toUpperCase(Locale.ROOT);
        long dots = name.chars().filter(c -> c == '.').count();
        boolean country = COUNTRIES.contains(end) || end.equals("UK") || end.equals("EU");
        return COMMON.contains(end.toLowerCase(Locale.ROOT))
                || (dots >= 2 && (end.equals("INT") || end.equals("INFO")))
                || (dots >= 2 && country && (name.startsWith("www.") || !FILES.contains(end)));
    }

    private static boolean hasDot(String host) {
        return host.indexOf('.') > 0;
    }

    private static Pattern ignoringCase(String pattern) {
        return Pattern.compile(pattern, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }
}

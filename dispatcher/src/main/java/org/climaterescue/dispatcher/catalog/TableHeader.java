package org.climaterescue.dispatcher.catalog;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a table is laid out.
 *
 * @param separator between two columns
 * @param columns the member of a row that each column gives, null for one that is not needed
 * @param headed whether the first row is a header
 */
record TableHeader(char separator, List<@Nullable String> columns, boolean headed) {

    /** A column of sizes in a unit that its name does not say. */
    static final String SIZE = "size";

    private static final char[] SEPARATORS = {',', ';', '\t'};

    /** Members of a row by their names without spaces, underscores and case; so {@code Download URL} is one too. */
    private static final Map<String, String> MEMBERS = Stream.concat(
                    Records.URL_MEMBERS.stream(),
                    Stream.of(
                            "request_id",
                            "name",
                            "dataset",
                            "organization",
                            "size_bytes",
                            SIZE,
                            "sha256",
                            "priority",
                            "copies",
                            "payload"))
            .collect(Collectors.toUnmodifiableMap(TableHeader::plain, member -> member));

    private static final Pattern URL =
            Pattern.compile("\"?\\s*(https?|ftp)://\\S.*|magnet:\\?.*", Pattern.CASE_INSENSITIVE);
    private static final int MOST_NAMES = 30;
    private static final int LONGEST_NAME = 60;

    /**
     * Reads the first row.
     *
     * @throws BrokenCatalog when no column holds URLs
     */
    static TableHeader of(Beginning beginning) throws BrokenCatalog {
        String first = beginning
                .text()
                .lines()
                .filter(line -> !line.isBlank())
                .findFirst()
                .orElse("");
        if (URL.matcher(first.strip()).matches()) {
            // URLs hold commas and semicolons, but no tabs.
            return new TableHeader('\t', List.of("url"), false);
        }
        List<String> names = List.of();
        for (char separator : SEPARATORS) {
            List<String> row = firstRow(beginning.text(), separator);
            List<@Nullable String> columns = columns(row);
            if (columns.stream().anyMatch(column -> column != null && Records.URL_MEMBERS.contains(column))) {
                return new TableHeader(separator, columns, true);
            }
            names = row.size() > names.size() ? row : names;
        }
        throw new BrokenCatalog("no column holds URLs: its first line names the columns %s, and one must be called %s"
                .formatted(
                        names.stream()
                                .filter(name -> !name.isBlank())
                                .limit(MOST_NAMES)
                                .map(name -> '"' + BoundedJson.start(name.strip(), LONGEST_NAME) + '"')
                                .collect(Collectors.joining(", ")),
                        String.join(" or ", Records.URL_MEMBERS)));
    }

    private static List<String> firstRow(String text, char separator) {
        try (CsvReader<CsvRecord> rows = TableReader.lenient(separator).ofCsvRecord(text)) {
            Iterator<CsvRecord> all = rows.iterator();
            while (all.hasNext()) {
                List<String> row = all.next().getFields();
                if (row.size() > 1 || !row.getFirst().isBlank()) {
                    return row;
                }
            }
            return List.of();
        } catch (CsvParseException endless) {
            return List.of();
        } catch (IOException e) {
            throw new IllegalStateException("a text in memory cannot break off", e);
        }
    }

    /** Of two columns for the same member the first counts. */
    private static List<@Nullable String> columns(List<String> names) {
        List<@Nullable String> members = new ArrayList<>(
                names.stream().map(name -> MEMBERS.get(plain(name))).toList());
        IntStream.range(0, members.size())
                .filter(i -> members.indexOf(members.get(i)) < i)
                .forEach(i -> members.set(i, null));
        return members;
    }

    private static String plain(String name) {
        return name.strip().toLowerCase(Locale.ROOT).replaceAll("[\\s_-]", "");
    }
}

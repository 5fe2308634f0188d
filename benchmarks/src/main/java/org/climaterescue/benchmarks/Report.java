package org.climaterescue.benchmarks;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A table that grows row by row and is printed at the end; each row is told at once, for runs are long. */
final class Report {

    private final List<String> head;
    private final int words;
    private final List<String[]> rows = new ArrayList<>();

    /**
     * Begins it.
     *
     * @param words how many of the columns, from the left, are no numbers
     */
    Report(int words, String... head) {
        this.words = words;
        this.head = List.of(head);
    }

    void add(String... row) {
        rows.add(row);
        System.err.println(String.join(" | ", row));
    }

    void print() {
        List<Column> columns = IntStream.range(0, head.size())
                .mapToObj(i -> new Column()
                        .header(head.get(i))
                        .dataAlign(i < words ? HorizontalAlign.LEFT : HorizontalAlign.RIGHT)
                        .maxWidth(100))
                .toList();
        System.out.println(AsciiTable.getTable(columns.toArray(Column[]::new), rows.toArray(String[][]::new)));
    }

    static String whole(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    static String whole(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    /** With a digit or two behind the point, or a dash for what there is none of. */
    static String fine(@Nullable Double value) {
        return value == null ? "–" : String.format(Locale.ROOT, value < 10 ? "%.2f" : "%,.1f", value);
    }
}

package org.climaterescue.cli;

import static com.github.freva.asciitable.HorizontalAlign.LEFT;
import static com.github.freva.asciitable.HorizontalAlign.RIGHT;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import com.github.freva.asciitable.OverflowBehaviour;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A table for the terminal: a head, a rule, rows; no borders. */
final class Table {

    private static final int WIDEST = 60;
    private static final int LONGEST_LINE = 90;

    /** Words of fewer characters than this are not worth reading. */
    private static final int NARROWEST = 6;

    /** What the table puts around a cell. */
    private static final int PADDING = 2;

    /** By how much the rule is longer than the rows. */
    private static final int RULE_END = 1;

    /** Nothing but the rule under the head (see {@link AsciiTable#BASIC_ASCII} for the positions). */
    private static final Character[] RULE_UNDER_HEAD = rule();

    private final List<Head> heads = new ArrayList<>();
    private final List<String[]> rows = new ArrayList<>();

    /** Adds a column of words. */
    Table words(String head) {
        return column(head, Kind.WORDS);
    }

    /** Adds a column of words that a narrow terminal does without. */
    Table extra(String head) {
        return column(head, Kind.EXTRA);
    }

    /** Adds a column of ids and the like, which are useless unless they are whole. */
    Table ids(String head) {
        return column(head, Kind.IDS);
    }

    /** Adds a column of numbers. */
    Table numbers(String head) {
        return column(head, Kind.NUMBERS);
    }

    /** Adds a column of sentences, which go on in the next line. */
    Table sentences(String head) {
        return column(head, Kind.SENTENCES);
    }

    /** Adds a row with one cell a column. */
    Table row(Object... cells) {
        rows.add(Arrays.stream(cells).map(cell -> Words.plain(cell.toString())).toArray(String[]::new));
        return this;
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    @Override
    public String toString() {
        return within(Integer.MAX_VALUE);
    }

    /**
     * The table as lines of at most so many characters, as far as that can be: columns that a narrow terminal does without go, the
     * last first, then the widest words are cut.
     */
    String within(int width) {
        List<Integer> shown = new ArrayList<>();
        int[] widths = new int[heads.size()];
        for (int i = 0; i < widths.length; i++) {
            shown.add(i);
            widths[i] = natural(i);
        }
        while (narrowest(shown, widths) > width && dispensable(shown).isPresent()) {
            shown.remove((Object) dispensable(shown).get());
        }
        while (total(shown, widths) > width && widestToCut(shown, widths).isPresent()) {
            widths[widestToCut(shown, widths).get()]--;
        }
        return drawn(shown, widths);
    }

    private String drawn(List<Integer> shown, int[] widths) {
        Column[] columns = shown.stream()
                .map(i -> heads.get(i).kind.column(heads.get(i).text, widths[i]))
                .toArray(Column[]::new);
        String[][] cells = rows.stream()
                .map(row -> shown.stream().map(i -> row[i]).toArray(String[]::new))
                .toArray(String[][]::new);
        String table = AsciiTable.builder()
                .border(RULE_UNDER_HEAD)
                .lineSeparator("\n")
                .data(columns, cells)
                .asString();
        return table.lines().map(String::stripTrailing).collect(Collectors.joining("\n"));
    }

    private int natural(int column) {
        int widest = rows.stream().mapToInt(row -> row[column].length()).max().orElse(0);
        return Math.max(heads.get(column).text.length(), Math.min(widest, heads.get(column).kind.widest));
    }

    private int total(List<Integer> shown, int[] widths) {
        return RULE_END + shown.stream().mapToInt(i -> widths[i] + PADDING).sum();
    }

    private int narrowest(List<Integer> shown, int[] widths) {
        return RULE_END
                + shown.stream()
                        .mapToInt(i -> PADDING + (heads.get(i).kind.cut ? Math.min(widths[i], NARROWEST) : widths[i]))
                        .sum();
    }

    private Optional<Integer> dispensable(List<Integer> shown) {
        return shown.reversed().stream()
                .filter(i -> heads.get(i).kind == Kind.EXTRA)
                .findFirst();
    }

    private Optional<Integer> widestToCut(List<Integer> shown, int[] widths) {
        return shown.stream()
                .filter(i -> heads.get(i).kind.cut && widths[i] > NARROWEST)
                .max(Comparator.comparingInt(i -> widths[i]));
    }

    private Table column(String text, Kind kind) {
        heads.add(new Head(text, kind));
        return this;
    }

    private static Character[] rule() {
        Character[] border = AsciiTable.NO_BORDERS.clone();
        border[8] = '─';
        return border;
    }

    private record Head(String text, Kind kind) {}

    /** What a column holds. */
    private enum Kind {
        WORDS(LEFT, WIDEST, true, OverflowBehaviour.ELLIPSIS_RIGHT),
        EXTRA(LEFT, WIDEST, true, OverflowBehaviour.ELLIPSIS_RIGHT),
        IDS(LEFT, Integer.MAX_VALUE, false, OverflowBehaviour.ELLIPSIS_RIGHT),
        NUMBERS(RIGHT, WIDEST, false, OverflowBehaviour.ELLIPSIS_RIGHT),
        SENTENCES(LEFT, LONGEST_LINE, true, OverflowBehaviour.NEWLINE);

        private final HorizontalAlign align;
        private final int widest;
        private final boolean cut;
        private final OverflowBehaviour overflow;

        Kind(HorizontalAlign align, int widest, boolean cut, OverflowBehaviour overflow) {
            this.align = align;
            this.widest = widest;
            this.cut = cut;
            this.overflow = overflow;
        }

        private Column column(String head, int width) {
            return new Column().header(head).headerAlign(align).dataAlign(align).maxWidth(width + PADDING, overflow);
        }
    }
}

package org.climaterescue.cli;

import static com.github.freva.asciitable.HorizontalAlign.LEFT;
import static com.github.freva.asciitable.HorizontalAlign.RIGHT;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import com.github.freva.asciitable.OverflowBehaviour;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A table for the terminal: a head, a rule, rows; no borders. */
final class Table {

    private static final int WIDEST = 60;
    private static final int LONGEST_LINE = 90;

    /** Nothing but the rule under the head (see {@link AsciiTable#BASIC_ASCII} for the positions). */
    private static final Character[] RULE_UNDER_HEAD = rule();

    private final List<Column> columns = new ArrayList<>();
    private final List<String[]> rows = new ArrayList<>();

    /** Adds a column of words. */
    Table words(String head) {
        return column(head, LEFT);
    }

    /** Adds a column of numbers. */
    Table numbers(String head) {
        return column(head, RIGHT);
    }

    /** Adds a column of sentences, which go on in the next line. */
    Table sentences(String head) {
        columns.add(new Column()
                .header(head)
                .headerAlign(LEFT)
                .dataAlign(LEFT)
                .maxWidth(LONGEST_LINE, OverflowBehaviour.NEWLINE));
        return this;
    }

    /** Adds a row with one cell a column. */
    Table row(Object... cells) {
        String[] row = new String[cells.length];
        for (int i = 0; i < cells.length; i++) {
            row[i] = cells[i].toString();
        }
        rows.add(row);
        return this;
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    @Override
    public String toString() {
        String table = AsciiTable.builder()
                .border(RULE_UNDER_HEAD)
                .lineSeparator("\n")
                .data(columns.toArray(Column[]::new), rows.toArray(String[][]::new))
                .asString();
        return table.lines().map(String::stripTrailing).collect(Collectors.joining("\n"));
    }

    private Table column(String head, HorizontalAlign align) {
        columns.add(new Column()
                .header(head)
                .headerAlign(align)
                .dataAlign(align)
                .maxWidth(WIDEST, OverflowBehaviour.ELLIPSIS_RIGHT));
        return this;
    }

    private static Character[] rule() {
        Character[] border = AsciiTable.NO_BORDERS.clone();
        border[8] = '─';
        return border;
    }
}

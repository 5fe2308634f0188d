package org.climaterescue.dispatcher.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.climaterescue.db.catalog.CatalogRecord;

/**
 * Reads tables (CSV, or with semicolons or tabs) and lists of a URL a line: one asset a row. A row may have fewer or more
 * columns than the header. Its position is the line in which it begins.
 *
 * <p>A column called {@code size} says nothing of its unit. It is read as bytes only if all of the first rows hold whole
 * numbers or nothing there, and one of them is so large that it would be an odd number of anything else; else it is ignored.
 */
final class TableReader {

    /** A quote that is never closed makes a field of all that follows. */
    private static final int LONGEST_FIELD = 4 * 1024 * 1024;

    private static final int ROWS_TO_JUDGE_BY = 200;
    private static final long SURELY_BYTES = 1000;

    private final TableHeader header;
    private final Records records;
    private final RowSink sink;
    private final List<TableRows.Row> waiting = new ArrayList<>();
    private boolean sizeInBytes;
    private boolean judged;
    private final TableRows rows;

    private TableReader(TableHeader header, Records records, RowSink sink) {
        this.header = header;
        this.records = records;
        this.sink = sink;
        this.rows = new TableRows(header.columns());
        this.judged = !header.columns().contains(TableHeader.SIZE);
    }

    static void read(Reader text, TableHeader header, Records records, RecordSink sink)
            throws BrokenCatalog, InterruptedException {
        new TableReader(header, records, new RowSink(sink)).read(text);
    }

    private void read(Reader text) throws BrokenCatalog, InterruptedException {
        CsvReader<TableRows.Row> reader =
                lenient(header.separator()).maxBufferSize(LONGEST_FIELD).build(rows, text);
        Iterator<TableRows.Row> all = reader.iterator();
        boolean inHeader = header.headed();
        try {
            while (all.hasNext()) {
                TableRows.Row row = all.next();
                if (row.blank()) {
                    continue;
                }
                if (inHeader) {
                    inHeader = false;
                } else {
                    accept(row);
                }
            }
        } catch (CsvParseException wrong) {
            if (wrong.getCause() != null) {
                throw new IllegalStateException("an error inside the reading of tables", wrong.getCause());
            }
            // Whatever else can be wrong with a table is allowed.
            throw new BrokenCatalog(
                    "the row that begins at line %d does not end: a quote is not closed, or a field is longer than %d characters"
                            .formatted(rows.line(), LONGEST_FIELD));
        } catch (UncheckedIOException wrong) {
            throw BrokenCatalog.atLine(rows.line(), Objects.requireNonNull(wrong.getCause()));
        } finally {
            judge();
        }
    }

    /** Takes all that can be understood; a table that ends inside a quote has lost rows, and is refused. */
    @SuppressWarnings("removal") // There is no other way to read on after a field such as "Ice" 2024.
    static CsvReader.CsvReaderBuilder lenient(char separator) {
        return CsvReader.builder()
                .fieldSeparator(separator)
                .skipEmptyLines(true)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .allowExtraCharsAfterClosingQuote(true)
                .allowUnclosedQuote(false);
    }

    private void accept(TableRows.Row row) throws InterruptedException {
        if (judged) {
            sink.accept(record(row));
            return;
        }
        waiting.add(row);
        if (waiting.size() == ROWS_TO_JUDGE_BY) {
            judge();
        }
    }

    private void judge() throws InterruptedException {
        if (judged) {
            return;
        }
        judged = true;
        long largest = 0;
        boolean whole = true;
        for (TableRows.Row row : waiting) {
            String size = Records.text(row.fields().get(TableHeader.SIZE));
            Long bytes = size == null ? Long.valueOf(0) : Records.bytes(size);
            whole &= bytes != null;
            largest = Math.max(largest, bytes == null ? 0 : bytes);
        }
        sizeInBytes = whole && largest >= SURELY_BYTES;
        for (TableRows.Row row : waiting) {
            sink.accept(record(row));
        }
        waiting.clear();
    }

    private CatalogRecord record(TableRows.Row row) {
        ObjectNode fields = row.fields();
        JsonNode size = fields.remove(TableHeader.SIZE);
        if (sizeInBytes && size != null && !fields.has("size_bytes") && Records.bytes(size.textValue()) != null) {
            fields.set("size_bytes", size);
        }
        return records.tableRow("line " + row.line(), fields);
    }
}

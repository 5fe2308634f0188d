package org.climaterescue.dispatcher.catalog;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.RecordType;
import java.util.List;
import org.climaterescue.protocol.Limits;
import org.jspecify.annotations.Nullable;

/** Takes of each row what a column is needed for; the rest is dropped where it stands in the buffer. */
final class TableRows extends AbstractBaseCsvCallbackHandler<TableRows.Row> {

    /** One more than the longest URL, so that a longer one is still seen to be too long. */
    private static final int LONGEST_TEXT = Limits.URL_LENGTH + 1;

    private static final int LONGEST_PAYLOAD = 64 * 1024;

    private final List<@Nullable String> columns;
    private ObjectNode fields = JsonNodeFactory.instance.objectNode();
    private boolean blank = true;
    private long line;

    TableRows(List<@Nullable String> columns) {
        this.columns = columns;
    }

    /**
     * One row.
     *
     * @param line in which it begins, from 1
     * @param blank whether it is a line of white space
     * @param fields those that hold something, by the members that they give
     */
    record Row(long line, boolean blank, ObjectNode fields) {}

    @Override
    protected void handleBegin(long startingLineNumber) {
        fields = JsonNodeFactory.instance.objectNode();
        blank = true;
        line = startingLineNumber;
    }

    /** In which the row begins that is being read, or was last; 0 before the first. */
    long line() {
        return line;
    }

    @Override
    protected void handleField(int index, char[] buffer, int offset, int length, boolean quoted) {
        int from = offset;
        int to = offset + length;
        while (from < to && Character.isWhitespace(buffer[from])) {
            from++;
        }
        while (to > from && Character.isWhitespace(buffer[to - 1])) {
            to--;
        }
        blank &= index == 0 && from == to;
        String member = index < columns.size() ? columns.get(index) : null;
        if (member != null && from < to) {
            int most = member.equals("payload") ? LONGEST_PAYLOAD : LONGEST_TEXT;
            fields.put(member, BoundedJson.storable(new String(buffer, from, Math.min(to - from, most))));
        }
    }

    @Override
    protected Row buildRecord() {
        return new Row(line, blank && getRecordType() == RecordType.DATA && getFieldCount() == 1, fields);
    }
}

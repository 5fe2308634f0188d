package org.climaterescue.db.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.climaterescue.db.Sql;
import org.jspecify.annotations.Nullable;

/** Reads catalogs. Every method needs an open transaction. */
public final class Catalogs {

    private static final String SELECT = """
            select catalog_no, name, format, status, error, datasets, added, updated, unchanged, duplicates, rejected,
                   repaired, gone, file_bytes, bytes_read, started_at, finished_at
            from catalog
            """;

    private Catalogs() {}

    /**
     * One catalog as it stands.
     *
     * @param status {@code importing}, {@code imported} or {@code failed}
     * @param error where and why the import broke off; null unless it failed
     * @param gone what an earlier import gave and this one, read whole, names no more
     * @param fileBytes the size of the file as it was sent; null if it is not known
     * @param bytesRead how much of it has been read
     * @param finishedAt null while it is importing
     */
    public record Row(
            int catalogNo,
            String name,
            String format,
            String status,
            @Nullable String error,
            long datasets,
            Counts counts,
            long gone,
            @Nullable Long fileBytes,
            long bytesRead,
            Instant startedAt,
            @Nullable Instant finishedAt) {

        static Row from(Sql.Row row) throws SQLException {
            return new Row(
                    row.integer("catalog_no"),
                    row.text("name"),
                    row.text("format"),
                    row.text("status"),
                    row.textOrNull("error"),
                    row.number("datasets"),
                    Counts.from(row),
                    row.number("gone"),
                    row.numberOrNull("file_bytes"),
                    row.number("bytes_read"),
                    row.time("started_at"),
                    row.timeOrNull("finished_at"));
        }
    }

    /** A record that was refused; {@code no} grows in the order of the file. */
    public record Rejected(long no, String position, String reason, String record) {}

    /** Newest first. */
    public static List<Row> page(Connection connection, long before, int limit) throws SQLException {
        return Sql.of(connection, SELECT + "where catalog_no < ? order by catalog_no desc limit ?", before, limit)
                .list(Row::from);
    }

    public static Optional<Row> one(Connection connection, long catalogNo) throws SQLException {
        return Sql.of(connection, SELECT + "where catalog_no = ?", catalogNo).first(Row::from);
    }

    public static List<Rejected> rejected(Connection connection, long catalogNo, long after, int limit)
            throws SQLException {
        return Sql.of(connection, """
                        select rejected_no, position, reason, record from catalog_rejected
                        where catalog_no = ? and rejected_no > ? order by rejected_no limit ?
                        """, catalogNo, after, limit)
                .list(row -> new Rejected(
                        row.number("rejected_no"), row.text("position"), row.text("reason"), row.text("record")));
    }
}

package org.climaterescue.db;

import de.bytefish.pgbulkinsert.PgBulkInsert;
import de.bytefish.pgbulkinsert.mapping.AbstractMapping;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import org.postgresql.PGConnection;

/**
 * Writes rows into one table by PostgreSQL's {@code COPY} in its binary form. Many rows cost half of what a statement with an array
 * a column does; none of them may be in conflict with another.
 *
 * @param <T> what a row is made of
 */
public final class Copy<T> {

    private final PgBulkInsert<T> table;

    /** Into the table and columns that the mapping names. */
    public Copy(AbstractMapping<T> mapping) {
        this.table = new PgBulkInsert<>(mapping);
    }

    /** Writes all rows, or none when one is refused; needs an open transaction. */
    public void write(Connection connection, Collection<T> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try {
            table.saveAll(connection.unwrap(PGConnection.class), rows);
        } catch (RuntimeException wrapped) {
            for (Throwable cause = wrapped.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException refused) {
                    throw refused;
                }
            }
            throw wrapped;
        }
    }
}

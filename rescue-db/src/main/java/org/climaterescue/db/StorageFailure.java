package org.climaterescue.db;

import java.io.Serial;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/** The database refused a statement or is away; {@link #away()} tells which. */
public final class StorageFailure extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final SQLException failure;

    public StorageFailure(SQLException failure) {
        super(failure.getMessage(), failure);
        this.failure = failure;
    }

    /** PostgreSQL's five-character code; empty when the driver gave none. */
    public String sqlState() {
        return failure.getSQLState() == null ? "" : failure.getSQLState();
    }

    /** Whether the database cannot be reached or is starting or stopping, so that the same call may succeed later. */
    public boolean away() {
        String state = sqlState();
        return failure instanceof SQLTransientConnectionException
                || state.startsWith("08")
                || state.startsWith("57P")
                || state.startsWith("53");
    }
}

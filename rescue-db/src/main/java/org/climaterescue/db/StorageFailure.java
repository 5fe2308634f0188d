package org.climaterescue.db;

import java.io.Serial;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;

/** The database refused a statement or is away; {@link #away()} tells which. */
public final class StorageFailure extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * What the pool says, without a code, of a connection that it has dropped because its server went away. The rollback meets it,
     * and takes the place of the failure that told more.
     */
    private static final String DROPPED = "Connection is closed";

    private final SQLException failure;

    public StorageFailure(SQLException failure) {
        super(failure.getMessage(), failure);
        this.failure = failure;
    }

    /** PostgreSQL's five-character code; empty when the driver gave none. */
    public String sqlState() {
        return failure.getSQLState() == null ? "" : failure.getSQLState();
    }

    /** Whether another transaction was in the way, a deadlock or a serialization failure: tried again at once it may succeed. */
    public boolean lostRace() {
        return sqlState().equals("40P01") || sqlState().equals("40001");
    }

    /**
     * Whether the database cannot be reached, starts, stops, is out of room, does not get a statement done in time or has become
     * a standby, so that the same call may succeed later.
     */
    public boolean away() {
        return away(failure);
    }

    /** Whether a lock, or the end of a statement, was waited for too long. */
    public boolean waitedInVain() {
        return waitedInVain(failure);
    }

    private static boolean waitedInVain(SQLException failure) {
        // A lock, and a statement, that took longer than this program allows.
        return "55P03".equals(failure.getSQLState()) || "57014".equals(failure.getSQLState());
    }

    /** {@link #away()} for a failure that came from elsewhere. */
    public static boolean away(SQLException failure) {
        String state = failure.getSQLState() == null ? "" : failure.getSQLState();
        // Classes of PostgreSQL's error codes: 08 connection, 57P the server stops or starts, 53 no disk, memory or
        // connections. Then: a statement or a lock that took longer than this program allows, a server that only reads.
        return failure instanceof SQLTransientConnectionException
                || failure instanceof SQLNonTransientConnectionException
                || failure instanceof SQLRecoverableException
                || DROPPED.equals(failure.getMessage())
                || state.startsWith("08")
                || state.startsWith("57P")
                || state.startsWith("53")
                || waitedInVain(failure)
                || readOnly(failure);
    }

    /** Whether the server only reads, as a former primary does after a failover. */
    static boolean readOnly(SQLException failure) {
        return "25006".equals(failure.getSQLState());
    }

    /** Whether a text was refused because no text in the database may hold such a character. */
    public static boolean unstorableText(SQLException failure) {
        return "22021".equals(failure.getSQLState()) || "22P05".equals(failure.getSQLState());
    }

    /** Whether a value of the row was refused: class 22, data, or 23, constraints. */
    public boolean refusesValue() {
        return sqlState().startsWith("22") || sqlState().startsWith("23");
    }
}

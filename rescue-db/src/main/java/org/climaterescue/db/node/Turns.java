package org.climaterescue.db.node;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import org.climaterescue.db.Sql;

/** Whose turn it is, over all dispatchers: their rounds run one after the other. Every method needs an open transaction. */
@Singleton
public final class Turns {

    /** The number of the lock that a round holds; any that nobody else uses. */
    private static final long ROUND = 0x726f756e64L;

    /**
     * Waits until no other instance is in a round, and keeps the others waiting until this transaction ends. What is read after
     * this sees all that their rounds gave out. It comes first in the transaction, for whatever is locked before it stays locked
     * for as long as all the rounds before this one take. An instance that stops in the middle of its round is cut off.
     */
    public void take(Connection connection) throws SQLException {
        Sql.of(connection, """
                        select set_config('idle_in_transaction_session_timeout', '5s', true), pg_advisory_xact_lock(?)
                        """, ROUND).one(row -> true);
    }
}

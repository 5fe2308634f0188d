package org.climaterescue.db;

import io.micronaut.transaction.TransactionOperations;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;

/** Runs work inside one transaction (READ COMMITTED) of the state of record. */
@Singleton
public final class Transactions {

    private static final int TRIES = 5;

    private final TransactionOperations<Connection> operations;

    Transactions(TransactionOperations<Connection> operations) {
        this.operations = operations;
    }

    /**
     * Commits what {@code work} did when it returns, rolls back when it throws. Work that lost a deadlock is run again, so
     * it must not have effects outside the database.
     *
     * @throws StorageFailure when the database refuses or is away
     */
    public <T> T in(Work<T> work) {
        for (int tried = 1; ; tried++) {
            try {
                return once(work);
            } catch (StorageFailure e) {
                if (tried == TRIES || !e.lostRace()) {
                    throw e;
                }
            }
        }
    }

    /**
     * As {@link #in}, for work that reads or writes a lot and that nobody on the way of a task waits for: its statements may take
     * 55 s instead of 10.
     */
    public <T> T atLength(Work<T> work) {
        return in(connection -> {
            Sql.of(
                            connection,
                            "select set_config('statement_timeout', ?, true)",
                            Database.LONG_STATEMENT.toMillis() + "ms")
                    .one(row -> true);
            // The pool takes this back.
            connection.setNetworkTimeout(Runnable::run, (int)
                    Database.LONG_STATEMENT.plus(Database.GRACE).toMillis());
            return work.run(connection);
        });
    }

    /** Also without a connection, and in a commit, it is the database that fails: the framework says so in its own words. */
    private <T> T once(Work<T> work) {
        try {
            return operations.executeWrite(status -> run(work, status.getConnection()));
        } catch (StorageFailure e) {
            throw e;
        } catch (RuntimeException e) {
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException failure) {
                    throw new StorageFailure(failure);
                }
            }
            throw e;
        }
    }

    private static <T> T run(Work<T> work, Connection connection) {
        try {
            return work.run(connection);
        } catch (SQLException e) {
            throw new StorageFailure(e);
        }
    }

    /** What is done inside a transaction. */
    @FunctionalInterface
    public interface Work<T> {
        T run(Connection connection) throws SQLException;
    }
}

package org.climaterescue.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Statements of one transaction that travel to the server together: they run one after the other as if each had been sent on its
 * own, each with a snapshot of its own (READ COMMITTED), and cost one round trip instead of many.
 *
 * <p>None may depend in this program on what another of them gave; what they gave is there after {@link #send}. When one fails,
 * those after it have not run, and {@code send} throws.
 */
public final class Pipeline {

    /**
     * More bytes than this are not sent ahead: a server that waits for its answers to be read, while this program waits for its
     * questions to be taken, would wait for ever. So much fits the buffers between the two.
     */
    private static final int MOST_BYTES = 32 * 1024;

    private final Connection connection;
    private final List<Step<?>> steps = new ArrayList<>();
    private int bytes;

    private Pipeline(Connection connection) {
        this.connection = connection;
    }

    /** An empty one. */
    public static Pipeline on(Connection connection) {
        return new Pipeline(connection);
    }

    /** Adds a query of which every row is read. Its parameters are those of {@link Sql}. */
    public <T> Reply<List<T>> list(String text, Sql.RowReader<T> reader, @Nullable Object... parameters)
            throws SQLException {
        return add(text, parameters, statement -> rows(text, statement, reader));
    }

    /** Adds a query that gives one row or none. */
    public <T> Reply<Optional<T>> first(String text, Sql.RowReader<T> reader, @Nullable Object... parameters)
            throws SQLException {
        return add(
                text,
                parameters,
                statement -> rows(text, statement, reader).stream().findFirst());
    }

    /** Adds a query that always gives one row. */
    public <T> Reply<T> one(String text, Sql.RowReader<T> reader, @Nullable Object... parameters) throws SQLException {
        return add(text, parameters, statement -> {
            List<T> found = rows(text, statement, reader);
            if (found.size() != 1) {
                throw new SQLException(found.size() + " rows came from: " + text);
            }
            return found.getFirst();
        });
    }

    /** Adds a statement that changes rows; the reply tells how many. */
    public Reply<Integer> update(String text, @Nullable Object... parameters) throws SQLException {
        return add(text, parameters, PreparedStatement::getUpdateCount);
    }

    /**
     * Until the transaction ends, each statement keeps the plan that it was given once, made for any parameters, and tables are
     * read by their indexes. For short statements that run all the time: to plan one anew takes longer than to run it, and the
     * server does so whenever it cannot tell how many rows a parameter will bring. By their indexes, because a plan that was made
     * while a table was empty would read all of it a million rows later.
     */
    public void keepPlans() throws SQLException {
        list(
                "select set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)",
                row -> true);
    }

    private static <T> List<T> rows(String text, PreparedStatement statement, Sql.RowReader<T> reader)
            throws SQLException {
        List<T> found = new ArrayList<>();
        try (ResultSet rows = statement.getResultSet()) {
            if (rows == null) {
                throw new SQLException("no rows came from: " + text);
            }
            var row = new Sql.Row(rows);
            while (rows.next()) {
                found.add(reader.read(row));
            }
        }
        return found;
    }

    private <T> Reply<T> add(String text, @Nullable Object[] parameters, Reader<T> reader) throws SQLException {
        int size = Sql.bytes(parameters);
        if (bytes + size > MOST_BYTES) {
            send();
        }
        var step = new Step<>(text, Arrays.asList(parameters), reader, new Reply<>());
        steps.add(step);
        bytes += size;
        return step.reply;
    }

    /** Sends what has been added and reads all answers. Nothing happens when nothing has been added. */
    public void send() throws SQLException {
        if (steps.isEmpty()) {
            return;
        }
        List<Step<?>> sent = List.copyOf(steps);
        steps.clear();
        bytes = 0;
        String text = sent.stream().map(Step::text).collect(Collectors.joining(";\n"));
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            int index = 0;
            for (Step<?> step : sent) {
                for (@Nullable Object parameter : step.parameters) {
                    Sql.bind(connection, statement, ++index, parameter);
                }
            }
            statement.execute();
            for (Step<?> step : sent) {
                step.read(statement);
                statement.getMoreResults();
            }
        }
    }

    /** What one statement gave. */
    public static final class Reply<T> {

        private @Nullable T value;

        private Reply() {}

        /**
         * What it gave.
         *
         * @throws IllegalStateException before its pipeline has been sent
         */
        public T get() {
            if (value == null) {
                throw new IllegalStateException("the statement has not been sent");
            }
            return value;
        }
    }

    private interface Reader<T> {
        T read(PreparedStatement statement) throws SQLException;
    }

    private record Step<T>(String text, List<@Nullable Object> parameters, Reader<T> reader, Reply<T> reply) {

        void read(PreparedStatement statement) throws SQLException {
            reply.value = reader.read(statement);
        }
    }
}

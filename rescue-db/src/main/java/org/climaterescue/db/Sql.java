package org.climaterescue.db;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One SQL statement with its parameters, in the order of its question marks.
 *
 * <p>Parameters may be null, {@code String, Integer, Long, Double, Boolean, byte[], Instant}, and the arrays {@code long[],
 * int[], String[], byte[][], Instant[], Long[], Integer[], Boolean[]}, which become PostgreSQL arrays for {@code unnest}. An
 * enum or a null array needs a cast in the SQL, such as {@code ?::task_status}.
 */
public final class Sql {

    private final Connection connection;
    private final String text;
    private final @Nullable Object[] parameters;

    private Sql(Connection connection, String text, @Nullable Object[] parameters) {
        this.connection = connection;
        this.text = text;
        this.parameters = parameters;
    }

    /** Prepares nothing yet; the statement is sent by one of the other methods. */
    public static Sql of(Connection connection, String text, @Nullable Object... parameters) {
        return new Sql(connection, text, parameters);
    }

    /** The pattern for {@code ilike} of texts that hold this one, whatever signs it has. */
    public static String containing(String text) {
        return "%" + text.replaceAll("([\\\\%_])", "\\\\$1") + "%";
    }

    /** Runs a query and reads every row. */
    public <T> List<T> list(RowReader<T> reader) throws SQLException {
        try (PreparedStatement statement = prepare();
                ResultSet rows = statement.executeQuery()) {
            List<T> found = new ArrayList<>();
            var row = new Row(rows);
            while (rows.next()) {
                found.add(reader.read(row));
            }
            return found;
        }
    }

    /** Runs a query and hands on every row. */
    public void each(RowConsumer consumer) throws SQLException {
        try (PreparedStatement statement = prepare();
                ResultSet rows = statement.executeQuery()) {
            var row = new Row(rows);
            while (rows.next()) {
                consumer.accept(row);
            }
        }
    }

    /** Runs a query that gives one row or none. */
    public <T> Optional<T> first(RowReader<T> reader) throws SQLException {
        return list(reader).stream().findFirst();
    }

    /** Runs a query that always gives one row. */
    public <T> T one(RowReader<T> reader) throws SQLException {
        return first(reader).orElseThrow(() -> new SQLException("no row came from: " + text));
    }

    /** Runs a query row by row, {@code fetchSize} rows in memory at a time; needs an open transaction. */
    public void each(int fetchSize, RowConsumer consumer) throws SQLException {
        try (PreparedStatement statement = prepare()) {
            statement.setFetchSize(fetchSize);
            try (ResultSet rows = statement.executeQuery()) {
                var row = new Row(rows);
                while (rows.next()) {
                    consumer.accept(row);
                }
            }
        }
    }

    /** Runs a statement that changes rows, and tells how many. */
    public int update() throws SQLException {
        try (PreparedStatement statement = prepare()) {
            return statement.executeUpdate();
        }
    }

    private PreparedStatement prepare() throws SQLException {
        PreparedStatement statement = connection.prepareStatement(text);
        try {
            for (int i = 0; i < parameters.length; i++) {
                bind(connection, statement, i + 1, parameters[i]);
            }
            return statement;
        } catch (SQLException | RuntimeException e) {
            statement.close();
            throw e;
        }
    }

    static void bind(Connection connection, PreparedStatement statement, int index, @Nullable Object value)
            throws SQLException {
        switch (value) {
            case null -> statement.setObject(index, null);
            case Instant at -> statement.setObject(index, at.atOffset(ZoneOffset.UTC));
            case Instant[] times ->
                statement.setArray(
                        index,
                        connection.createArrayOf(
                                "timestamptz",
                                Arrays.stream(times)
                                        .map(at -> at == null ? null : at.atOffset(ZoneOffset.UTC))
                                        .toArray()));
            default -> statement.setObject(index, value);
        }
    }

    /** How many bytes parameters take on their way to the server, roughly and rather too many. */
    static int bytes(@Nullable Object[] parameters) {
        int bytes = 0;
        for (Object parameter : parameters) {
            bytes += switch (parameter) {
                case null -> 8;
                case String text -> 8 + 3 * text.length();
                case byte[] binary -> 8 + binary.length;
                case long[] numbers -> 32 + 20 * numbers.length;
                case int[] numbers -> 32 + 12 * numbers.length;
                case Object[] elements -> 32 + 4 * elements.length + bytes(elements);
                default -> 32;
            };
        }
        return bytes;
    }

    /** Turns the current row into a value. */
    @FunctionalInterface
    public interface RowReader<T> {
        T read(Row row) throws SQLException;
    }

    /** Takes the current row. */
    @FunctionalInterface
    public interface RowConsumer {
        void accept(Row row) throws SQLException;
    }

    /** The current row; getters whose name ends in {@code OrNull} are for columns that may be null. */
    public static final class Row {

        private final ResultSet rows;

        Row(ResultSet rows) {
            this.rows = rows;
        }

        public long number(String column) throws SQLException {
            return rows.getLong(column);
        }

        public @Nullable Long numberOrNull(String column) throws SQLException {
            long value = rows.getLong(column);
            return rows.wasNull() ? null : value;
        }

        public int integer(String column) throws SQLException {
            return rows.getInt(column);
        }

        public @Nullable Integer integerOrNull(String column) throws SQLException {
            int value = rows.getInt(column);
            return rows.wasNull() ? null : value;
        }

        public double real(String column) throws SQLException {
            return rows.getDouble(column);
        }

        public boolean flag(String column) throws SQLException {
            return rows.getBoolean(column);
        }

        public String text(String column) throws SQLException {
            return present(column, rows.getString(column));
        }

        public @Nullable String textOrNull(String column) throws SQLException {
            return rows.getString(column);
        }

        public byte[] bytes(String column) throws SQLException {
            return present(column, rows.getBytes(column));
        }

        public byte @Nullable [] bytesOrNull(String column) throws SQLException {
            return rows.getBytes(column);
        }

        public Instant time(String column) throws SQLException {
            return present(column, rows.getObject(column, OffsetDateTime.class)).toInstant();
        }

        public @Nullable Instant timeOrNull(String column) throws SQLException {
            OffsetDateTime at = rows.getObject(column, OffsetDateTime.class);
            return at == null ? null : at.toInstant();
        }

        /** A stored enum word as the constant of the same name in upper case. */
        public <E extends Enum<E>> E word(Class<E> type, String column) throws SQLException {
            return Enum.valueOf(type, text(column).toUpperCase(Locale.ROOT));
        }

        public <E extends Enum<E>> @Nullable E wordOrNull(Class<E> type, String column) throws SQLException {
            String word = rows.getString(column);
            return word == null ? null : Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
        }

        /** The numbers of an integer array; empty when null. */
        public List<Integer> integers(String column) throws SQLException {
            return elements(column, Integer.class);
        }

        /** The texts of a text array; empty when null. */
        public List<String> texts(String column) throws SQLException {
            return elements(column, String.class);
        }

        private <T> List<T> elements(String column, Class<T> type) throws SQLException {
            Array array = rows.getArray(column);
            return array == null
                    ? List.of()
                    : Arrays.stream((Object[]) array.getArray()).map(type::cast).toList();
        }

        private static <T> T present(String column, @Nullable T value) throws SQLException {
            if (value == null) {
                throw new SQLException("column " + column + " is null");
            }
            return value;
        }
    }
}

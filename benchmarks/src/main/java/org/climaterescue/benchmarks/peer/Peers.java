package org.climaterescue.benchmarks.peer;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import javax.sql.DataSource;
import org.climaterescue.db.DatabaseUrl;
import org.climaterescue.db.Sql;
import org.slf4j.LoggerFactory;

/** What the drains of peers in Java share. */
final class Peers {

    private Peers() {}

    /** Peers that warn of a slow machine for each task of a benchmark are asked to keep it to themselves. */
    static void quiet() {
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
    }

    /** Connections to the database that {@code DATABASE_URL} names. */
    static HikariDataSource connections(int count) {
        DatabaseUrl url = DatabaseUrl.parse(System.getenv("DATABASE_URL"));
        var config = new HikariConfig();
        config.setJdbcUrl(url.jdbcUrl());
        config.setUsername(url.user());
        config.setPassword(url.password());
        config.setMaximumPoolSize(count);
        return new HikariDataSource(config);
    }

    static void sql(DataSource database, String statement, Object... parameters) throws SQLException {
        try (Connection connection = database.getConnection()) {
            Sql.of(connection, statement, parameters).update();
        }
    }

    /** Asks for a number, which the query calls {@code n}. */
    static long number(DataSource database, String query) throws SQLException {
        try (Connection connection = database.getConnection()) {
            return Sql.of(connection, query).one(row -> row.number("n"));
        }
    }

    /** The tables as the others find theirs. */
    static void settle(DataSource database) throws SQLException {
        sql(database, "vacuum (analyze)");
        sql(database, "checkpoint");
    }

    /** Writes the line that the benchmark reads. */
    static void report(long tasks, double seconds) {
        System.out.printf(Locale.ROOT, "{\"tasks\":%d,\"seconds\":%.6f}%n", tasks, seconds);
    }
}

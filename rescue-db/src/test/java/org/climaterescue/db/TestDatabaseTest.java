package org.climaterescue.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TestDatabaseTest {

    @Test
    void databasesShareNothing() throws Exception {
        try (var first = DriverManager.getConnection(TestDatabase.create());
                var second = DriverManager.getConnection(TestDatabase.create())) {
            execute(first, "insert into host (name) values ('example.org')");
            assertThat(text(first, "select count(*) from host"))
                    .isNotEqualTo(text(second, "select count(*) from host"));
        }
    }

    @Test
    void anEmptyDatabaseHasNoTables() throws Exception {
        try (var connection = DriverManager.getConnection(TestDatabase.createEmpty())) {
            assertThat(text(connection, "select count(*) from information_schema.tables where table_schema = 'public'"))
                    .isEqualTo("0");
        }
    }

    @Test
    void advancingMakesEveryStoredTimeOlder() throws Exception {
        String url = TestDatabase.create();
        try (var database = Database.open(url, Path.of("unused"), Duration.ZERO);
                var connection = DriverManager.getConnection(url)) {
            execute(connection, "create table \"Odd name\" (at timestamptz, \"until\" timestamptz, said text)");
            execute(connection, "insert into \"Odd name\" values (now(), null, 'stays')");
            String before = text(connection, "select extract(epoch from at)::bigint from \"Odd name\"");

            TestDatabase.advance(database.pool(), Duration.ofHours(30).plusMillis(1500));

            String after = text(
                    connection, "select round(extract(epoch from at + interval '0.5 s'))::bigint from \"Odd name\"");
            assertThat(Long.parseLong(before) - Long.parseLong(after)).isBetween(108_000L, 108_002L);
            assertThat(text(connection, "select said || coalesce(\"until\"::text, '') from \"Odd name\""))
                    .isEqualTo("stays");
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }
}

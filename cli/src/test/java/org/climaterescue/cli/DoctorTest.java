package org.climaterescue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.Dispatcher;
import org.climaterescue.protocol.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rescue doctor} on databases that are well, broken, of another version, and not there. */
class DoctorTest {

    @TempDir
    private Path dir = Path.of("");

    @Test
    void aHealthyDatabaseIsZero() {
        Run run = Run.rescue("doctor", "--database", TestDatabase.create());

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("A token is given out once", "invariants hold.");
    }

    @Test
    void aBrokenLawIsOneAndSaysWhichAndWhere() throws Exception {
        String url = TestDatabase.create();
        execute(url, "insert into backoff values (46, now())");

        Run run = Run.rescue("doctor", "--database", url);
        Run json = Run.rescue("doctor", "--json", "--database", url);

        assertThat(run.code()).isOne();
        assertThat(run.out()).contains("No 1 is broken", "t-1a: backoff is about no task", "2 of ");
        assertThat(json.code()).isOne();
        JsonNode examination = Json.mapper().readTree(json.out());
        assertThat(examination.at("/healthy").asBoolean(true)).isFalse();
        assertThat(examination.at("/invariants/0/number").asInt()).isOne();
        assertThat(examination.at("/invariants/0/violations").asInt()).isOne();
        assertThat(examination.at("/invariants/0/examples/0").asText()).startsWith("t-1a: ");
        assertThat(examination.at("/invariants/1/violations").asInt()).isZero();
    }

    @Test
    void anotherVersionOfTheSchemaIsRefusedAndLeftAsItIs() throws Exception {
        String empty = TestDatabase.createEmpty();
        String newer = TestDatabase.create();
        execute(newer, """
                insert into flyway_schema_history
                    (installed_rank, version, description, type, script, installed_by, execution_time, success)
                values (1000, '999', 'from the future', 'SQL', 'V999__from_the_future.sql', 'test', 0, true)
                """);

        Run older = Run.rescue("doctor", "--database", empty);
        Run future = Run.rescue("doctor", "--database", newer);

        assertThat(older.code()).isOne();
        assertThat(older.err().strip()).hasLineCount(1).contains("schema is at version 0 (empty), this program knows");
        assertThat(tables(empty)).isZero();
        assertThat(future.code()).isOne();
        assertThat(future.err().strip()).hasLineCount(1).contains("schema is at version 999, this program knows");
    }

    @Test
    void theEmbeddedDatabaseIsCheckedWhetherItsDispatcherRunsOrNot() {
        String data = dir.resolve("data").toString();
        try (Dispatcher dispatcher =
                Dispatcher.start(Map.of("RESCUE_DATA_DIR", data, "DISPATCHER_PORT", "0", "LOG_LEVEL", "ERROR"))) {
            Run beside = Run.rescue("doctor", "--data-dir", data);

            assertThat(beside.code()).as(beside.err()).isZero();
            assertThat(Run.rescue("status", "--dispatcher", dispatcher.uri().toString())
                            .code())
                    .isZero();
        }

        Run alone = Run.rescue("doctor", "--data-dir", data);

        assertThat(alone.code()).as(alone.err()).isZero();
        assertThat(dir.resolve("data/postgresql/postmaster.pid")).doesNotExist();
    }

    @Test
    void aDirectoryWithoutADatabaseIsSaidToBeAndStaysEmpty() throws Exception {
        Path nothing = dir.resolve("nothing");

        Run run = Run.rescue("doctor", "--data-dir", nothing.toString());

        assertThat(run.code()).isOne();
        assertThat(run.err().strip()).hasLineCount(1).contains("There is no database in " + nothing, "RESCUE_DATA_DIR");
        assertThat(Files.exists(nothing)).isFalse();
    }

    private static void execute(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int tables(String url) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                var row = statement.executeQuery(
                        "select count(*) from information_schema.tables where table_schema = 'public'")) {
            row.next();
            return row.getInt(1);
        }
    }
}

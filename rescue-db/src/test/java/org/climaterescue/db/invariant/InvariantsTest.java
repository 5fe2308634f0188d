package org.climaterescue.db.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.climaterescue.db.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each law is broken by hand, and is the only one to be found broken. */
@SuppressWarnings("NullAway.Init") // set before each test
class InvariantsTest {

    private Connection connection;

    @BeforeEach
    void liveThrough() throws SQLException, IOException {
        connection = DriverManager.getConnection(TestDatabase.create());
        try (InputStream script =
                Objects.requireNonNull(InvariantsTest.class.getResourceAsStream("/lived-through.sql"))) {
            execute(new String(script.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    static Stream<Arguments> breaches() {
        return Stream.of(
                breach(
                        1,
                        "insert into event (task_id, at, kind, task_status, actor) values (99, now(), 'retried', 'pending', 'x')"),
                breach(2, "insert into ready select 5, 0, 5, 0, 2147483647, 1, 1000, 3, true, now()"),
                breach(3, "delete from ready where task_id = 1"),
                breach(
                        3,
                        "update task set copies_target = 4 where task_id = 3",
                        "insert into event (task_id, at, kind, task_status, node_no, token, attempt) values"
                                + " (3, now(), 'assigned', 'replicating', 3, 15, 1), (3, now(), 'failed', 'replicating', 3, 15, 1)",
                        "insert into failure (task_id, node_no, token, reason, charged, at)"
                                + " values (3, 3, 15, 'timeout', true, now())",
                        "insert into ready select 3, 0, 5, 1, 2147483647, 1, 1000, 2, true, now()"),
                breach(
                        4,
                        "insert into ready select 8, 1, urgency, copies, rank, host_no, size_bytes, attempt, contested, since"
                                + " from ready where task_id = 8"),
                breach(5, "insert into ready select 7, 0, 5, 0, 2147483647, 1, 1000, 2, true, now()"),
                breach(6, "update failure set charged = false where task_id = 7"),
                breach(7, "update task set priority = 9 where task_id = 1"),
                breach(7, "update task set rank = 3 where task_id = 1"),
                breach(7, "update ready set contested = false where task_id = 10"),
                breach(
                        8,
                        "update assignment set node_no = 1, assigned_at = now() where token = 3",
                        "update event set node_no = 1 where token = 3"),
                breach(9, "update node set state = 'gone' where node_id = 'b'"),
                breach(10, "update assignment set host_no = 2 where task_id = 2"),
                breach(11, "update standing set size_bytes = 1 where task_id = 3"),
                breach(11, "update copy set size_bytes = 1001 where token = 6"),
                breach(11, "update copy set sha256 = sha256('z') where task_id = 9"),
                breach(12, "update copy set rejected = true where token = 11"),
                breach(12, "update copy set rejected = false where token = 14"),
                breach(13, "update task set copies_target = 3 where task_id = 4"),
                breach(14, "update failure set charged = false where task_id = 5"),
                breach(
                        15,
                        "insert into event (task_id, at, kind, task_status, node_no, token, attempt)"
                                + " select task_id, at, kind, task_status, node_no, token, attempt from event"
                                + " where kind = 'assigned' and token = 1"),
                breach(15, "update event set node_no = 2 where kind = 'released' or kind = 'assignment_cancelled'"),
                breach(
                        16,
                        "insert into event (task_id, at, kind, task_status, node_no, token)"
                                + " values (6, now(), 'released', 'cancelled', 1, 9)"),
                breach(17, "update assignment set attempt = 2 where token = 1"),
                breach(
                        18,
                        "insert into event (task_id, at, kind, task_status, actor, node_no)"
                                + " values (4, now(), 'copy_withdrawn', 'rescued', 'operator', 2)"),
                breach(19, "update copy set late = false where token = 13"),
                breach(20, "update failure set token = 99 where token = 8"),
                breach(
                        21,
                        "insert into event (task_id, at, kind, task_status, actor)"
                                + " values (1, now(), 'submitted', 'pending', 'dispatcher-2')"),
                breach(
                        22,
                        "insert into event (task_id, at, kind, task_status, actor)"
                                + " values (9, now(), 'prioritized', 'pending', 'operator')"),
                breach(23, "insert into capture select sha256(url::bytea), task_id, now() from task where task_id = 6"),
                breach(23, "update capture set task_id = 4 where task_id = 1"),
                breach(24, "delete from capture where task_id = 4"),
                breach(25, "update task set request_id = 'request-2' where task_id = 1"),
                breach(25, "delete from request"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("breaches")
    void aBreachIsFound(String invariant, int number, List<String> statements) throws SQLException {
        for (String statement : statements) {
            execute(statement);
        }

        List<Finding> broken = broken();

        assertThat(broken).as(invariant).extracting(Finding::number).containsExactly(number);
        assertThat(broken.getFirst().violations()).isPositive();
        assertThat(broken.getFirst().examples()).isNotEmpty();
    }

    @Test
    void everyInvariantHasItsBreach() {
        assertThat(breaches().map(breach -> breach.get()[1]).distinct())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, Invariants.laws().size())
                                .<Object>mapToObj(number -> number)
                                .toList());
        assertThat(Invariants.laws())
                .extracting(Law::number)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, Invariants.laws().size())
                                .boxed()
                                .toList());
    }

    @Test
    void theDocumentStatesTheSameLaws() throws IOException {
        List<String> stated = Files.readAllLines(Path.of("..", "docs", "lease-lifecycle.md")).stream()
                .filter(line -> line.matches("\\| \\d+ \\|.*"))
                .toList();

        assertThat(stated)
                .containsExactlyElementsOf(Invariants.laws().stream()
                        .map(law -> "| %d | %s | `invariant %d` |".formatted(law.number(), law.says(), law.number()))
                        .toList());
    }

    @Test
    void whatHasLivedAsItShouldBreaksNothing() throws SQLException {
        assertThat(broken()).isEmpty();
        assertThat(Invariants.check(connection))
                .hasSameSizeAs(Invariants.laws())
                .allMatch(finding -> finding.examples().isEmpty());
    }

    @Test
    void historyThatWasDroppedIsNotMissed() throws SQLException {
        execute("select drop_history_part(partition) from history_part");
        assertThat(broken()).isEmpty();

        execute("update history_part set dropped_at = null");
        assertThat(broken()).extracting(Finding::number).containsExactly(17, 18, 19, 20, 21);
    }

    @Test
    void examplesAreFewAndNameTasksAsClientsDo() throws SQLException {
        execute("delete from capture");

        Finding finding = broken().getFirst();

        assertThat(finding.violations()).isEqualTo(8);
        assertThat(finding.examples())
                .hasSize(Invariants.EXAMPLES)
                .first()
                .asString()
                .startsWith("t-1: ");
        assertThat(finding.examples()).doesNotHaveDuplicates();
    }

    @Test
    void theConnectionIsLeftAsItWas() throws SQLException {
        Invariants.check(connection);

        assertThat(connection.getAutoCommit()).isTrue();
        execute("update node set capacity_bytes = 0");
        connection.setAutoCommit(false);
        Invariants.check(connection);
        assertThat(connection.getAutoCommit()).isFalse();
        execute("update node set capacity_bytes = 1");
        connection.rollback();
    }

    private List<Finding> broken() throws SQLException {
        return Invariants.check(connection).stream()
                .filter(finding -> !finding.holds())
                .toList();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Arguments breach(int number, String... statements) {
        return Arguments.of(
                "invariant " + number + ": " + Invariants.laws().get(number - 1).says(), number, List.of(statements));
    }
}

package org.climaterescue.db.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.climaterescue.db.Sql;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.db.host.HostTerms;
import org.climaterescue.db.host.Hosts;
import org.climaterescue.db.ledger.Ledger;
import org.climaterescue.db.node.Nodes;
import org.climaterescue.db.node.Roster;
import org.climaterescue.db.node.Silence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lists of nodes and hosts of which there is a lot to count. */
class KeptCountsTest {

    private static final Silence SILENCE = new Silence(Duration.ofSeconds(60), Duration.ofSeconds(120));
    private static final Duration LONG = Duration.ofSeconds(1);

    private final Figures figures = new Figures();
    private final KeptTally tally = new KeptTally();
    private final KeptCounts counts = new KeptCounts();
    private final Nodes nodes = new Nodes();
    private final Roster roster = new Roster(nodes);
    private final Hosts hosts = new Hosts(new HostTerms(2, Duration.ofMinutes(1)));
    private Connection connection;

    @BeforeEach
    void connect() throws SQLException {
        connection = DriverManager.getConnection(TestDatabase.create());
        connection.setAutoCommit(false);
        run("insert into node (node_id, name, capacity_bytes) values ('large', 'x', 0), ('small', 'x', 0)");
        run("insert into host (name) values ('long.example.org'), ('short.example.org')");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @Test
    void whatANodeHasALotOfIsToldAsItWasCountedLast() throws SQLException {
        copies("large", 1, 2000);
        copies("small", 1, 3);
        failures("large", 7);
        failures("small", 2);
        run("update copy set rejected = true where task_id <= 5");
        keep();
        copies("large", 5001, 6000);
        copies("small", 5001, 5001);
        failures("large", 1);

        assertThat(list())
                .containsExactly(
                        "large: 2000 copies of 200000 bytes, 5 rejected, 7 failures, not doubtful",
                        "small: 4 copies of 400 bytes, 3 rejected, 2 failures, doubtful");
        assertThat(nodes.entry(connection, "large", SILENCE).orElseThrow().copies())
                .isEqualTo(2000);
    }

    @Test
    void aNodeThatHasLostMostOfItIsCountedAgainAfterTheNextCount() throws SQLException {
        copies("large", 1, 2000);
        keep();
        run("delete from copy where task_id > 10");
        keep();
        run("delete from copy where task_id > 9");

        assertThat(list().getFirst()).startsWith("large: 9 copies");
    }

    @Test
    void whatIsNotKeptIsCountedHoweverMuchItIs() throws SQLException {
        copies("large", 1, 2000);
        ready("long.example.org", 1, 3000);
        keep();
        tally.note(connection, Ledger.now(connection), Duration.ZERO, "");
        copies("large", 5001, 5001);
        ready("long.example.org", 5001, 5001);

        assertThat(list().getFirst()).startsWith("large: 2001 copies");
        assertThat(waiting("long.example.org")).isEqualTo(3001);
    }

    @Test
    void countsOfBeforeAnOlderInstanceRenewedTheTallyAreNotTold() throws SQLException {
        copies("large", 1, 2000);
        ready("long.example.org", 1, 3000);
        keep();
        copies("large", 5001, 5001);
        ready("long.example.org", 5001, 5001);
        // An instance that knows of no counts beside the tally.
        tally.note(connection, Ledger.now(connection), LONG, "");

        assertThat(list().getFirst()).startsWith("large: 2001 copies");
        assertThat(waiting("long.example.org")).isEqualTo(3001);

        keep();
        copies("large", 5002, 5002);
        assertThat(list().getFirst()).startsWith("large: 2001 copies");
    }

    @Test
    void manyCopiesThatWaitForAHostAreToldAsTheyWereCountedLastAndFewAsTheyAre() throws SQLException {
        ready("long.example.org", 1, 3000);
        ready("short.example.org", 4001, 4005);
        keep();
        ready("long.example.org", 5001, 6000);
        ready("short.example.org", 6001, 6001);
        assertThat(waiting("long.example.org")).isEqualTo(3000);
        assertThat(waiting("short.example.org")).isEqualTo(6);

        run("delete from ready where task_id > 700");
        assertThat(waiting("long.example.org")).isEqualTo(700);
    }

    @Test
    void hostsStandInTheOrderOfWhatWaitedForThemAtTheLastCountFewOrMany() throws SQLException {
        run("insert into host (name) values ('none.example.org'), ('shorter.example.org')");
        ready("long.example.org", 1, 3000);
        ready("short.example.org", 4001, 4005);
        ready("shorter.example.org", 4101, 4102);
        assertThat(inOrder()).containsExactly("long", "short", "shorter", "none");
        keep();
        ready("shorter.example.org", 5001, 5010);
        assertThat(inOrder()).containsExactly("long", "short", "shorter", "none");

        keep();

        assertThat(inOrder()).containsExactly("long", "shorter", "short", "none");
        assertThat(hosts.find(connection, "shorter.example.org").orElseThrow().ready())
                .isEqualTo(12);
    }

    @Test
    void toPutHostsInOrderReadsNothingThatWaitsWhereItIsKept() throws SQLException {
        ready("long.example.org", 1, 3000);
        keep();
        run("delete from ready");

        assertThat(inOrder().getFirst()).isEqualTo("long");
    }

    private List<String> inOrder() throws SQLException {
        return hosts.page(connection, null, Hosts.Order.WAITING, null, 10).stream()
                .map(placed -> placed.host().host().replace(".example.org", ""))
                .toList();
    }

    /** As the dispatcher does after a count that took long. */
    private void keep() throws SQLException {
        Instant now = Ledger.now(connection);
        counts.keep(connection, now, figures.held(connection));
        tally.note(connection, now, LONG, "");
    }

    private List<String> list() throws SQLException {
        return roster
                .page(connection, new Roster.Wanted(null, null), Roster.Order.REGISTERED, null, 10, SILENCE)
                .stream()
                .map(Roster.Row::node)
                .map(node -> "%s: %d copies of %d bytes, %d rejected, %d failures, %s"
                        .formatted(
                                node.nodeId(),
                                node.copies(),
                                node.bytes(),
                                node.rejected(),
                                node.failures(),
                                node.doubtful() ? "doubtful" : "not doubtful"))
                .toList();
    }

    /** The same in the list as alone. */
    private long waiting(String host) throws SQLException {
        long listed = hosts.page(connection, host, Hosts.Order.ACTIVE, null, 10)
                .getFirst()
                .host()
                .ready();
        assertThat(hosts.find(connection, host).orElseThrow().ready()).isEqualTo(listed);
        return listed;
    }

    private void copies(String node, int first, int last) throws SQLException {
        Sql.of(connection, """
                        insert into copy (task_id, node_no, token, sha256, size_bytes, late, voice, completed_at)
                        select task, node_no, task, sha256('x'), 100, false, voice, clock_timestamp()
                        from node cross join generate_series(?, ?) task where node_id = ?
                        """, first, last, node).update();
    }

    private void failures(String node, int count) throws SQLException {
        Sql.of(connection, """
                        insert into failure (task_id, node_no, token, reason, charged, at)
                        select task, node_no, task, 'other', true, clock_timestamp()
                        from node cross join generate_series(1, ?) task where node_id = ?
                        """, count, node).update();
    }

    private void ready(String host, int first, int last) throws SQLException {
        Sql.of(connection, """
                        insert into ready (task_id, slot, urgency, copies, rank, host_no, attempt, contested, since)
                        select task, 0, 5, 0, 1, host_no, 1, false, clock_timestamp()
                        from host cross join generate_series(?, ?) task where name = ?
                        """, first, last, host).update();
    }

    private void run(String sql) throws SQLException {
        Sql.of(connection, sql).update();
    }
}

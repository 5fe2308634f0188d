package org.climaterescue.cli.chaos;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.climaterescue.db.invariant.Finding;
import org.climaterescue.db.invariant.Invariants;

/**
 * Looks at the database all the time, from a connection of its own. Each look is one statement, that is one snapshot: what it
 * shows is how things stood at one instant, with nothing half committed.
 */
final class Watch {

    private static final Duration BLINK = Duration.ofMillis(20);

    /** Looks from one check of all invariants to the next. */
    private static final int EXAMINATION = 100;

    /** From the moment at which a node was noted in a heartbeat to the moment at which its leases were renewed in it. */
    private static final Duration ONE_TRANSACTION = Duration.ofSeconds(2);

    /** A sweep, also of an instance that has just started. On a quiet machine the longest took a second. */
    private static final Duration ONE_SWEEP = Duration.ofSeconds(5);

    private final Service service;
    private final Stage stage;
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private int looks;
    private int examinations;
    private Duration longestAfterlife = Duration.ZERO;

    Watch(Service service, Stage stage) {
        this.service = service;
        this.stage = stage;
    }

    /** Looks until everything is over; connects again whenever PostgreSQL was killed. */
    void look(Random chance) throws InterruptedException, SQLException {
        while (!stage.isOver()) {
            try (Connection connection = DriverManager.getConnection(service.jdbcUrl());
                    Statement statement = connection.createStatement()) {
                while (!stage.isOver()) {
                    stage.pass(chance, BLINK, BLINK);
                    hosts(statement);
                    leases(statement);
                    overdue(statement);
                    if (looks++ % EXAMINATION == 0) {
                        examine(connection);
                    }
                }
            } catch (SQLException e) {
                if (!away(e)) {
                    throw e;
                }
                stage.pass(chance, BLINK, BLINK);
            }
        }
    }

    /** Whether PostgreSQL was killed, or is just starting; any other refusal would leave the watch blind. */
    private static boolean away(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.startsWith("08") || state.startsWith("57P0");
    }

    /** The invariants hold at every moment, not only when all has come to rest. */
    private void examine(Connection connection) throws SQLException {
        for (Finding finding : Invariants.check(connection)) {
            if (!finding.holds()) {
                violations.add(finding.toString());
            }
        }
        examinations++;
    }

    /** No host has more assignments than it stands. */
    private void hosts(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(
                "select h.name, count(*) from assignment a join host h using (host_no) group by h.name")) {
            while (row.next()) {
                if (row.getInt(2) > ChaosPlan.limit(row.getString(1))) {
                    violations.add("%d assignments at once on %s".formatted(row.getInt(2), row.getString(1)));
                }
            }
        }
    }

    /**
     * No lease lasts longer than {@code RESCUE_LOST_AFTER} from now, nor from when its node was last heard of. Nodes are noted
     * in the transaction that renews, a little before it.
     */
    private void leases(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(
                """
                select a.task_id, n.node_id, a.lease_until - clock_timestamp(),
                       a.lease_until - greatest(n.heard_at, a.assigned_at)
                from assignment a join node n using (node_no)
                where a.lease_until > clock_timestamp() + interval '%s'
                   or a.lease_until > greatest(n.heard_at, a.assigned_at) + interval '%s'
                """.formatted(ChaosPlan.LOST_AFTER, ChaosPlan.LOST_AFTER.plus(ONE_TRANSACTION)))) {
            while (row.next()) {
                violations.add("the lease of %s on task %s lasts %s from now, %s from when it was heard of"
                        .formatted(row.getString(2), row.getString(1), row.getString(3), row.getString(4)));
            }
        }
    }

    /** A lease that has run out is ended by the next sweep, if there is anybody to sweep. */
    private void overdue(Statement statement) throws SQLException {
        Duration steady = service.steadyFor();
        try (ResultSet row = statement.executeQuery("""
                select coalesce(max(extract(epoch from clock_timestamp() - lease_until)), 0)::float8 from assignment
                """)) {
            row.next();
            var afterlife = Duration.ofMillis((long) (row.getDouble(1) * 1000));
            var unexcused = afterlife.compareTo(steady) < 0 ? afterlife : steady;
            if (unexcused.compareTo(longestAfterlife) > 0) {
                longestAfterlife = unexcused;
            }
            if (unexcused.compareTo(ONE_SWEEP) > 0) {
                violations.add("a lease outlived its end by %s while there was somebody to end it for %s"
                        .formatted(afterlife, steady));
            }
        }
    }

    Queue<String> violations() {
        return violations;
    }

    int looks() {
        return looks;
    }

    int examinations() {
        return examinations;
    }

    String figures() {
        return "looks at the database: %d, checks of all invariants: %d, longest that a lease outlived its end while there was somebody to end it: %d ms"
                .formatted(looks, examinations, longestAfterlife.toMillis());
    }
}

package org.climaterescue.db.invariant;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.TaskId;
import org.jspecify.annotations.Nullable;

/** Counts how often the state of record breaks its own laws. Changes nothing. */
public final class Invariants {

    /** Examples that a finding gives at most. */
    public static final int EXAMPLES = 5;

    private static final List<Law> LAWS = Stream.of(WorkLaws.ALL, CopyLaws.ALL, HistoryLaws.ALL, KeyLaws.ALL)
            .flatMap(List::stream)
            .toList();

    private Invariants() {}

    /**
     * Checks every invariant, all on one snapshot: in a transaction of its own, REPEATABLE READ and READ ONLY. What others
     * write meanwhile neither waits nor disturbs.
     *
     * @param connection without an open transaction; is left as it was found
     * @return one finding for each invariant, in order, also for those that hold
     * @throws SQLException when the database is away, or has another schema than this program
     */
    public static List<Finding> check(Connection connection) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try {
            Sql.of(connection, "set transaction isolation level repeatable read, read only")
                    .update();
            prepare(connection);
            // Before the snapshot is taken, so that history is dropped before it or not until the end.
            Sql.of(connection, "lock table event in access share mode").update();
            List<Finding> findings = new ArrayList<>();
            for (Law law : LAWS) {
                findings.add(check(connection, law));
            }
            return findings;
        } finally {
            connection.rollback();
            connection.setAutoCommit(autoCommit);
        }
    }

    private static void prepare(Connection connection) throws SQLException {
        for (String setting : new String[] {
            // Enough for the sorts and hashes of a large rescue; a larger one goes through files.
            "work_mem = '64MB'",
            // Every law reads whole tables. The planner takes the steps of the verdict for a few rows, and a nested
            // loop over them
            // would take hours on a million tasks.
            "enable_nestloop = off",
            "jit = off",
            "statement_timeout = 0"
        }) {
            Sql.of(connection, "set local " + setting).update();
        }
    }

    static List<Law> laws() {
        return LAWS;
    }

    private static Finding check(Connection connection, Law law) throws SQLException {
        List<Violation> some = Sql.of(connection, """
                        select count(*) over () as violations, task_id, about
                        from (%s) broken order by task_id, about limit %d
                        """.formatted(law.broken(), EXAMPLES))
                .list(row -> new Violation(row.number("violations"), row.numberOrNull("task_id"), row.text("about")));
        return new Finding(
                law.number(),
                law.says(),
                some.isEmpty() ? 0 : some.getFirst().all(),
                some.stream().map(Violation::example).toList());
    }

    /** One of the violations; {@code all}: how many there are. */
    private record Violation(long all, @Nullable Long taskId, String about) {

        String example() {
            return taskId == null ? about : new TaskId(taskId) + ": " + about;
        }
    }
}

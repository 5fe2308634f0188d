package org.climaterescue.db.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.LongStream;
import org.climaterescue.db.Sql;

/** The locks of tasks, for those who change many at once and need not read them as {@link Ledger#lock} does. */
public final class TaskLocks {

    private TaskLocks() {}

    /**
     * Locks tasks and what is offered of them, in the order of the ledger. So it waits for claims, and an event that follows says
     * where a task stands after them.
     */
    public static void take(Connection connection, LongStream tasks) throws SQLException {
        long[] ids = tasks.sorted().distinct().toArray();
        if (ids.length == 0) {
            return;
        }
        Sql.of(connection, """
                        select task_id from task where task_id = any (?) order by task_id for no key update
                        """, ids).list(row -> row.number("task_id"));
        Sql.of(connection, """
                        select task_id from ready where task_id = any (?) order by task_id, slot for update
                        """, ids).list(row -> row.number("task_id"));
    }
}

package org.climaterescue.dispatcher.assignment;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.climaterescue.db.Sql;
import org.climaterescue.db.intake.FirstTask;
import org.climaterescue.db.ledger.Ledger;
import org.climaterescue.dispatcher.assignment.CustodyDesk.Order;
import org.climaterescue.dispatcher.problem.Duplicate;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.protocol.TaskId;
import org.climaterescue.protocol.TaskStatus;
import org.jspecify.annotations.Nullable;

/** What operators and the dispatcher itself do to tasks, as orders. */
public final class TaskOrders {

    private TaskOrders() {}

    /** Calls a task off. */
    public static Order<Outcome<TaskStatus>> cancel(TaskId id) {
        return order(id.number(), Custody::cancel, nobody(id));
    }

    /** Changes a task's priority, 1 to 10. */
    public static Order<Outcome<TaskStatus>> prioritize(TaskId id, int priority) {
        return order(id.number(), task -> new Outcome.Done<>(task.prioritize(priority)), nobody(id));
    }

    /** Has a task tried again, unless a newer task has taken over its URL. */
    public static Order<Outcome<TaskStatus>> retry(TaskId id) {
        return new Retry(id);
    }

    /** The same order, refused for a task that is no longer failed when its turn comes. */
    static Order<Outcome<TaskStatus>> ifStillFailed(Order<Outcome<TaskStatus>> order) {
        return new Order<>() {
            @Override
            public long taskId() {
                return order.taskId();
            }

            @Override
            public boolean prepare(Connection connection, Custody task) throws SQLException {
                return task.status() == TaskStatus.FAILED && order.prepare(connection, task);
            }

            @Override
            public Outcome<TaskStatus> onRefused(Connection connection, Custody task) throws SQLException {
                return task.status() == TaskStatus.FAILED
                        ? order.onRefused(connection, task)
                        : new Outcome.Refused<>(ProblemException.conflict(
                                "not_failed",
                                "task " + new TaskId(order.taskId()) + " is "
                                        + task.status().wire() + " by now"));
            }

            @Override
            public Outcome<TaskStatus> on(Custody task, Ledger.@Nullable Ended past) {
                return order.on(task, past);
            }

            @Override
            public Outcome<TaskStatus> onNothing() {
                return order.onNothing();
            }
        };
    }

    /** Gives back an assignment that its node no longer works on; false when it has ended. */
    public static Order<Boolean> release(long taskId, long token, String why) {
        return order(taskId, task -> task.release(token, why), false);
    }

    /** Gives back an assignment that two heartbeats in a row left out; false when one has listed it since, or it has ended. */
    public static Order<Boolean> releaseOmitted(long taskId, long token) {
        return order(taskId, task -> task.releaseOmitted(token), false);
    }

    /** Takes what the origin has told a node of the file's size; false when the node's assignment has ended. */
    public static Order<Boolean> tell(long taskId, long token, long size) {
        return order(taskId, task -> task.tell(token, size), false);
    }

    /** Ends a lease that has run out; false when it has not, or has ended. */
    public static Order<Boolean> expire(long taskId, long token) {
        return order(taskId, task -> task.expire(token), false);
    }

    /** Ends a lease on which no byte has come for that long; false when one has, or the lease has ended. */
    public static Order<Boolean> expireStalled(long taskId, long token, Duration longest) {
        return order(taskId, task -> task.expireStalled(token, longest), false);
    }

    /** Takes a node's copy away; false when it has none. */
    public static Order<Boolean> withdraw(long taskId, int nodeNo, boolean byOperator, String why) {
        return order(taskId, task -> task.withdraw(nodeNo, byOperator, why), false);
    }

    /** An operator says that a node's copy is lost. */
    public static Order<Outcome<TaskStatus>> loseCopy(TaskId id, String nodeId, int nodeNo) {
        return order(
                id.number(),
                task -> task.withdraw(nodeNo, true, "an operator marked it as lost")
                        ? new Outcome.Done<>(task.status())
                        : new Outcome.Refused<>(
                                ProblemException.notFound("node " + nodeId + " holds no copy of task " + id)),
                nobody(id));
    }

    /** Counts a node's copy as the vote of whom it speaks for now; false when it is already. */
    public static Order<Boolean> changeVoice(long taskId, int nodeNo, String voice) {
        return order(taskId, task -> task.changeVoice(nodeNo, voice), false);
    }

    /** Offers a task again whose wait is over, and judges anew where a catalog has said something else. */
    public static Order<Boolean> reconsider(long taskId) {
        return order(
                taskId,
                task -> {
                    task.reconsider();
                    return true;
                },
                false);
    }

    private static <T> Outcome<T> nobody(TaskId id) {
        return new Outcome.Refused<>(ProblemException.notFound("there is no task " + id));
    }

    private static <R> Order<R> order(long taskId, Function<Custody, R> decision, R nothing) {
        return new Order<>() {
            @Override
            public long taskId() {
                return taskId;
            }

            @Override
            public R on(Custody task, Ledger.@Nullable Ended past) {
                return decision.apply(task);
            }

            @Override
            public R onNothing() {
                return nothing;
            }
        };
    }

    /** A task that failed or was cancelled has given its URL free, and must get it back first. */
    private record Retry(TaskId id) implements Order<Outcome<TaskStatus>> {

        @Override
        public long taskId() {
            return id.number();
        }

        @Override
        public boolean prepare(Connection connection, Custody task) throws SQLException {
            boolean over = task.status() == TaskStatus.FAILED || task.status() == TaskStatus.CANCELLED;
            return !over
                    || Sql.of(connection, """
                                            insert into capture (url_sha256, task_id, taken_at) values (?, ?, clock_timestamp())
                                            on conflict (url_sha256) do nothing
                                            """, task.facts().urlSha256().bytes(), id.number())
                                    .update()
                            == 1;
        }

        @Override
        public Outcome<TaskStatus> onRefused(Connection connection, Custody task) throws SQLException {
            Optional<Long> newer = Sql.of(
                            connection,
                            "select task_id from capture where url_sha256 = ?",
                            task.facts().urlSha256().bytes())
                    .first(row -> row.number("task_id"));
            if (newer.isEmpty()) {
                return new Outcome.Refused<>(ProblemException.conflict(
                        "duplicate", "the URL of task " + id + " was just given free by a newer task; try again"));
            }
            return new Outcome.Refused<>(Duplicate.of(
                    FirstTask.one(connection, newer.get()),
                    "the URL of task " + id + " lives on in task " + new TaskId(newer.get()) + "; follow that one"));
        }

        @Override
        public Outcome<TaskStatus> on(Custody task, Ledger.@Nullable Ended past) {
            return task.retry();
        }

        @Override
        public Outcome<TaskStatus> onNothing() {
            return nobody(id);
        }
    }
}

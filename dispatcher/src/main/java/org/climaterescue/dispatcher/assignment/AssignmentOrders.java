package org.climaterescue.dispatcher.assignment;

import org.climaterescue.db.ledger.Ledger;
import org.climaterescue.db.node.Nodes;
import org.climaterescue.dispatcher.assignment.CustodyDesk.Order;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.protocol.AssignmentId;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.Failure;
import org.climaterescue.protocol.Release;
import org.jspecify.annotations.Nullable;

/** What nodes report about their assignments, as orders. */
final class AssignmentOrders {

    private AssignmentOrders() {}

    static Order<Outcome<Completion.Result>> complete(AssignmentId id, Nodes.Known node, Completion report) {
        return order(id, node.nodeNo(), (task, past) -> task.complete(node.nodeNo(), id.token(), report, past));
    }

    static Order<Outcome<Failure.Result>> fail(AssignmentId id, Nodes.Known node, Failure report) {
        return order(id, Order.NOBODY, (task, past) -> task.fail(node.nodeNo(), id.token(), report, past));
    }

    static Order<Outcome<Release.Result>> release(AssignmentId id, Nodes.Known node) {
        return order(id, Order.NOBODY, (task, past) -> task.release(node.nodeNo(), id.token(), past));
    }

    /** The answer to a report about an assignment that nobody ever had. */
    static <T> Outcome<T> unknown(String assignmentId) {
        return new Outcome.Refused<>(
                ProblemException.notFound("there is no assignment " + assignmentId + "; ask POST /dispatch for one"));
    }

    private static <T> Order<Outcome<T>> order(AssignmentId id, int holder, Decision<T> decision) {
        return new Order<>() {
            @Override
            public long taskId() {
                return id.task();
            }

            @Override
            public long token() {
                return id.token();
            }

            @Override
            public int holder() {
                return holder;
            }

            @Override
            public Outcome<T> on(Custody task, Ledger.@Nullable Ended past) {
                return decision.on(task, past);
            }

            @Override
            public Outcome<T> onNothing() {
                return unknown(id.toString());
            }
        };
    }

    /** What to do about an assignment that may have ended. */
    private interface Decision<T> {
        Outcome<T> on(Custody task, Ledger.@Nullable Ended past);
    }
}

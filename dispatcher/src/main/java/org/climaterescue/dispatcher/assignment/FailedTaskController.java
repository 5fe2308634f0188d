package org.climaterescue.dispatcher.assignment;

import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.task.FailedTasks;
import org.climaterescue.dispatcher.assignment.CustodyDesk.Order;
import org.climaterescue.dispatcher.problem.Words;
import org.climaterescue.dispatcher.security.Roles;
import org.climaterescue.dispatcher.streaming.Paging;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.TaskId;
import org.climaterescue.protocol.TaskStatus;
import org.jspecify.annotations.Nullable;

/** What operators do to all tasks that have failed for one reason. */
@Controller("/tasks")
@ExecuteOn(TaskExecutors.BLOCKING)
@Secured(Roles.OPERATOR)
@Tag(name = "Tasks")
class FailedTaskController {

    /** Few, so that nodes which report about one of these tasks wait for a moment only. */
    private static final int STEP = 100;

    /** Shorter than the patience of clients and proxies. */
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final CustodyDesk desk;
    private final Transactions transactions;

    FailedTaskController(CustodyDesk desk, Transactions transactions) {
        this.desk = desk;
        this.transactions = transactions;
    }

    /**
     * Tries all tasks again that have failed for one reason; their attempts start anew. Works for ten seconds at the most, a
     * hundred tasks at a time; {@code next_cursor} then asks for the rest. What was done stays done whatever happens.
     *
     * @param reason a reason that {@code GET /tasks/failures} names
     * @param cursor the {@code next_cursor} of the call before
     */
    @Post("/retry")
    @Operation(operationId = "retryAll")
    Changed retry(@QueryValue String reason, @Nullable @QueryValue String cursor) {
        return each(reason, cursor, TaskOrders::retry);
    }

    /**
     * Calls off all tasks that have failed for one reason: nobody wants them any more. Works for ten seconds at the most, a hundred
     * tasks at a time; {@code next_cursor} then asks for the rest. What was done stays done whatever happens.
     *
     * @param reason a reason that {@code GET /tasks/failures} names
     * @param cursor the {@code next_cursor} of the call before
     */
    @Post("/cancel")
    @Operation(operationId = "cancelAll")
    Changed cancel(@QueryValue String reason, @Nullable @QueryValue String cursor) {
        return each(reason, cursor, TaskOrders::cancel);
    }

    private Changed each(String word, @Nullable String cursor, Function<TaskId, Order<Outcome<TaskStatus>>> order) {
        FailureReason reason = Words.parse(FailureReason.class, "reason", word);
        long before = Paging.of(null, cursor).before();
        long end = System.nanoTime() + LONGEST.toNanos();
        long changed = 0;
        long refused = 0;
        while (true) {
            long from = before;
            List<Long> step = transactions.in(connection -> FailedTasks.next(connection, reason, from, STEP));
            for (Outcome<TaskStatus> outcome : desk.carryOut(step.stream()
                    .map(task -> TaskOrders.ifStillFailed(order.apply(new TaskId(task))))
                    .toList())) {
                switch (outcome) {
                    case Outcome.Done<TaskStatus> _ -> changed++;
                    case Outcome.Refused<TaskStatus> _ -> refused++;
                }
            }
            if (step.size() < STEP) {
                return new Changed(reason, changed, refused, null);
            }
            before = step.getLast();
            if (System.nanoTime() - end > 0) {
                return new Changed(reason, changed, refused, Paging.cursor(before));
            }
        }
    }

    /**
     * What one call did.
     *
     * @param changed tasks that were tried again or called off
     * @param refused tasks that were left as they are: their URL lives on in a newer one, or somebody else was quicker
     * @param nextCursor goes on where this call stopped; null when all tasks of the reason have been looked at
     */
    record Changed(
            FailureReason reason,
            long changed,
            long refused,
            @Nullable String nextCursor) {}
}

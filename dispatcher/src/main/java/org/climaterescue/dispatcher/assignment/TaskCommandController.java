package org.climaterescue.dispatcher.assignment;

import io.micronaut.core.annotation.Introspected;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.util.function.Function;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.node.Nodes;
import org.climaterescue.dispatcher.assignment.CustodyDesk.Order;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.security.Roles;
import org.climaterescue.protocol.TaskId;
import org.climaterescue.protocol.TaskStatus;

/** What operators do to one task. */
@Controller("/tasks/{id}")
@ExecuteOn(TaskExecutors.BLOCKING)
@Secured(Roles.OPERATOR)
@Tag(name = "Tasks")
class TaskCommandController {

    private final CustodyDesk desk;
    private final Transactions transactions;
    private final Nodes nodes;

    TaskCommandController(CustodyDesk desk, Transactions transactions, Nodes nodes) {
        this.desk = desk;
        this.transactions = transactions;
        this.nodes = nodes;
    }

    /** Tries a task again that failed, was cancelled, or waits for its next try; its attempts start anew. */
    @Post("/retry")
    Standing retry(String id) {
        return carryOut(id, TaskOrders::retry);
    }

    /** Calls a task off. Nodes that work on it learn of it at their next heartbeat. */
    @Post("/cancel")
    Standing cancel(String id) {
        return carryOut(id, TaskOrders::cancel);
    }

    /** Changes a task's place in the order of work. */
    @Post("/priority")
    Standing prioritize(String id, @Valid @Body Priority wanted) {
        return carryOut(id, task -> TaskOrders.prioritize(task, wanted.priority()));
    }

    /** A node's copy is lost: the task wants another one. */
    @Delete("/copies/{nodeId}")
    Standing loseCopy(String id, String nodeId) {
        return carryOut(id, task -> TaskOrders.loseCopy(task, nodeId, nodeNo(nodeId)));
    }

    private int nodeNo(String nodeId) {
        return transactions
                .in(connection -> nodes.find(connection, nodeId))
                .orElseThrow(() -> ProblemException.notFound("node " + nodeId + " is not registered"))
                .nodeNo();
    }

    private Standing carryOut(String id, Function<TaskId, Order<Outcome<TaskStatus>>> order) {
        TaskId task = TaskId.parse(id).orElseThrow(() -> ProblemException.notFound("there is no task " + id));
        return switch (desk.carryOut(order.apply(task))) {
            case Outcome.Done<TaskStatus> done -> new Standing(task.toString(), done.value());
            case Outcome.Refused<TaskStatus> refused -> throw refused.problem();
        };
    }

    /**
     * A new priority.
     *
     * @param priority 1 to 10, 10 most urgent
     */
    @Introspected
    record Priority(@NotNull @Min(1) @Max(10) Integer priority) {}

    /** Where the task stands now. */
    record Standing(String taskId, TaskStatus status) {}
}

package org.climaterescue.dispatcher.task;

import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.task.FailedTasks;
import org.climaterescue.dispatcher.coalescing.Coalescing;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.TaskId;
import org.jspecify.annotations.Nullable;

/** Shows what went wrong. */
@Controller("/tasks/failures")
@Tag(name = "Tasks")
@Secured(SecurityRule.IS_ANONYMOUS)
@ExecuteOn(TaskExecutors.BLOCKING)
final class FailureController {

    private final Transactions transactions;
    private final Coalescing coalescing;

    FailureController(Transactions transactions, Coalescing coalescing) {
        this.transactions = transactions;
        this.coalescing = coalescing;
    }

    /**
     * Failed tasks by the reason of their last failure that counted, the most frequent reason first; all reasons on one page.
     * {@code GET /tasks?status=failed&reason=} lists the tasks of one.
     */
    @Get
    @Operation(operationId = "countFailures")
    CompletableFuture<Groups> list() {
        return coalescing.fresh(
                "failures",
                () -> new Groups(transactions.atLength(FailedTasks::groups).stream()
                        .map(Group::from)
                        .toList()));
    }

    /** All reasons; there are few, so there is no further page. */
    record Groups(List<Group> items) {}

    /**
     * Tasks that have failed for one reason.
     *
     * @param count how many
     * @param hosts the hosts of the newest thousand of them, five at most, most tasks first
     */
    record Group(FailureReason reason, long count, List<OfHost> hosts, Example example) {

        static Group from(FailedTasks.Group group) {
            return new Group(
                    group.reason(),
                    group.tasks(),
                    group.hosts().stream()
                            .map(host -> new OfHost(host.host(), host.tasks()))
                            .toList(),
                    Example.from(group.example()));
        }
    }

    /** How many of the newest thousand tasks of a reason are of one host. */
    record OfHost(String host, long count) {}

    /**
     * The newest task of a reason, with its last error.
     *
     * @param at when a node reported the error
     */
    record Example(
            String taskId,
            String datasetUrl,
            @Nullable Instant at,
            @Nullable String nodeId,
            @Nullable String detail,
            @Nullable Integer httpStatus) {

        static Example from(FailedTasks.Example example) {
            return new Example(
                    new TaskId(example.taskId()).toString(),
                    example.url(),
                    example.at(),
                    example.nodeId(),
                    example.detail(),
                    example.httpStatus());
        }
    }
}

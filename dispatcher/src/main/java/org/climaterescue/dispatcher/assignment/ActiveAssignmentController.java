package org.climaterescue.dispatcher.assignment;

import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.QueryValue;
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
import org.climaterescue.db.node.ActiveLease;
import org.climaterescue.dispatcher.coalescing.Coalescing;
import org.climaterescue.dispatcher.problem.Words;
import org.climaterescue.dispatcher.streaming.Paging;
import org.climaterescue.protocol.AssignmentId;
import org.climaterescue.protocol.TaskId;
import org.jspecify.annotations.Nullable;

/** Shows what is being downloaded. */
@Controller("/assignments")
@ExecuteOn(TaskExecutors.BLOCKING)
@Secured(SecurityRule.IS_ANONYMOUS)
@Tag(name = "Assignments")
class ActiveAssignmentController {

    private final Transactions transactions;
    private final Coalescing coalescing;

    ActiveAssignmentController(Transactions transactions, Coalescing coalescing) {
        this.transactions = transactions;
        this.coalescing = coalescing;
    }

    /**
     * Active assignments, the newest first.
     *
     * @param nodeId only of this node; may be given several times
     * @param host only of this host
     */
    @Get
    @Operation(operationId = "listAssignments")
    CompletableFuture<Page> list(
            @Nullable @QueryValue("node_id") List<String> nodeId,
            @Nullable @QueryValue String host,
            @Nullable @QueryValue Integer limit,
            @Nullable @QueryValue String cursor) {
        Paging paging = Paging.of(limit, cursor);
        String name = Words.storable("host", host);
        if (nodeId != null) {
            nodeId.forEach(one -> Words.storable("node_id", one));
        }
        return coalescing.fresh("assignments " + nodeId + ' ' + name + paging, () -> {
            Paging.Page<ActiveLease> page = paging.page(
                    transactions.atLength(
                            connection -> ActiveLease.page(connection, nodeId, name, paging.before(), paging.probe())),
                    ActiveLease::token);
            return new Page(page.items().stream().map(Active::from).toList(), page.nextCursor());
        });
    }

    /**
     * One page of a list.
     *
     * @param nextCursor asks for the next page; null on the last
     */
    record Page(List<Active> items, @Nullable String nextCursor) {}

    /**
     * A node's lease on a task.
     *
     * @param sizeBytes null if nobody knows
     * @param bytesDone bytes on the node's disk, as of its last heartbeat
     * @param progressAt when the last byte was reported
     * @param leaseUntil when the lease runs out unless a heartbeat renews it
     */
    record Active(
            String assignmentId,
            String taskId,
            String nodeId,
            String datasetUrl,
            @Nullable String name,
            String host,
            @Nullable Long sizeBytes,
            long bytesDone,
            int attempt,
            Instant assignedAt,
            Instant progressAt,
            Instant leaseUntil) {

        static Active from(ActiveLease lease) {
            return new Active(
                    new AssignmentId(lease.taskId(), lease.token()).toString(),
                    new TaskId(lease.taskId()).toString(),
                    lease.nodeId(),
                    lease.url(),
                    lease.name(),
                    lease.host(),
                    lease.sizeBytes(),
                    lease.bytesDone(),
                    lease.attempt(),
                    lease.assignedAt(),
                    lease.progressAt(),
                    lease.leaseUntil());
        }
    }
}

package org.climaterescue.dispatcher.assignment;

import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.security.annotation.Secured;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.climaterescue.db.node.Nodes;
import org.climaterescue.dispatcher.assignment.CustodyDesk.Order;
import org.climaterescue.dispatcher.node.NodeRegistry;
import org.climaterescue.dispatcher.problem.Checks;
import org.climaterescue.dispatcher.security.Caller;
import org.climaterescue.dispatcher.security.Roles;
import org.climaterescue.dispatcher.tracing.LogContext;
import org.climaterescue.dispatcher.tracing.TraceParent;
import org.climaterescue.protocol.AssignmentId;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.Failure;
import org.climaterescue.protocol.Release;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What nodes report about their assignments. */
@Controller("/assignments")
@Secured({Roles.NODE, Roles.JOIN, Roles.OPERATOR})
@Tag(name = "Assignments")
class AssignmentController {

    private static final Logger LOG = LoggerFactory.getLogger(AssignmentController.class);

    private final Reports reports;
    private final NodeRegistry registry;
    private final Checks checks;

    AssignmentController(Reports reports, NodeRegistry registry, Checks checks) {
        this.reports = reports;
        this.registry = registry;
        this.checks = checks;
    }

    /**
     * The node holds the file. Saying so twice is fine; a copy that comes after the lease was lost counts all the same. A digest
     * unlike the catalog's is a 422 {@code digest_mismatch}, and another size than other nodes give with the same digest a 422
     * {@code size_mismatch}; both cost an attempt.
     */
    @Post("/{id}/complete")
    CompletableFuture<Completion.Result> complete(
            String id, @Body Completion report, @Parameter(hidden = true) Caller caller) {
        caller.requireNode(checks.require(report).nodeId());
        return report(id, report.nodeId(), (assignment, node) -> AssignmentOrders.complete(assignment, node, report))
                .thenApply(AssignmentController::answer);
    }

    /** The node could not rescue the file. */
    @Post("/{id}/fail")
    CompletableFuture<Failure.Result> fail(
            String id, @Valid @Body Failure report, @Parameter(hidden = true) Caller caller) {
        caller.requireNode(report.nodeId());
        return report(id, report.nodeId(), (assignment, node) -> AssignmentOrders.fail(assignment, node, report))
                .thenApply(AssignmentController::answer);
    }

    /** The node gives the task back; it costs no attempt. */
    @Post("/{id}/release")
    CompletableFuture<Release.Result> release(
            String id, @Valid @Body Release report, @Parameter(hidden = true) Caller caller) {
        caller.requireNode(report.nodeId());
        return report(id, report.nodeId(), AssignmentOrders::release).thenApply(AssignmentController::answer);
    }

    /** Many completions of one node, each answered on its own, in order. */
    @Post("/complete")
    CompletableFuture<Completion.BulkResult> completeMany(
            @Body Completion.Bulk bulk, @Parameter(hidden = true) Caller caller) {
        caller.requireNode(checks.require(bulk).nodeId());
        List<CompletableFuture<Completion.ItemResult>> answers = bulk.completions().stream()
                .map(item -> report(
                                item.assignmentId(),
                                bulk.nodeId(),
                                (assignment, node) ->
                                        AssignmentOrders.complete(assignment, node, item.by(bulk.nodeId())))
                        .thenApply(outcome -> line(item.assignmentId(), outcome)))
                .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(all -> new Completion.BulkResult(
                        answers.stream().map(CompletableFuture::join).toList()));
    }

    private <T> CompletableFuture<Outcome<T>> report(
            String id, String nodeId, BiFunction<AssignmentId, Nodes.Known, Order<Outcome<T>>> order) {
        Optional<AssignmentId> assignment = AssignmentId.parse(id);
        if (assignment.isEmpty()) {
            return CompletableFuture.completedFuture(AssignmentOrders.unknown(id));
        }
        CompletableFuture<Outcome<T>> answer =
                registry.reporting(nodeId).thenCompose(node -> reports.submit(order.apply(assignment.get(), node)));
        if (!LOG.isDebugEnabled()) {
            return answer;
        }
        TraceParent trace = TraceParent.ofThisCall().orElse(null);
        return answer.whenComplete((outcome, failed) -> log(id, nodeId, trace, outcome));
    }

    private static void log(
            String assignmentId, String nodeId, @Nullable TraceParent trace, @Nullable Outcome<?> outcome) {
        try (var _ = LogContext.open().with(LogContext.NODE, nodeId).with(trace).assignment(assignmentId)) {
            LOG.debug("node {} reported {}: {}", nodeId, assignmentId, outcome);
        }
    }

    private static <T> T answer(Outcome<T> outcome) {
        return switch (outcome) {
            case Outcome.Done<T> done -> done.value();
            case Outcome.Refused<T> refused -> throw refused.problem();
        };
    }

    private static Completion.ItemResult line(String assignmentId, Outcome<Completion.Result> outcome) {
        return switch (outcome) {
            case Outcome.Done<Completion.Result> done -> line(assignmentId, done.value());
            case Outcome.Refused<Completion.Result> refused ->
                new Completion.ItemResult(
                        assignmentId,
                        refused.problem().status(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        refused.problem().code(),
                        refused.problem().detail());
        };
    }

    private static Completion.ItemResult line(String assignmentId, Completion.Result result) {
        return new Completion.ItemResult(
                assignmentId,
                200,
                result.verification(),
                result.taskStatus(),
                result.copiesHeld(),
                result.copiesTarget(),
                result.late(),
                null,
                null);
    }
}

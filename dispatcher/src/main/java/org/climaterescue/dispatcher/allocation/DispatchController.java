package org.climaterescue.dispatcher.allocation;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.security.annotation.Secured;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.climaterescue.db.allocation.ReadyQueue.Claimed;
import org.climaterescue.dispatcher.node.NodeRegistry;
import org.climaterescue.dispatcher.problem.Checks;
import org.climaterescue.dispatcher.security.Caller;
import org.climaterescue.dispatcher.security.Roles;
import org.climaterescue.dispatcher.settings.Settings;
import org.climaterescue.dispatcher.tracing.LogContext;
import org.climaterescue.dispatcher.tracing.TraceParent;
import org.climaterescue.protocol.AssignedTask;
import org.climaterescue.protocol.AssignmentId;
import org.climaterescue.protocol.DispatchRequest;
import org.climaterescue.protocol.DispatchResponse;
import org.climaterescue.protocol.Limits;
import org.climaterescue.protocol.NodeStatus;
import org.climaterescue.protocol.TaskId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Work for nodes. */
@Controller
@Tag(name = "Dispatch")
class DispatchController {

    private static final Logger LOG = LoggerFactory.getLogger(DispatchController.class);

    /** What a volunteer's line is guessed to carry, for the estimate that people read. */
    private static final long BYTES_PER_SECOND = 5_000_000;

    private final AllocationRounds rounds;
    private final NodeRegistry registry;
    private final Checks checks;
    private final long leaseSeconds;
    private final long unknownSize;

    DispatchController(AllocationRounds rounds, NodeRegistry registry, Checks checks, Settings settings) {
        this.rounds = rounds;
        this.registry = registry;
        this.checks = checks;
        this.leaseSeconds = settings.liveness().lostAfter().toSeconds();
        this.unknownSize = settings.rescue().unknownSizeBytes();
    }

    /**
     * Gives a node up to {@code max_tasks} tasks that fit its capacity and its floor. With nothing to give, waits up to {@code
     * wait_seconds} and answers as soon as there is work, else with an empty list.
     */
    @Post("/dispatch")
    @Secured({Roles.NODE, Roles.JOIN, Roles.OPERATOR})
    CompletableFuture<DispatchResponse> dispatch(
            @Body DispatchRequest request, @Parameter(hidden = true) Caller caller, HttpRequest<?> http) {
        return registry.known(checks.require(request), caller)
                .thenCompose(known -> {
                    CompletableFuture<Given> answer = rounds.ask(request);
                    return request.patience() == 0 ? answer : Connected.orRefused(http, answer);
                })
                .thenApply(given -> response(http, request, given));
    }

    private DispatchResponse response(HttpRequest<?> http, DispatchRequest request, Given given) {
        if (given.nodeStatus() == NodeStatus.GONE) {
            // It signed off at another instance: its next call takes it back.
            registry.forget(request.nodeId());
        }
        List<AssignedTask> tasks = given.tasks().stream().map(this::task).toList();
        if (LOG.isDebugEnabled()) {
            TraceParent trace = TraceParent.of(http).orElse(null);
            tasks.forEach(task -> log(request, trace, task));
        }
        String message = tasks.isEmpty()
                ? "Nothing to do right now"
                : tasks.size() == 1 ? "1 task assigned" : tasks.size() + " tasks assigned";
        return new DispatchResponse(
                "success",
                message,
                request,
                new DispatchResponse.Batch(tasks, duration(given.tasks()), given.nodeStatus()));
    }

    private static void log(DispatchRequest request, @Nullable TraceParent trace, AssignedTask task) {
        try (var _ = LogContext.open()
                .with(LogContext.NODE, request.nodeId())
                .with(trace)
                .assignment(task.assignmentId())) {
            LOG.debug("{} is given to node {}", task.assignmentId(), request.nodeId());
        }
    }

    private AssignedTask task(Claimed claimed) {
        Long size = claimed.sizeBytes();
        return new AssignedTask(
                new AssignmentId(claimed.taskId(), claimed.token()).toString(),
                new TaskId(claimed.taskId()).toString(),
                claimed.url(),
                claimed.name(),
                size == null ? null : Math.ceilDiv(size, Limits.MB),
                size,
                claimed.priority(),
                claimed.sha256() == null ? null : claimed.sha256().hex(),
                claimed.attempt(),
                leaseSeconds,
                null);
    }

    private String duration(List<Claimed> tasks) {
        long bytes = tasks.stream()
                .mapToLong(task -> task.sizeBytes() == null ? unknownSize : task.sizeBytes())
                .sum();
        Duration time = Duration.ofSeconds(Math.ceilDiv(bytes, BYTES_PER_SECOND));
        if (time.toHours() > 0) {
            return words(Math.ceilDiv(time.toSeconds(), 3600), "hour");
        }
        return time.toSeconds() >= 60
                ? words(Math.ceilDiv(time.toSeconds(), 60), "minute")
                : words(time.toSeconds(), "second");
    }

    private static String words(long count, String unit) {
        return count + " " + unit + (count == 1 ? "" : "s");
    }
}

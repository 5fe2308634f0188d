package org.climaterescue.dispatcher.intake;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.server.types.files.StreamedFile;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.climaterescue.db.intake.FirstTask;
import org.climaterescue.dispatcher.problem.Duplicate;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.security.Roles;
import org.climaterescue.dispatcher.service.InstanceId;
import org.climaterescue.dispatcher.tracing.LogContext;
import org.climaterescue.dispatcher.tracing.TraceParent;
import org.climaterescue.protocol.TaskId;
import org.climaterescue.protocol.TaskStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes requests to rescue assets. */
@Controller("/tasks")
@Tag(name = "Tasks")
@Secured(Roles.OPERATOR)
final class TaskIntakeController {

    private static final Logger LOG = LoggerFactory.getLogger(TaskIntakeController.class);

    /** The media type of newline-delimited JSON. */
    static final String NDJSON = "application/x-ndjson";

    private final Submissions submissions;
    private final SingleSubmissions single;
    private final BulkStream bulk;
    private final String instance;

    TaskIntakeController(Submissions submissions, SingleSubmissions single, BulkStream bulk, InstanceId instance) {
        this.submissions = submissions;
        this.single = single;
        this.bulk = bulk;
        this.instance = instance.value();
    }

    /** Takes one asset. The {@code traceparent} of W3C Trace Context, if the call has one, is kept with the task and given back. */
    @Post
    @ApiResponse(
            responseCode = "202",
            description = "It is a task now.",
            content = @Content(schema = @Schema(implementation = Accepted.class)))
    CompletableFuture<HttpResponse<Accepted>> submit(@Body TaskRequest request, HttpRequest<?> http) {
        String requestId = request.requestId();
        TraceParent trace = TraceParent.of(http).orElse(null);
        return single.submit(submissions.check(request).traced(trace == null ? null : trace.text()))
                .thenApply(told -> answer(requestId, trace, told));
    }

    /** Takes many assets, a JSON object a line, plain or gzip; each line of the answer is the result of one line, in order. */
    @Post("/bulk")
    @ExecuteOn(TaskExecutors.BLOCKING)
    @Consumes(MediaType.ALL)
    @Produces(NDJSON)
    StreamedFile submitMany(@Nullable @Body InputStream body, HttpRequest<?> http) throws IOException {
        InputStream lines = body == null ? InputStream.nullInputStream() : body;
        return new StreamedFile(
                bulk.answer(lines, TraceParent.of(http).map(TraceParent::text).orElse(null)), MediaType.of(NDJSON));
    }

    private HttpResponse<Accepted> answer(
            @Nullable String requestId, @Nullable TraceParent trace, SingleSubmissions.Told told) {
        return switch (told) {
            case SingleSubmissions.Told.Unstorable() -> throw ProblemException.invalid(null, Submissions.UNSTORABLE);
            case SingleSubmissions.Told.Accepted(long number, Instant createdAt) -> {
                String id = new TaskId(number).toString();
                var body = new Accepted("Task accepted", id, requestId, TaskStatus.PENDING, instance, createdAt);
                MutableHttpResponse<Accepted> accepted = HttpResponse.<Accepted>accepted(URI.create("/tasks/" + id))
                        .body(body);
                if (LOG.isDebugEnabled()) {
                    log(id, requestId, trace);
                }
                yield trace == null ? accepted : accepted.header(TraceParent.HEADER, trace.text());
            }
            case SingleSubmissions.Told.Duplicate(FirstTask first) ->
                throw Duplicate.of(first, "this was taken before, as task " + new TaskId(first.taskId()));
            case SingleSubmissions.Told.OtherBody(long first) ->
                throw ProblemException.unprocessable(
                                "request_id_reused",
                                "request_id %s was used before with another body; send the same body or another request_id"
                                        .formatted(requestId))
                        .withField("request_id")
                        .with("task_id", new TaskId(first).toString());
        };
    }

    private static void log(String taskId, @Nullable String requestId, @Nullable TraceParent trace) {
        try (var _ = LogContext.open()
                .with(LogContext.TASK, taskId)
                .with(LogContext.REQUEST, requestId)
                .with(trace)) {
            LOG.debug("{} is accepted", taskId);
        }
    }

    /** The answer to a request that became a task. */
    record Accepted(
            String message,
            String taskId,
            @Nullable String requestId,
            TaskStatus status,
            String initiatedBy,
            Instant createdAt) {}
}

package org.climaterescue.dispatcher.intake;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.server.types.files.StreamedFile;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.climaterescue.db.intake.Reception;
import org.climaterescue.dispatcher.problem.Duplicate;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.security.Roles;
import org.climaterescue.dispatcher.service.InstanceId;
import org.climaterescue.protocol.TaskId;
import org.climaterescue.protocol.TaskStatus;
import org.jspecify.annotations.Nullable;

/** Takes requests to rescue assets. */
@Controller("/tasks")
@Tag(name = "Tasks")
@Secured(Roles.OPERATOR)
@ExecuteOn(TaskExecutors.BLOCKING)
final class TaskIntakeController {

    /** The media type of newline-delimited JSON. */
    static final String NDJSON = "application/x-ndjson";

    private final Submissions submissions;
    private final BulkStream bulk;
    private final String instance;

    TaskIntakeController(Submissions submissions, BulkStream bulk, InstanceId instance) {
        this.submissions = submissions;
        this.bulk = bulk;
        this.instance = instance.value();
    }

    /** Takes one asset. */
    @Post
    HttpResponse<Accepted> submit(@Body TaskRequest request) {
        Submissions.Taken taken =
                submissions.take(List.of(submissions.check(request))).getFirst();
        return switch (taken) {
            case Submissions.Taken.Unstorable() -> throw ProblemException.invalid(null, Submissions.UNSTORABLE);
            case Submissions.Taken.Answered(Reception reception) -> answer(request, reception);
        };
    }

    /** Takes many assets, a JSON object a line; each line of the answer is the result of one line, in order. */
    @Post("/bulk")
    @Consumes(MediaType.ALL)
    @Produces(NDJSON)
    StreamedFile submitMany(@Nullable @Body InputStream body) throws IOException {
        InputStream lines = body == null ? InputStream.nullInputStream() : body;
        return new StreamedFile(bulk.answer(lines), MediaType.of(NDJSON));
    }

    private HttpResponse<Accepted> answer(TaskRequest request, Reception reception) {
        return switch (reception) {
            case Reception.Accepted(long number, Instant createdAt) -> {
                String id = new TaskId(number).toString();
                var body =
                        new Accepted("Task accepted", id, request.requestId(), TaskStatus.PENDING, instance, createdAt);
                yield HttpResponse.<Accepted>accepted(URI.create("/tasks/" + id))
                        .body(body);
            }
            case Reception.Duplicate duplicate -> throw duplicate(duplicate.taskId());
            case Reception.OtherBody(long first) ->
                throw ProblemException.unprocessable(
                                "request_id_reused",
                                "request_id %s was used before with another body; send the same body or another request_id"
                                        .formatted(request.requestId()))
                        .withField("request_id")
                        .with("task_id", new TaskId(first).toString());
        };
    }

    private ProblemException duplicate(long first) {
        return Duplicate.of(submissions.first(first), "this was taken before, as task " + new TaskId(first));
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

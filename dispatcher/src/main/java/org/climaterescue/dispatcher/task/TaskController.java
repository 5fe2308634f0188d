package org.climaterescue.dispatcher.task;

import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.catalog.Catalogs;
import org.climaterescue.db.history.HistoryParts;
import org.climaterescue.db.task.AssignmentRow;
import org.climaterescue.db.task.CopyRow;
import org.climaterescue.db.task.EventRow;
import org.climaterescue.db.task.FailureRow;
import org.climaterescue.db.task.TaskFilter;
import org.climaterescue.db.task.TaskRow;
import org.climaterescue.db.task.Tasks;
import org.climaterescue.dispatcher.coalescing.Coalescing;
import org.climaterescue.dispatcher.intake.CanonicalUrl;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.problem.Words;
import org.climaterescue.dispatcher.service.InstanceId;
import org.climaterescue.dispatcher.streaming.Paging;
import org.climaterescue.protocol.CatalogId;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.TaskId;
import org.climaterescue.protocol.TaskStatus;
import org.climaterescue.protocol.Texts;
import org.climaterescue.protocol.Verification;
import org.jspecify.annotations.Nullable;

/** Shows tasks, their history, and where the copies of a URL are. */
@Controller
@Tag(name = "Tasks")
@Secured(SecurityRule.IS_ANONYMOUS)
@ExecuteOn(TaskExecutors.BLOCKING)
final class TaskController {

    private final Transactions transactions;
    private final Coalescing coalescing;
    private final String instance;

    TaskController(Transactions transactions, Coalescing coalescing, InstanceId instance) {
        this.transactions = transactions;
        this.coalescing = coalescing;
        this.instance = instance.value();
    }

    /**
     * Tasks, newest first, that match all that is given.
     *
     * @param reason why they failed, as {@code GET /tasks/failures} counts them
     * @param verification what is known about their leading digest; disputed: no digest leads
     * @param search a part of the URL, the name or the dataset, in any case. A page may then hold fewer tasks than asked for, or
     *     none, and {@code next_cursor} goes on with older ones. By itself it may also be a whole URL or a {@code task_id}, which
     *     is found at once
     */
    @Get("/tasks")
    @Operation(operationId = "listTasks")
    TaskPage.Page list(
            @Nullable @QueryValue String status,
            @Nullable @QueryValue String reason,
            @Nullable @QueryValue String verification,
            @Nullable @QueryValue String host,
            @Nullable @QueryValue String catalog,
            @Nullable @QueryValue("node_id") String nodeId,
            @Nullable @QueryValue String search,
            @Nullable @QueryValue Integer limit,
            @Nullable @QueryValue String cursor) {
        Paging paging = Paging.of(limit, cursor);
        var filter = new TaskFilter(
                status == null ? null : Words.parse(TaskStatus.class, "status", status),
                reason == null ? null : Words.parse(FailureReason.class, "reason", reason),
                verification == null ? null : Words.parse(Verification.class, "verification", verification),
                Words.storable("host", host),
                catalog == null ? null : catalog(catalog),
                Words.storable("node_id", nodeId),
                Words.part("search", search));
        if (filter.text() != null) {
            return search(filter, paging);
        }
        Paging.Page<TaskRow> page = paging.page(
                transactions.atLength(connection -> Tasks.page(connection, filter, paging.before(), paging.probe())),
                TaskRow::taskId);
        return page(page.items(), page.nextCursor());
    }

    private TaskPage.Page search(TaskFilter filter, Paging paging) {
        Optional<TaskRow> named = filter.onlyText() ? named(Objects.requireNonNull(filter.text())) : Optional.empty();
        Tasks.Found found = named.map(row -> new Tasks.Found(List.of(row), null))
                .orElseGet(() -> transactions.atLength(
                        connection -> Tasks.search(connection, filter, paging.before(), paging.limit())));
        return page(found.tasks(), found.next() == null ? null : Paging.cursor(found.next()));
    }

    private TaskPage.Page page(List<TaskRow> rows, @Nullable String nextCursor) {
        long[] failed = rows.stream()
                .filter(row -> row.status() == TaskStatus.FAILED)
                .mapToLong(TaskRow::taskId)
                .toArray();
        Map<Long, FailureRow> failures =
                failed.length == 0 ? Map.of() : transactions.in(connection -> FailureRow.last(connection, failed));
        return TaskPage.Page.of(rows, failures, nextCursor);
    }

    /** The task that a text names wholly. */
    private Optional<TaskRow> named(String text) {
        Optional<TaskId> id = TaskId.parse(text);
        if (id.isPresent()) {
            return transactions.in(connection -> Tasks.one(connection, id.get().number()));
        }
        if (!text.contains(":")) {
            return Optional.empty();
        }
        try {
            String canonical = CanonicalUrl.of(text).canonical();
            return transactions.in(connection -> Tasks.ofUrl(connection, canonical));
        } catch (ProblemException notAUrl) {
            return Optional.empty();
        }
    }

    /** One task with everything about it. */
    @Get("/tasks/{taskId}")
    @Operation(operationId = "task")
    CompletableFuture<TaskPage.Whole> one(@PathVariable String taskId) {
        return shared(
                "task",
                taskId,
                (connection, row) -> TaskPage.Whole.from(
                        row,
                        catalogName(connection, row),
                        Tasks.payload(connection, row.taskId()).orElse(null),
                        CopyRow.of(connection, row.taskId()),
                        AssignmentRow.of(connection, row.taskId()),
                        FailureRow.of(connection, row.taskId()),
                        droppedBefore(connection, row)));
    }

    /** Where a task stands, and who took, answers for and did it. */
    @Get("/tasks/{taskId}/status")
    CompletableFuture<Standing> standing(@PathVariable String taskId) {
        return shared(
                "standing",
                taskId,
                (connection, row) -> new Standing(
                        new TaskId(row.taskId()).toString(),
                        row.status(),
                        row.initiatedBy(),
                        instance,
                        Tasks.handlers(connection, row.taskId()).getOrDefault(row.taskId(), List.of())));
    }

    /** Every event of a task in order: the chain of custody, as far back as it is kept. */
    @Get("/tasks/{taskId}/history")
    EventPage.History history(@PathVariable String taskId) {
        return found(
                taskId,
                (connection, row) -> new EventPage.History(
                        new TaskId(row.taskId()).toString(),
                        EventRow.of(connection, row.taskId()).stream()
                                .map(event -> EventPage.from(row.taskId(), event))
                                .toList(),
                        droppedBefore(connection, row)));
    }

    /** Where the copies of a URL are. */
    @Get("/copies")
    Copies copies(@QueryValue String url) {
        String canonical = canonical(url);
        return transactions.in(connection -> {
            TaskRow row = Tasks.ofUrl(connection, canonical)
                    .orElseThrow(() -> ProblemException.notFound("nobody has asked to rescue " + url));
            return new Copies(
                    row.url(),
                    new TaskId(row.taskId()).toString(),
                    row.status(),
                    CopyPage.all(row.said().sha256(), CopyRow.of(connection, row.taskId())));
        });
    }

    /** Null when the history of the task is whole. */
    private static @Nullable Instant droppedBefore(Connection connection, TaskRow row) throws SQLException {
        return HistoryParts.droppedBefore(connection)
                .filter(before -> row.createdAt().isBefore(before))
                .orElse(null);
    }

    private static @Nullable String catalogName(Connection connection, TaskRow row) throws SQLException {
        Integer catalogNo = row.said().catalogNo();
        return catalogNo == null
                ? null
                : Catalogs.one(connection, catalogNo).map(Catalogs.Row::name).orElse(null);
    }

    private static String canonical(String url) {
        if (!Texts.storable(url)) {
            throw ProblemException.invalid("url", "url holds a character that no URL has");
        }
        try {
            return CanonicalUrl.of(url).canonical();
        } catch (ProblemException wrong) {
            throw ProblemException.invalid("url", wrong.detail().replaceFirst("^dataset_url", "url"));
        }
    }

    private <T> CompletableFuture<T> shared(String what, String taskId, Reading<T> reading) {
        return coalescing.fresh(what + ' ' + taskId, () -> found(taskId, reading));
    }

    private <T> T found(String taskId, Reading<T> reading) {
        return TaskId.parse(taskId)
                .flatMap(id -> transactions.in(connection -> {
                    var row = Tasks.one(connection, id.number());
                    return row.isEmpty() ? Optional.<T>empty() : Optional.of(reading.read(connection, row.get()));
                }))
                .orElseThrow(() -> ProblemException.notFound("there is no task " + taskId));
    }

    private static long catalog(String id) {
        return CatalogId.parse(id)
                .orElseThrow(() -> ProblemException.invalid("catalog", "catalog must be a catalog_id, such as c-1"))
                .number();
    }

    /** Reads more about a task that exists. */
    @FunctionalInterface
    private interface Reading<T> {
        T read(Connection connection, TaskRow row) throws SQLException;
    }

    /**
     * Where a task stands.
     *
     * @param initiatedBy the instance that took it
     * @param checkedBy the instance that answers
     * @param handledBy the nodes that did it, or while none has, that work on it
     */
    record Standing(String taskId, TaskStatus status, String initiatedBy, String checkedBy, List<String> handledBy) {}

    /** Where the copies of a URL are. */
    record Copies(String url, String taskId, TaskStatus taskStatus, List<CopyPage> copies) {}
}

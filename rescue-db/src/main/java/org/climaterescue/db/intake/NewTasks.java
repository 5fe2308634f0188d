package org.climaterescue.db.intake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import de.bytefish.pgbulkinsert.mapping.AbstractMapping;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.climaterescue.db.Copy;
import org.climaterescue.db.Sql;
import org.climaterescue.db.intake.Intake.Candidate;
import org.climaterescue.protocol.Json;
import org.climaterescue.protocol.Sha256;
import org.jspecify.annotations.Nullable;

/** The rows of new tasks. */
final class NewTasks {

    private static final Copy<NewTask> TASK = new Copy<>(new TaskTable());
    private static final Copy<NewTask> READY = new Copy<>(new ReadyTable());
    private static final Copy<NewTask> EVENT = new Copy<>(new EventTable());

    private NewTasks() {}

    /**
     * Writes each task, its first row in {@code ready} and its first line of history. A URL in the last known ranking gives a task
     * its rank.
     */
    static void write(Connection connection, List<Candidate> candidates, Terms terms, Instant now) throws SQLException {
        if (candidates.isEmpty()) {
            return;
        }
        Map<Sha256, Integer> ranks = ranks(connection, candidates);
        ZonedDateTime at = now.atZone(ZoneOffset.UTC);
        List<NewTask> tasks = candidates.stream()
                .map(one -> new NewTask(one.taskId(), one.hostNo(), one.submission(), ranks.get(one.key()), terms, at))
                .toList();
        TASK.write(connection, tasks);
        READY.write(connection, tasks);
        EVENT.write(connection, tasks);
    }

    /** The ranks that the last known ranking has for the tasks; nothing is looked up while there is none. */
    private static Map<Sha256, Integer> ranks(Connection connection, List<Candidate> tasks) throws SQLException {
        Map<Sha256, Integer> known = new HashMap<>();
        if (Sql.of(connection, "select exists (select from ranking) as known").one(row -> row.flag("known"))) {
            Sql.of(connection, "select url_sha256, rank from ranking where url_sha256 = any (?)", (Object)
                            tasks.stream().map(one -> one.key().bytes()).toArray(byte[][]::new))
                    .list(row -> known.put(Sha256.of(row.bytes("url_sha256")), row.integer("rank")));
        }
        return known;
    }

    private record NewTask(
            long taskId,
            int hostNo,
            Submission submission,
            @Nullable Integer rank,
            Terms terms,
            ZonedDateTime at) {

        Description said() {
            return submission.description();
        }

        AssetUrl url() {
            return submission.url();
        }

        @Nullable
        String canonicalOtherThanRaw() {
            return url().canonical().equals(url().raw()) ? null : url().canonical();
        }

        byte @Nullable [] digest() {
            Sha256 sha256 = said().sha256();
            return sha256 == null ? null : sha256.bytes();
        }

        int priority() {
            Integer priority = said().priority();
            return priority == null ? Description.USUAL_PRIORITY : priority;
        }

        /** What was done to a URL that had to be repaired, and the call's trace, as JSON; null when there is neither. */
        @Nullable
        String detail() {
            Submission.Repair repair = submission.repair();
            if (repair == null && submission.trace() == null) {
                return null;
            }
            ObjectNode detail = Json.mapper().createObjectNode();
            if (repair != null) {
                detail.put("repaired", repair.note()).put("written", repair.written());
            }
            if (submission.trace() != null) {
                detail.put("traceparent", submission.trace());
            }
            return detail.toString();
        }
    }

    private static final class TaskTable extends AbstractMapping<NewTask> {
        TaskTable() {
            super("", "task");
            mapLongPrimitive("task_id", NewTask::taskId);
            mapText("request_id", task -> task.submission().requestId());
            mapText("url", task -> task.url().raw());
            mapText("canonical_url", NewTask::canonicalOtherThanRaw);
            mapIntegerPrimitive("host_no", NewTask::hostNo);
            mapText("name", task -> task.said().name());
            mapText("dataset", task -> task.said().dataset());
            mapText("organization", task -> task.said().organization());
            mapInteger("catalog_no", task -> task.terms().catalogNo());
            mapLong("size_bytes", task -> task.said().sizeBytes());
            mapByteArray("sha256", NewTask::digest);
            mapShortPrimitive("priority", NewTask::priority);
            mapInteger("rank", NewTask::rank);
            mapShortPrimitive("copies_target", task -> task.submission().copies());
            mapText("payload", task -> task.submission().payload());
            mapText("initiated_by", task -> task.terms().instance());
            mapTimeStampTz("created_at", NewTask::at);
        }
    }

    private static final class ReadyTable extends AbstractMapping<NewTask> {
        ReadyTable() {
            super("", "ready");
            mapLongPrimitive("task_id", NewTask::taskId);
            mapShortPrimitive("slot", _ -> 0);
            mapShortPrimitive("urgency", task -> 10 - task.priority());
            mapShortPrimitive("copies", _ -> 0);
            mapInteger("rank", task -> task.rank() == null ? Integer.MAX_VALUE : task.rank());
            mapIntegerPrimitive("host_no", NewTask::hostNo);
            mapLong("size_bytes", task -> task.said().sizeBytes());
            mapShortPrimitive("attempt", _ -> 1);
            mapBooleanPrimitive("contested", _ -> false);
            mapTimeStampTz("since", NewTask::at);
        }
    }

    private static final class EventTable extends AbstractMapping<NewTask> {
        EventTable() {
            super("", "event");
            mapLongPrimitive("task_id", NewTask::taskId);
            mapTimeStampTz("at", NewTask::at);
            mapText("kind", _ -> "submitted");
            mapText("task_status", _ -> "pending");
            mapText("actor", task -> task.terms().instance());
            mapText("detail", NewTask::detail);
        }
    }
}

package org.climaterescue.db.task;

import java.sql.SQLException;
import java.time.Instant;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.Sha256;
import org.climaterescue.protocol.TaskStatus;
import org.climaterescue.protocol.Verification;
import org.jspecify.annotations.Nullable;

/**
 * What a task is and where it stands.
 *
 * @param said what the submission said of the file
 * @param held what its copies say of it; null members while no digest leads
 * @param attempts failures that count as an attempt
 * @param retryAt when it is given out again; null unless it waits
 */
public record TaskRow(
        long taskId,
        @Nullable String requestId,
        String url,
        String canonicalUrl,
        String host,
        Said said,
        Held held,
        TaskStatus status,
        int attempts,
        @Nullable Instant retryAt,
        String initiatedBy,
        Instant createdAt,
        Instant updatedAt) {

    /** The columns that {@link #from} reads, of the task {@code t}. */
    static final String SELECT = """
            select t.task_id, t.request_id, t.url, coalesce(t.canonical_url, t.url) as canonical_url, h.name as host,
                   t.name, t.dataset, t.organization, t.catalog_no, t.size_bytes, t.sha256, t.priority, t.rank,
                   t.copies_target, t.initiated_by, t.created_at, now.status, now.copies, now.sha256 as held_sha256,
                   now.size_bytes as held_bytes, now.verification, b.retry_at,
                   (select i.gone_at from catalog_item i
                    where i.catalog_no = t.catalog_no and i.task_id = t.task_id) as catalog_gone_at,
                   (select count(*) from failure f where f.task_id = t.task_id and f.charged) as attempts,
                   -- The time leaves the parts of the history aside that are older than the task, but for a clock that was set.
                   coalesce((select e.at from event e
                             where e.task_id = t.task_id and e.at > t.created_at - interval '1 day'
                             order by e.event_no desc limit 1), now.since) as updated_at
            """;

    static final String FROM = """
            from task t
            join host h using (host_no)
            join task_now now using (task_id)
            left join backoff b using (task_id)
            """;

    /**
     * What the submission said.
     *
     * @param catalogGoneAt when its catalog was first seen to list it no more; null while it does, or if there is none
     * @param rank the priorizer's; null when unranked
     */
    public record Said(
            @Nullable String name,
            @Nullable String dataset,
            @Nullable String organization,
            @Nullable Integer catalogNo,
            @Nullable Instant catalogGoneAt,
            @Nullable Long sizeBytes,
            @Nullable Sha256 sha256,
            int priority,
            @Nullable Integer rank,
            int copies) {}

    /**
     * What the copies say.
     *
     * @param copies how many carry the leading digest
     */
    public record Held(
            int copies,
            @Nullable Sha256 sha256,
            @Nullable Long sizeBytes,
            @Nullable Verification verification) {}

    static TaskRow from(Sql.Row row) throws SQLException {
        Instant createdAt = row.time("created_at");
        Instant updatedAt = row.timeOrNull("updated_at");
        return new TaskRow(
                row.number("task_id"),
                row.textOrNull("request_id"),
                row.text("url"),
                row.text("canonical_url"),
                row.text("host"),
                new Said(
                        row.textOrNull("name"),
                        row.textOrNull("dataset"),
                        row.textOrNull("organization"),
                        row.integerOrNull("catalog_no"),
                        row.timeOrNull("catalog_gone_at"),
                        row.numberOrNull("size_bytes"),
                        digest(row.bytesOrNull("sha256")),
                        row.integer("priority"),
                        row.integerOrNull("rank"),
                        row.integer("copies_target")),
                new Held(
                        row.integer("copies"),
                        digest(row.bytesOrNull("held_sha256")),
                        row.numberOrNull("held_bytes"),
                        row.wordOrNull(Verification.class, "verification")),
                row.word(TaskStatus.class, "status"),
                row.integer("attempts"),
                row.timeOrNull("retry_at"),
                row.text("initiated_by"),
                createdAt,
                updatedAt == null ? createdAt : updatedAt);
    }

    private static @Nullable Sha256 digest(byte @Nullable [] bytes) {
        return bytes == null ? null : Sha256.of(bytes);
    }
}

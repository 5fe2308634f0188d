package org.climaterescue.db.intake;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.climaterescue.db.Sql;
import org.climaterescue.db.intake.Intake.Candidate;
import org.jspecify.annotations.Nullable;

/** The rows of new tasks. */
final class NewTasks {

    private NewTasks() {}

    /**
     * Writes each task, its first row in {@code ready} and its first line of history. A URL in the last known ranking gives a
     * task its rank; while there is no ranking, none is looked for.
     */
    static void write(Connection connection, List<Candidate> tasks, Terms terms, Instant now) throws SQLException {
        if (tasks.isEmpty()) {
            return;
        }
        List<Candidate> repaired =
                tasks.stream().filter(one -> one.submission().repair() != null).toList();
        Sql.of(
                        connection,
                        """
                        with fresh as (
                            insert into task (task_id, request_id, url, canonical_url, host_no, name, dataset, organization,
                                              catalog_no, size_bytes, sha256, priority, rank, copies_target, payload,
                                              initiated_by, created_at)
                            select x.task_id, x.request_id, x.url, nullif(x.canonical_url, x.url), x.host_no, x.name,
                                   x.dataset, x.organization, ?::integer, x.size_bytes, x.sha256, x.priority,
                                   case when (select exists (select from ranking)) then
                                       (select k.rank from ranking k
                                        where k.url_sha256 = sha256(convert_to(x.canonical_url, 'UTF8'))) end,
                                   x.copies, x.payload::json, ?, ?
                            from unnest(?::bigint[], ?::text[], ?::text[], ?::text[], ?::integer[], ?::text[], ?::text[],
                                        ?::text[], ?::bigint[], ?::bytea[], ?::integer[], ?::integer[], ?::text[])
                                as x (task_id, request_id, url, canonical_url, host_no, name, dataset, organization,
                                      size_bytes, sha256, priority, copies, payload)
                            returning task_id, host_no, size_bytes, priority, rank, initiated_by, created_at
                        ), claimable as (
                            insert into ready (task_id, slot, urgency, copies, rank, host_no, size_bytes, attempt, contested,
                                               since)
                            select task_id, 0, 10 - priority, 0, coalesce(rank, 2147483647), host_no, size_bytes, 1, false, created_at
                            from fresh
                        )
                        insert into event (task_id, at, kind, task_status, actor, detail)
                        select task_id, created_at, 'submitted', 'pending', initiated_by,
                               case when r.note is not null
                                    then json_build_object('repaired', r.note, 'written', r.written) end
                        from fresh
                        left join unnest(?::bigint[], ?::text[], ?::text[]) as r (task_id, note, written) using (task_id)
                        order by task_id
                        """,
                        terms.catalogNo(),
                        terms.instance(),
                        now,
                        tasks.stream().mapToLong(Candidate::taskId).toArray(),
                        texts(tasks, Submission::requestId),
                        texts(tasks, one -> one.url().raw()),
                        texts(tasks, one -> one.url().canonical()),
                        tasks.stream().mapToInt(Candidate::hostNo).toArray(),
                        texts(tasks, one -> one.description().name()),
                        texts(tasks, one -> one.description().dataset()),
                        texts(tasks, one -> one.description().organization()),
                        of(tasks, one -> one.description().sizeBytes()).toArray(new Long[0]),
                        of(tasks, NewTasks::digest).toArray(new byte[0][]),
                        tasks.stream()
                                .map(one -> one.submission().description().priority())
                                .mapToInt(priority -> priority == null ? Description.USUAL_PRIORITY : priority)
                                .toArray(),
                        tasks.stream()
                                .mapToInt(one -> one.submission().copies())
                                .toArray(),
                        texts(tasks, Submission::payload),
                        repaired.stream().mapToLong(Candidate::taskId).toArray(),
                        texts(
                                repaired,
                                one -> one.repair() == null
                                        ? null
                                        : one.repair().note()),
                        texts(
                                repaired,
                                one -> one.repair() == null
                                        ? null
                                        : one.repair().written()))
                .update();
    }

    private static byte @Nullable [] digest(Submission submission) {
        var sha256 = submission.description().sha256();
        return sha256 == null ? null : sha256.bytes();
    }

    private static @Nullable String[] texts(List<Candidate> tasks, Function<Submission, @Nullable String> member) {
        return of(tasks, member).toArray(new String[0]);
    }

    private static <T> List<@Nullable T> of(List<Candidate> tasks, Function<Submission, @Nullable T> member) {
        return tasks.stream()
                .<@Nullable T>map(one -> member.apply(one.submission()))
                .toList();
    }
}

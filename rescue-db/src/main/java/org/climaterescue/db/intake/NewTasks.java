package org.climaterescue.db.intake;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.climaterescue.db.Sql;
import org.climaterescue.db.intake.Intake.Candidate;
import org.climaterescue.protocol.Json;
import org.climaterescue.protocol.Sha256;
import org.jspecify.annotations.Nullable;

/** The rows of new tasks. */
final class NewTasks {

    private NewTasks() {}

    /**
     * Writes each task, its first row in {@code ready} and its first line of history. A URL in the last known ranking gives a task
     * its rank.
     *
     * <p>A plain statement a table, and arrays unnested side by side in its select list: rows that one statement hands to the next,
     * or that are unnested in a from clause, are copied once more.
     */
    static void write(Connection connection, List<Candidate> tasks, Terms terms, Instant now) throws SQLException {
        if (tasks.isEmpty()) {
            return;
        }
        long[] ids = tasks.stream().mapToLong(Candidate::taskId).toArray();
        int[] hosts = tasks.stream().mapToInt(Candidate::hostNo).toArray();
        Long[] sizes = of(tasks, one -> one.description().sizeBytes()).toArray(new Long[0]);
        int[] priorities = tasks.stream().mapToInt(NewTasks::priority).toArray();
        @Nullable Integer[] ranks = ranks(connection, tasks);
        Sql.of(
                        connection,
                        """
                        insert into task (task_id, request_id, url, canonical_url, host_no, name, dataset, organization,
                                          catalog_no, size_bytes, sha256, priority, rank, copies_target, payload,
                                          initiated_by, created_at)
                        select unnest(?::bigint[]), unnest(?::text[]), unnest(?::text[]), unnest(?::text[]),
                               unnest(?::integer[]), unnest(?::text[]), unnest(?::text[]), unnest(?::text[]), ?::integer,
                               unnest(?::bigint[]), unnest(?::bytea[]), unnest(?::integer[]), unnest(?::integer[]),
                               unnest(?::integer[]), unnest(?::text[])::json, ?, ?
                        """,
                        ids,
                        texts(tasks, Submission::requestId),
                        texts(tasks, one -> one.url().raw()),
                        texts(tasks, NewTasks::otherThanRaw),
                        hosts,
                        texts(tasks, one -> one.description().name()),
                        texts(tasks, one -> one.description().dataset()),
                        texts(tasks, one -> one.description().organization()),
                        terms.catalogNo(),
                        sizes,
                        of(tasks, NewTasks::digest).toArray(new byte[0][]),
                        priorities,
                        ranks,
                        tasks.stream()
                                .mapToInt(one -> one.submission().copies())
                                .toArray(),
                        texts(tasks, Submission::payload),
                        terms.instance(),
                        now)
                .update();
        Sql.of(
                        connection,
                        """
                        insert into ready (task_id, slot, urgency, copies, rank, host_no, size_bytes, attempt, contested,
                                           since)
                        select unnest(?::bigint[]), 0, 10 - unnest(?::integer[]), 0, unnest(?::integer[]),
                               unnest(?::integer[]), unnest(?::bigint[]), 1, false, ?
                        """,
                        ids,
                        priorities,
                        Arrays.stream(ranks)
                                .mapToInt(rank -> rank == null ? Integer.MAX_VALUE : rank)
                                .toArray(),
                        hosts,
                        sizes,
                        now)
                .update();
        Sql.of(connection, """
                        insert into event (task_id, at, kind, task_status, actor, detail)
                        select unnest(?::bigint[]), ?, 'submitted', 'pending', ?, unnest(?::text[])::json
                        """, ids, now, terms.instance(), texts(tasks, NewTasks::detail))
                .update();
    }

    /** The ranks that the last known ranking has for the tasks; nothing is looked up while there is none. */
    private static @Nullable Integer[] ranks(Connection connection, List<Candidate> tasks) throws SQLException {
        Map<Sha256, Integer> known = new HashMap<>();
        if (Sql.of(connection, "select exists (select from ranking) as known").one(row -> row.flag("known"))) {
            Sql.of(connection, "select url_sha256, rank from ranking where url_sha256 = any (?)", (Object)
                            tasks.stream().map(one -> one.key().bytes()).toArray(byte[][]::new))
                    .list(row -> known.put(Sha256.of(row.bytes("url_sha256")), row.integer("rank")));
        }
        return tasks.stream()
                .<@Nullable Integer>map(one -> known.get(one.key()))
                .toArray(Integer[]::new);
    }

    private static @Nullable String otherThanRaw(Submission submission) {
        String canonical = submission.url().canonical();
        return canonical.equals(submission.url().raw()) ? null : canonical;
    }

    private static int priority(Candidate task) {
        Integer said = task.submission().description().priority();
        return said == null ? Description.USUAL_PRIORITY : said;
    }

    private static @Nullable String detail(Submission submission) {
        Submission.Repair repair = submission.repair();
        return repair == null
                ? null
                : Json.mapper()
                        .createObjectNode()
                        .put("repaired", repair.note())
                        .put("written", repair.written())
                        .toString();
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

package org.climaterescue.db.intake;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.climaterescue.db.Sql;
import org.climaterescue.db.intake.Intake.Candidate;

/** The competition for request ids and URLs. */
final class Keys {

    private Keys() {}

    /**
     * Takes the keys of all candidates, or of none of a candidate that cannot have both of its own.
     *
     * @return the task numbers of those that lost
     */
    static Set<Long> lose(Connection connection, List<Candidate> candidates, Instant now, Instant cutoff)
            throws SQLException {
        Set<Long> lost = requests(connection, candidates);
        List<Candidate> left =
                candidates.stream().filter(one -> !lost.contains(one.taskId())).toList();
        Set<Long> lostUrls = captures(connection, left, now, cutoff);
        String[] unused = left.stream()
                .filter(one -> lostUrls.contains(one.taskId()))
                .map(one -> one.submission().requestId())
                .filter(Objects::nonNull)
                .toArray(String[]::new);
        if (unused.length > 0) {
            Sql.of(connection, "delete from request where request_id = any (?)", (Object) unused)
                    .update();
        }
        lost.addAll(lostUrls);
        return lost;
    }

    private static Set<Long> requests(Connection connection, List<Candidate> candidates) throws SQLException {
        List<Candidate> sorted = candidates.stream()
                .filter(one -> one.submission().request() != null)
                .sorted(Comparator.comparing(one -> request(one).id()))
                .toList();
        if (sorted.isEmpty()) {
            return new HashSet<>();
        }
        List<Long> won = Sql.of(
                        connection,
                        """
                        insert into request (request_id, task_id, fingerprint)
                        select * from unnest(?::text[], ?::bigint[], ?::bytea[])
                        on conflict do nothing
                        returning task_id
                        """,
                        sorted.stream().map(one -> request(one).id()).toArray(String[]::new),
                        taskIds(sorted),
                        sorted.stream()
                                .map(one -> request(one).fingerprint().bytes())
                                .toArray(byte[][]::new))
                .list(row -> row.number("task_id"));
        return without(sorted, won);
    }

    /** A capture whose window is over is taken over; the condition is checked again once its lock is held. */
    private static Set<Long> captures(Connection connection, List<Candidate> candidates, Instant now, Instant cutoff)
            throws SQLException {
        List<Candidate> sorted =
                candidates.stream().sorted(Comparator.comparing(Candidate::key)).toList();
        if (sorted.isEmpty()) {
            return Set.of();
        }
        List<Long> won = Sql.of(
                        connection,
                        """
                        insert into capture (url_sha256, task_id, taken_at)
                        select x.url_sha256, x.task_id, ?
                        from unnest(?::bytea[], ?::bigint[]) as x (url_sha256, task_id)
                        on conflict (url_sha256) do update
                            set task_id = excluded.task_id, taken_at = excluded.taken_at
                            where capture.taken_at <= ?
                        returning task_id
                        """,
                        now,
                        sorted.stream().map(one -> one.key().bytes()).toArray(byte[][]::new),
                        taskIds(sorted),
                        cutoff)
                .list(row -> row.number("task_id"));
        return without(sorted, won);
    }

    private static Set<Long> without(List<Candidate> all, List<Long> won) {
        Set<Long> lost = new HashSet<>();
        all.forEach(one -> lost.add(one.taskId()));
        won.forEach(lost::remove);
        return lost;
    }

    private static long[] taskIds(List<Candidate> candidates) {
        return candidates.stream().mapToLong(Candidate::taskId).toArray();
    }

    private static Submission.Request request(Candidate candidate) {
        return Objects.requireNonNull(candidate.submission().request());
    }
}

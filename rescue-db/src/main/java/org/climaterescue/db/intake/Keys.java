package org.climaterescue.db.intake;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.climaterescue.db.Sql;
import org.climaterescue.db.intake.Intake.Candidate;
import org.climaterescue.protocol.Sha256;

/** The competition for request ids and URLs. */
final class Keys {

    private Keys() {}

    /**
     * Who has won, and who was there before.
     *
     * @param won the task numbers of candidates that have all their keys
     * @param first the task of each URL that was taken before and within the window
     */
    record Outcome(Set<Long> won, Map<Sha256, Long> first) {}

    /**
     * Takes the keys of all candidates, or of none of a candidate that cannot have both of its own. One that has lost and whose URL
     * has no first task has lost to another transaction, or by its request id, and must look again.
     */
    static Outcome compete(Connection connection, List<Candidate> candidates, Instant now, Instant cutoff)
            throws SQLException {
        Set<Long> lost = requests(connection, candidates);
        List<Candidate> left =
                candidates.stream().filter(one -> !lost.contains(one.taskId())).toList();
        Outcome outcome = captures(connection, left, now, cutoff);
        String[] unused = left.stream()
                .filter(one -> !outcome.won().contains(one.taskId()))
                .map(one -> one.submission().requestId())
                .filter(Objects::nonNull)
                .toArray(String[]::new);
        if (unused.length > 0) {
            Sql.of(connection, "delete from request where request_id = any (?)", (Object) unused)
                    .update();
        }
        return outcome;
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

    /**
     * Most URLs are new, so they are written before anybody looks: a row that is in the way is neither locked nor written. What is
     * left then is looked up.
     */
    private static Outcome captures(Connection connection, List<Candidate> candidates, Instant now, Instant cutoff)
            throws SQLException {
        List<Candidate> sorted =
                candidates.stream().sorted(Comparator.comparing(Candidate::key)).toList();
        if (sorted.isEmpty()) {
            return new Outcome(Set.of(), Map.of());
        }
        int written =
                Sql.of(connection, """
                        insert into capture (url_sha256, task_id, taken_at)
                        select unnest(?::bytea[]), unnest(?::bigint[]), ?
                        on conflict do nothing
                        """, keys(sorted), taskIds(sorted), now).update();
        Set<Long> won = new HashSet<>();
        sorted.forEach(one -> won.add(one.taskId()));
        Map<Sha256, Long> first = new HashMap<>();
        if (written < sorted.size()) {
            won.retainAll(
                    Sql.of(connection, "select task_id from capture where url_sha256 = any (?)", (Object) keys(sorted))
                            .list(row -> row.number("task_id")));
        }
        List<Candidate> rest =
                sorted.stream().filter(one -> !won.contains(one.taskId())).toList();
        if (!rest.isEmpty()) {
            Sql.of(connection, """
                            select url_sha256, task_id from capture where url_sha256 = any (?) and taken_at > ?
                            """, keys(rest), cutoff)
                    .list(row -> first.put(Sha256.of(row.bytes("url_sha256")), row.number("task_id")));
            won.addAll(takeOver(
                    connection,
                    rest.stream().filter(one -> !first.containsKey(one.key())).toList(),
                    now,
                    cutoff));
        }
        return new Outcome(won, first);
    }

    /** A capture whose window is over is taken over; the condition is checked again once its lock is held. */
    private static List<Long> takeOver(Connection connection, List<Candidate> sorted, Instant now, Instant cutoff)
            throws SQLException {
        if (sorted.isEmpty()) {
            return List.of();
        }
        return Sql.of(connection, """
                        insert into capture (url_sha256, task_id, taken_at)
                        select x.url_sha256, x.task_id, ?
                        from unnest(?::bytea[], ?::bigint[]) as x (url_sha256, task_id)
                        on conflict (url_sha256) do update
                            set task_id = excluded.task_id, taken_at = excluded.taken_at
                            where capture.taken_at <= ?
                        returning task_id
                        """, now, keys(sorted), taskIds(sorted), cutoff)
                .list(row -> row.number("task_id"));
    }

    private static Set<Long> without(List<Candidate> all, List<Long> won) {
        Set<Long> lost = new HashSet<>();
        all.forEach(one -> lost.add(one.taskId()));
        won.forEach(lost::remove);
        return lost;
    }

    private static byte[][] keys(List<Candidate> candidates) {
        return candidates.stream().map(one -> one.key().bytes()).toArray(byte[][]::new);
    }

    private static long[] taskIds(List<Candidate> candidates) {
        return candidates.stream().mapToLong(Candidate::taskId).toArray();
    }

    private static Submission.Request request(Candidate candidate) {
        return Objects.requireNonNull(candidate.submission().request());
    }
}

package org.climaterescue.db.intake;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * What was taken before.
 *
 * @param requests by request id
 * @param captures the task of each URL within the window
 */
record Known(Map<String, Taken> requests, Map<Sha256, Long> captures) {

    record Taken(long taskId, Sha256 fingerprint) {}

    static Known read(Connection connection, List<Submission> submissions, Instant cutoff) throws SQLException {
        Map<String, Taken> requests = new HashMap<>();
        String[] ids = submissions.stream()
                .map(Submission::requestId)
                .filter(Objects::nonNull)
                .toArray(String[]::new);
        if (ids.length > 0) {
            Sql.of(connection, """
                            select request_id, task_id, fingerprint from request where request_id = any (?)
                            """, (Object) ids)
                    .list(row -> requests.put(
                            row.text("request_id"),
                            new Taken(row.number("task_id"), Sha256.of(row.bytes("fingerprint")))));
        }
        Map<Sha256, Long> captures = new HashMap<>();
        byte[][] keys = submissions.stream().map(one -> one.url().key().bytes()).toArray(byte[][]::new);
        Sql.of(connection, """
                        select url_sha256, task_id from capture where url_sha256 = any (?) and taken_at > ?
                        """, keys, cutoff)
                .list(row -> captures.put(Sha256.of(row.bytes("url_sha256")), row.number("task_id")));
        return new Known(requests, captures);
    }

    /** The answer to a submission that repeats another; null when nobody has taken it yet. */
    @Nullable
    Reception answer(Submission submission) {
        Submission.Request request = submission.request();
        Taken taken = request == null ? null : requests.get(request.id());
        if (request != null && taken != null) {
            return taken.fingerprint().equals(request.fingerprint())
                    ? new Reception.Duplicate(taken.taskId(), Reception.Key.REQUEST_ID)
                    : new Reception.OtherBody(taken.taskId());
        }
        Long task = captures.get(submission.url().key());
        return task == null ? null : new Reception.Duplicate(task, Reception.Key.URL);
    }
}

package org.climaterescue.db.intake;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.Sha256;
import org.jspecify.annotations.Nullable;

/** The request ids that were taken before. */
record KnownRequests(Map<String, Taken> byId) {

    record Taken(long taskId, Sha256 fingerprint) {}

    static KnownRequests read(Connection connection, List<Submission> submissions) throws SQLException {
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
        return new KnownRequests(requests);
    }

    /** The answer to a submission that repeats a request; null when its id is new, or when it has none. */
    @Nullable
    Reception answer(Submission submission) {
        Submission.Request request = submission.request();
        Taken taken = request == null ? null : byId.get(request.id());
        if (request == null || taken == null) {
            return null;
        }
        return taken.fingerprint().equals(request.fingerprint())
                ? new Reception.Duplicate(taken.taskId(), Reception.Key.REQUEST_ID)
                : new Reception.OtherBody(taken.taskId());
    }
}

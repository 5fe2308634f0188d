package org.climaterescue.db.task;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.Sha256;
import org.climaterescue.protocol.Verification;
import org.jspecify.annotations.Nullable;

/**
 * An asset that has been rescued.
 *
 * @param nodes who holds a copy with the leading digest, oldest first
 * @param magnetLink where one of them offers it to others; null if none does
 */
public record RescuedRow(
        long taskId,
        String url,
        String canonicalUrl,
        Sha256 sha256,
        long sizeBytes,
        Verification verification,
        List<String> nodes,
        @Nullable String magnetLink) {

    /** The next rescued assets after a task's number, in order. Needs an open transaction. */
    public static List<RescuedRow> after(Connection connection, long taskId, int limit) throws SQLException {
        return Sql.of(connection, """
                        select t.task_id, t.url, coalesce(t.canonical_url, t.url) as canonical_url, s.sha256, s.size_bytes,
                               s.verification, held.nodes, held.magnet_link
                        from standing s
                        join task t using (task_id)
                        cross join lateral (
                            select array_agg(n.node_id order by c.completed_at, c.node_no) as nodes,
                                   (array_agg(c.magnet_link order by c.completed_at)
                                       filter (where c.magnet_link is not null))[1] as magnet_link
                            from copy c join node n using (node_no)
                            where c.task_id = s.task_id and c.sha256 = s.sha256
                        ) held
                        where s.status = 'rescued' and s.task_id > ?
                        order by s.task_id limit ?
                        """, taskId, limit)
                .list(row -> new RescuedRow(
                        row.number("task_id"),
                        row.text("url"),
                        row.text("canonical_url"),
                        Sha256.of(row.bytes("sha256")),
                        row.number("size_bytes"),
                        row.word(Verification.class, "verification"),
                        row.texts("nodes"),
                        row.textOrNull("magnet_link")));
    }
}

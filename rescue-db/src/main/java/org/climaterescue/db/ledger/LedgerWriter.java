package org.climaterescue.db.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.climaterescue.db.Pipeline;
import org.climaterescue.db.Pipeline.Reply;
import org.climaterescue.db.host.Hosts;
import org.climaterescue.protocol.Sha256;
import org.jspecify.annotations.Nullable;

/** Writes changes of many tasks, one statement a table. */
final class LedgerWriter {

    private static final int UNRANKED = Integer.MAX_VALUE;

    private final Hosts hosts;

    LedgerWriter(Hosts hosts) {
        this.hosts = hosts;
    }

    void write(Connection connection, Collection<TaskChanges> changes) throws SQLException {
        var writes = Pipeline.on(connection);
        Reply<Integer> ended = endLeases(writes, changes);
        reserve(writes, changes);
        addCopies(writes, changes);
        withdrawCopies(writes, changes);
        changeVoices(writes, changes);
        judge(writes, changes);
        addFailures(writes, changes);
        forgive(writes, changes);
        stand(writes, changes);
        size(writes, changes);
        prioritize(writes, changes);
        offer(writes, changes);
        backOff(writes, changes);
        lockUrls(writes, changes);
        freeUrls(writes, changes);
        takeUrls(writes, changes);
        complain(writes, changes);
        note(writes, changes);
        writes.send();
        int toEnd = changes.stream().mapToInt(task -> task.ended.size()).sum();
        if (ended != null && ended.get() != toEnd) {
            throw new SQLException("of " + toEnd + " leases to end only " + ended.get() + " were there");
        }
    }

    /** Every deletion names the token it ends; one that is gone would mean that somebody wrote without the task's lock. */
    private static @Nullable Reply<Integer> endLeases(Pipeline writes, Collection<TaskChanges> changes)
            throws SQLException {
        var rows = new Rows();
        for (TaskChanges task : changes) {
            for (TaskFacts.Lease lease : task.ended) {
                rows.add(task.facts.taskId(), lease.nodeNo(), lease.token());
            }
        }
        return rows.any() ? writes.update("""
                        delete from assignment a
                        using unnest(?::bigint[], ?::integer[], ?::bigint[]) as x (task_id, node_no, token)
                        where a.task_id = x.task_id and a.node_no = x.node_no and a.token = x.token
                        """, rows.longs(0), rows.ints(1), rows.longs(2)) : null;
    }

    private static void reserve(Pipeline writes, Collection<TaskChanges> changes) throws SQLException {
        var rows = new Rows();
        for (TaskChanges task : changes) {
            task.reservations.forEach(
                    (lease, bytes) -> rows.add(task.facts.taskId(), lease.nodeNo(), lease.token(), bytes));
        }
        if (rows.any()) {
            writes.update("""
                            update assignment a set reserved_bytes = x.reserved_bytes, unsized = false
                            from unnest(?::bigint[], ?::integer[], ?::bigint[], ?::bigint[])
                                as x (task_id, node_no, token, reserved_bytes)
                            where a.task_id = x.task_id and a.node_no = x.node_no and a.token = x.token
                            """, rows.longs(0), rows.ints(1), rows.longs(2), rows.longs(3));
        }
    }

    private static void addCopies(Pipeline writes, Collection<TaskChanges> changes) throws SQLException {
        var rows = new Rows();
        for (TaskChanges task : changes) {
            for (TaskChanges.NewCopy copy : task.copies) {
                rows.add(
                        task.facts.taskId(),
                        copy.nodeNo(),
                        copy.token(),
                        copy.sha256().bytes(),
                        copy.report().sizeBytes(),
                        copy.report().etag(),
                        copy.report().lastModified(),
                        copy.report().contentType(),
                        copy.report().magnetLink(),
                        copy.late(),
                        copy.voice());
            }
        }
        if (rows.any()) {
            writes.update(
                    """
                            insert into copy (task_id, node_no, token, sha256, size_bytes, etag, last_modified, content_type,
                                              magnet_link, late, voice, completed_at)
                            select x.*, clock_timestamp()
                            from unnest(?::bigint[], ?::integer[], ?::bigint[], ?::bytea[], ?::bigint[], ?::text[], ?::text[],
                                        ?::text[], ?::text[], ?::boolean[], ?::text[]) as x
                            """,
                    rows.longs(0),
                    rows.ints(1),
                    rows.longs(2),
                    rows.bytes(3),
                    rows.longs(4),
                    rows.texts(5),
                    rows.texts(6),
                    rows.texts(7),
                    rows.texts(8),
                    rows.flags(9),
                    rows.texts(10));
        }
    }

    private static void withdrawCopies(Pipeline writes, Collection<TaskChanges> changes) throws SQLException {
        var rows = new Rows();
        for (TaskChanges task : changes) {
            for (int nodeNo : task.withdrawn) {
                rows.add(task.facts.taskId(), nodeNo);
            }
        }
        if (rows.any()) {
            writes.update("""
                            delete from copy c using unnest(?::bigint[], ?::integer[]) as x (task_id, node_no)
                            where c.task_id = x.task_id and c.node_no = x.node_no
                            """, rows.longs(0), rows.ints(1));
        }
    }

    private static void changeVoices(Pipeline writes, Collection<TaskChanges> changes) throws SQLException {
        var rows = new Rows();
        for (TaskChanges task : changes) {
            task.voices.forEach((nodeNo, voice) -> rows.add(task.facts.taskId(), nodeNo, voice));
        }
        if (rows.any()) {
            writes.update("""
                            update copy c set voice = x.voice
                            from unnest(?::bigint[], ?::integer[], ?::text[]) as x (task_id, node_no, voice)
                            where c.task_id = x.task_id and c.node_no = x.node_no
                            """, rows.longs(0), rows.ints(1), rows.texts(2));
        }
    }

    /** New copies as well: their rows have just been inserted. */
    private static void judge(Pipeline writes, Collection<TaskChanges> changes) throws SQLException {
        var rows = new Rows();
        for (TaskChanges task : changes) {
            Map<Integer, Boolean> stored = new HashMap<>();
            task.facts.copies().forEach(copy -> stored.put(copy.nodeNo(), copy.rejected()));
            task.rejections.forEach((nodeNo, rejected) -> {
                if (!stored.getOrDefault(nodeNo, false).equals(rejected)) {
                    rows.add(task.facts.taskId(), nodeNo, rejected);
                }
            });
        }
        if (rows.any()) {
            writes.update("""
                            update copy c set rejected = x.rejected
                            from unnest(?::bigint[], ?::integer[], ?::boolean[]) as x (task_id, node_no, rejected)
                            where c.task_id = x.task_id and c.node_no = x.node_no
                            """, rows.longs(0), rows.ints(1), rows.flags(2));
        }
    }

    private static void addFailures(Pipeline writes, Collection<TaskChanges> changes) throws SQLException {
        var rows = new Rows();
        for (TaskChanges task : changes) {
            for (TaskChanges.NewFailure failure : task.failures) {
                rows.add(
                        task.facts.taskId(),
                        failure.nodeNo(),
                        failure.token(),
                        failure.report().reason().wire(),
                        failure.report().detail(),
                        failure.report().httpStatus(),
                        failure.charged());
            }
        }
        if (rows.any()) {
            writes.update(
                    """
                            insert into failure (task_id, node_no, token, reason, detail, http_status, charged, at)
                            select x.task_id, x.node_no, x.token, x.reason::failure_reason, x.detail, x.http_status, x.charged,
                                   clock_timestamp()
                            from unnest(?::bigint[], ?::integer[], ?::bigint[], ?::text[], ?::text[], ?::integer[],
                                        ?::boolean[])
                                with ordinality as x (task_id, node_no, token, reason, detail, http_status, charged, nth)
                            order by x.nth
                            """,
                    rows.longs(0),
                    rows.ints(1),
                    rows.longs(2),
                    rows.texts(3),
                    rows.texts(4),
                    rows.ints(5),
                    rows.flags(6));
        }
    }

    private static void forgive(Pipeline writes, Collection<TaskChanges> changes) throws SQLException {
        long[] tasks = ids(changes, task -> task.forgiveFailures);
        if (tasks.length > 0) {
            writes.update("update failure set charged = false where charged and task_id = any (?)", tasks);
        }
    }

    /** Why a task failed is said by the last failure that counts, whose row has just been inserted. */
    private static void stand(Pipeline writes, Collection<TaskChanges> changes) throws SQLException {
        var rows = new Rows();
        for (TaskChanges task : changes) {
            TaskFacts.Standing now = task.standing;
            if (now != null && !now.equals(task.facts.standing())) {
                rows.add(
                        task.facts.taskId(),
                        now.status().wire(),
                        now.copies(),
                        bytes(now.sha256()),
                        now.sizeBytes(),
                        now.verification() == null ? null : now.verification().wire());
            }
        }
        if (rows.any()) {
            writes.update("""
                            insert into standing as s (task_id, status, copies, sha256, size_bytes, verification, since, reason)
                            select x.task_id, x.status::task_standing, x.copies, x.sha256, x.size_bytes,
                                   x.verification::verification, clock_timestamp(),
                                   case when x.status = 'failed' then
                                       (select f.reason from failure f where f.task_id = x.task_id and f.charged
                                        order by f.failure_no desc limit 1) end
                            from unnest(?::bigint[], ?::text[], ?::integer[], ?::bytea[], ?::bigint[], ?::text[])
                                as x (task_id, status, copies, sha256, size_bytes, verification)
                            on conflict (task_id) do update
                            set status = excluded.status, copies = excluded.copies, sha256 = excluded.sha256,
                                size_bytes = excluded.size_bytes, verification = excluded.verification,
                                reason = excluded.reason,
                                since = case when s.status = excluded.status then s.since else excluded.since end
                            """, rows.longs(0), rows.texts(1), rows.ints(2), rows.bytes(3), rows.longs(4), rows.texts(5));
        }
        long[] fallen = ids(changes, task -> task.standing == null && task.facts.standing() != null);
        if (fallen.length > 0) {
            writes.update("delete from standing where task_id = any (?)", fallen);
        }
    }

    private static void size(Pipeline writes, Collection<TaskChanges> changes) throws SQLException {
        var rows = new Rows();
        for (TaskChanges task : changes) {
            if (task.sizeChanged()) {
                rows.add(task.facts.taskId(), task.sizeBytes);
            }
        }
        if (rows.any()) {
            writes.update("""
                            update task t set size_bytes = x.size_bytes
                            from unnest(?::bigint[], ?::bigint[]) as x (task_id, size_bytes)
                            where t.task_id = x.task_id
                            """, rows.longs(0), rows.longs(1));
        }
    }

    private static void prioritize(Pipeline writes, Collection<TaskChanges> changes) throws SQLException {
        var rows = new Rows();
        for (TaskChanges task : changes) {
            if (task.priority != null) {
                rows.add(task.facts.taskId(), task.priority);
            }
        }
        if (rows.any()) {
            writes.update("""
                            update task t set priority = x.priority
                            from unnest(?::bigint[], ?::integer[]) as x (task_id, priority)
                            where t.task_id = x.task_id
                            """, rows.longs(0), rows.ints(1));
        }
    }

    /** Rows of a task that change are written anew: this transaction holds the lock on each of them. */
    private static void offer(Pipeline writes, Collection<TaskChanges> changes) throws SQLException {
        long[] stale = ids(changes, task -> task.readyChanged() && task.facts.readyRows() > 0);
        if (stale.length > 0) {
            writes.update("delete from ready where task_id = any (?)", stale);
        }
        var rows = new Rows();
        for (TaskChanges task : changes) {
            TaskFacts.ReadyRow ready = task.ready;
            if (task.readyChanged() && ready != null) {
                for (int slot = 0; slot < task.readyRows; slot++) {
                    rows.add(
                            task.facts.taskId(),
                            slot,
                            10 - (task.priority == null ? task.facts.priority() : task.priority),
                            ready.copies(),
                            Objects.requireNonNullElse(task.facts.rank(), UNRANKED),
                            task.facts.hostNo(),
                            task.sizeBytes,
                            ready.attempt(),
                            ready.contested());
                }
            }
        }
        if (rows.any()) {
            writes.update(
                    """
                            insert into ready (task_id, slot, urgency, copies, rank, host_no, size_bytes, attempt, contested,
                                               since)
                            select x.*, clock_timestamp()
                            from unnest(?::bigint[], ?::smallint[], ?::smallint[], ?::smallint[], ?::integer[], ?::integer[],
                                        ?::bigint[], ?::smallint[], ?::boolean[]) as x
                            """,
                    rows.longs(0),
                    rows.ints(1),
                    rows.ints(2),
                    rows.ints(3),
                    rows.ints(4),
                    rows.ints(5),
                    rows.longs(6),
                    rows.ints(7),
                    rows.flags(8));
        }
    }

    private static void backOff(Pipeline writes, Collection<TaskChanges> changes) throws SQLException {
        long[] over = ids(changes, task -> task.retryAt == null && task.facts.retryAt() != null);
        if (over.length > 0) {
            writes.update("delete from backoff where task_id = any (?)", over);
        }
        List<Long> tasks = new ArrayList<>();
        List<Instant> times = new ArrayList<>();
        for (TaskChanges task : changes) {
            Instant until = task.retryAt;
            if (until != null && !until.equals(task.facts.retryAt())) {
                tasks.add(task.facts.taskId());
                times.add(until);
            }
        }
        if (!tasks.isEmpty()) {
            writes.update("""
                            insert into backoff (task_id, retry_at)
                            select * from unnest(?::bigint[], ?::timestamptz[])
                            on conflict (task_id) do update set retry_at = excluded.retry_at
                            """, tasks.stream().mapToLong(Long::longValue).toArray(), times.toArray(Instant[]::new));
        }
    }

    /**
     * The URLs that are left and those that are taken in one order, so that two transactions that do both cannot wait for each other.
     * Whoever takes a URL holds its row until its own commit, so that after this an heir stands as it will.
     */
    private static void lockUrls(Pipeline writes, Collection<TaskChanges> changes) throws SQLException {
        byte[][] keys = changes.stream()
                .filter(task -> task.freeUrl || task.takeUrl)
                .map(task -> task.facts.urlSha256().bytes())
                .toArray(byte[][]::new);
        if (keys.length > 0) {
            writes.list(
                    "select from capture where url_sha256 = any (?) order by url_sha256 for update",
                    row -> true,
                    (Object) keys);
        }
    }

    private static void freeUrls(Pipeline writes, Collection<TaskChanges> changes) throws SQLException {
        var rows = new Rows();
        for (TaskChanges task : changes) {
            if (task.freeUrl) {
                rows.add(task.facts.taskId(), task.facts.urlSha256().bytes());
            }
        }
        if (rows.any()) {
            writes.update("""
                            with leaving as (
                                select c.url_sha256, heir.task_id, heir.created_at
                                from unnest(?::bigint[], ?::bytea[]) as x (task_id, url_sha256)
                                join capture c using (task_id, url_sha256)
                                join task t using (task_id)
                                left join lateral (
                                    select o.task_id, o.created_at from task o
                                    where coalesce(o.canonical_url, o.url) = coalesce(t.canonical_url, t.url)
                                      and not exists (select from standing s where s.task_id = o.task_id
                                                      and s.status in ('failed', 'cancelled'))
                                    order by o.created_at desc, o.task_id desc limit 1) heir on true
                            ), inherited as (
                                update capture c set task_id = l.task_id, taken_at = l.created_at
                                from leaving l where c.url_sha256 = l.url_sha256 and l.task_id is not null
                            )
                            delete from capture c using leaving l where c.url_sha256 = l.url_sha256 and l.task_id is null
                            """, rows.longs(0), rows.bytes(1));
        }
    }

    /** A URL that has been submitted anew meanwhile stays with the newer task; its row is locked all the same. */
    private static void takeUrls(Pipeline writes, Collection<TaskChanges> changes) throws SQLException {
        long[] tasks = ids(changes, task -> task.takeUrl);
        if (tasks.length > 0) {
            writes.update("""
                            insert into capture (url_sha256, task_id, taken_at)
                            select sha256(convert_to(coalesce(canonical_url, url), 'UTF8')), task_id, created_at
                            from task where task_id = any (?) order by 1
                            on conflict (url_sha256) do update set task_id = capture.task_id where false
                            """, tasks);
        }
    }

    private void complain(Pipeline writes, Collection<TaskChanges> changes) throws SQLException {
        List<Hosts.Complaint> complaints =
                changes.stream().flatMap(task -> task.complaints.stream()).toList();
        if (!complaints.isEmpty()) {
            hosts.busy(writes, complaints);
        }
    }

    private static void note(Pipeline writes, Collection<TaskChanges> changes) throws SQLException {
        var rows = new Rows();
        for (TaskChanges task : changes) {
            for (TaskChanges.Event event : task.events) {
                rows.add(
                        task.facts.taskId(),
                        event.kind(),
                        event.after().wire(),
                        event.actor(),
                        event.nodeNo(),
                        event.token(),
                        event.attempt(),
                        event.bytesDone(),
                        event.detail());
            }
        }
        if (rows.any()) {
            writes.update(
                    """
                            insert into event (task_id, at, kind, task_status, actor, node_no, token, attempt, bytes_done,
                                               detail)
                            select x.task_id, clock_timestamp(), x.kind::event_kind, x.task_status::task_status, x.actor,
                                   x.node_no, x.token, x.attempt, x.bytes_done, x.detail::json
                            from unnest(?::bigint[], ?::text[], ?::text[], ?::text[], ?::integer[], ?::bigint[], ?::integer[],
                                        ?::bigint[], ?::text[])
                                with ordinality as x (task_id, kind, task_status, actor, node_no, token, attempt, bytes_done,
                                                      detail, nth)
                            order by x.nth
                            """,
                    rows.longs(0),
                    rows.texts(1),
                    rows.texts(2),
                    rows.texts(3),
                    rows.ints(4),
                    rows.longs(5),
                    rows.ints(6),
                    rows.longs(7),
                    rows.texts(8));
        }
    }

    private static long[] ids(Collection<TaskChanges> changes, Predicate<TaskChanges> which) {
        return changes.stream()
                .filter(which)
                .mapToLong(task -> task.facts.taskId())
                .toArray();
    }

    private static byte @Nullable [] bytes(@Nullable Sha256 digest) {
        return digest == null ? null : digest.bytes();
    }

    /** Rows to insert, turned into the column arrays that {@code unnest} takes. */
    private static final class Rows {

        private final List<@Nullable Object[]> rows = new ArrayList<>();

        void add(@Nullable Object... columns) {
            rows.add(columns);
        }

        boolean any() {
            return !rows.isEmpty();
        }

        @Nullable
        Long[] longs(int column) {
            return rows.stream().map(row -> (Long) row[column]).toArray(Long[]::new);
        }

        @Nullable
        Integer[] ints(int column) {
            return rows.stream().map(row -> (Integer) row[column]).toArray(Integer[]::new);
        }

        @Nullable
        String[] texts(int column) {
            return rows.stream().map(row -> (String) row[column]).toArray(String[]::new);
        }

        @Nullable
        Boolean[] flags(int column) {
            return rows.stream().map(row -> (Boolean) row[column]).toArray(Boolean[]::new);
        }

        byte @Nullable [][] bytes(int column) {
            return rows.stream().map(row -> (byte[]) row[column]).toArray(byte[][]::new);
        }
    }
}

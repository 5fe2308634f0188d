package org.climaterescue.db.allocation;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.Sha256;
import org.jspecify.annotations.Nullable;

/** Reads the queue in the order of work and claims from it. Every method needs an open transaction. */
@Singleton
public final class ReadyQueue {

    /**
     * The next rows in the order of work that somebody with this much space and this floor could take.
     *
     * @param after where the page before ended; {@link Place#START} for the first
     * @param floor the lowest priority wanted, 1 to 10
     * @param space the largest size wanted, in bytes
     * @param unknownSize what an unknown size counts as, in bytes
     * @param fullFor how long a node whose disk was too full for a task is not to get it again
     */
    public List<Candidate> page(
            Connection connection, Place after, int floor, long space, long unknownSize, Duration fullFor, int limit)
            throws SQLException {
        // The row comparison lets the index start at the place; holders are looked up only where somebody holds
        // anything.
        return Sql.of(
                        connection,
                        """
                        select r.task_id, r.slot, r.urgency, r.copies, r.rank, r.host_no, r.size_bytes, r.since,
                               extract(epoch from clock_timestamp() - r.since)::float8 as waited,
                               case when r.contested then array(
                                   select c.node_no from copy c where c.task_id = r.task_id
                                   union select a.node_no from assignment a where a.task_id = r.task_id) end as holders,
                               case when r.contested then array(
                                   select n.voice from node n
                                   where n.node_no in (select c.node_no from copy c where c.task_id = r.task_id
                                       union select a.node_no from assignment a where a.task_id = r.task_id)) end as voices,
                               case when r.contested then array(
                                   select distinct f.node_no from failure f where f.task_id = r.task_id) end as failed,
                               case when r.contested then array(
                                   select f.node_no from failure f
                                   where f.task_id = r.task_id and f.reason = 'disk_full'
                                     and f.at > clock_timestamp() - make_interval(secs => ?)) end as full_disks
                        from ready r
                        where (r.urgency, r.copies, r.rank, r.task_id, r.slot) > (?, ?, ?, ?, ?)
                          and r.urgency <= 10 - ?
                          and coalesce(r.size_bytes, ?) <= ?
                        order by r.urgency, r.copies, r.rank, r.task_id, r.slot
                        limit ?
                        """,
                        fullFor.toMillis() / 1000.0,
                        after.urgency(),
                        after.copies(),
                        after.rank(),
                        after.taskId(),
                        after.slot(),
                        floor,
                        unknownSize,
                        space,
                        limit)
                .list(ReadyQueue::candidate);
    }

    /**
     * Turns rows of the queue into assignments. A row that somebody else took meanwhile, or that was written anew so that the
     * decision may no longer hold, is left out of the answer.
     *
     * @param lease how long the leases last
     */
    public List<Claimed> claim(Connection connection, List<Pick> picks, Duration lease) throws SQLException {
        // The rows are locked before they are deleted so that two instances never wait for each other. A node that
        // already
        // has an assignment on the task violates the key, which undoes the round: conservation before progress.
        return Sql.of(
                        connection,
                        """
                        with pick as (
                            select * from unnest(?::bigint[], ?::smallint[], ?::timestamptz[], ?::integer[], ?::bigint[])
                                with ordinality as p (task_id, slot, since, node_no, reserved_bytes, nth)
                        ), free as (
                            select r.task_id, r.slot, p.node_no, p.reserved_bytes, p.nth
                            from ready r join pick p using (task_id, slot, since)
                            where not exists (
                                select from copy c where c.task_id = p.task_id and c.node_no = p.node_no)
                            for update of r skip locked
                        ), taken as (
                            delete from ready r using free f
                            where r.task_id = f.task_id and r.slot = f.slot
                            returning r.task_id, r.host_no, r.attempt, f.node_no, f.reserved_bytes, f.nth
                        ), lease as (
                            insert into assignment (task_id, node_no, token, attempt, host_no, reserved_bytes, assigned_at,
                                                    lease_until, progress_at)
                            select task_id, node_no, nextval('assignment_token'), attempt, host_no, reserved_bytes,
                                   clock_timestamp(), clock_timestamp() + make_interval(secs => ?), clock_timestamp()
                            from taken
                            returning task_id, node_no, token, attempt
                        ), noted as (
                            insert into event (task_id, at, kind, task_status, node_no, token, attempt)
                            select l.task_id, clock_timestamp(), 'assigned',
                                   case when exists (select from standing s where s.task_id = l.task_id)
                                        then 'replicating'::task_status else 'assigned' end,
                                   l.node_no, l.token, l.attempt
                            from lease l
                        )
                        select l.task_id, l.node_no, l.token, l.attempt, t.url, t.name, t.size_bytes, t.sha256, t.priority
                        from lease l join taken k using (task_id, node_no) join task t using (task_id)
                        order by k.nth
                        """,
                        picks.stream().mapToLong(Pick::taskId).toArray(),
                        picks.stream().mapToInt(Pick::slot).toArray(),
                        picks.stream().map(Pick::since).toArray(Instant[]::new),
                        picks.stream().mapToInt(Pick::nodeNo).toArray(),
                        picks.stream().mapToLong(Pick::reservedBytes).toArray(),
                        (double) lease.toMillis() / 1000)
                .list(row -> {
                    byte[] digest = row.bytesOrNull("sha256");
                    return new Claimed(
                            row.number("task_id"),
                            row.integer("node_no"),
                            row.number("token"),
                            row.integer("attempt"),
                            row.text("url"),
                            row.textOrNull("name"),
                            row.numberOrNull("size_bytes"),
                            digest == null ? null : Sha256.of(digest),
                            row.integer("priority"));
                });
    }

    private static Candidate candidate(Sql.Row row) throws SQLException {
        return new Candidate(
                new Place(
                        row.integer("urgency"),
                        row.integer("copies"),
                        row.integer("rank"),
                        row.number("task_id"),
                        row.integer("slot")),
                row.integer("host_no"),
                row.numberOrNull("size_bytes"),
                row.time("since"),
                Duration.ofMillis((long) (row.real("waited") * 1000)),
                Set.copyOf(row.integers("holders")),
                Set.copyOf(row.texts("voices")),
                Set.copyOf(row.integers("failed")),
                Set.copyOf(row.integers("full_disks")));
    }

    /**
     * A place in the order of work: more urgent first, then fewer copies, then the priorizer's rank, then older.
     *
     * @param urgency 10 minus the priority
     */
    public record Place(int urgency, int copies, int rank, long taskId, int slot) {

        /** Before everything. */
        public static final Place START = new Place(-1, 0, 0, 0, 0);

        /** The priority, 1 to 10. */
        public int priority() {
            return 10 - urgency;
        }
    }

    /**
     * One copy that may be made now.
     *
     * @param sizeBytes null if unknown
     * @param since when the row was written, by the database's clock
     * @param waited how long it could have been claimed
     * @param holders nodes that hold a copy of the task or work on one
     * @param voices the operators of the holders, as they vote
     * @param failed nodes that failed the task
     * @param fullDisks those of them whose disk was too full for it just now
     */
    public record Candidate(
            Place place,
            int hostNo,
            @Nullable Long sizeBytes,
            Instant since,
            Duration waited,
            Set<Integer> holders,
            Set<String> voices,
            Set<Integer> failed,
            Set<Integer> fullDisks) {}

    /** A row of the queue for a node. */
    public record Pick(long taskId, int slot, Instant since, int nodeNo, long reservedBytes) {}

    /** A new assignment with what its node needs to know of the task. */
    public record Claimed(
            long taskId,
            int nodeNo,
            long token,
            int attempt,
            String url,
            @Nullable String name,
            @Nullable Long sizeBytes,
            @Nullable Sha256 sha256,
            int priority) {}
}

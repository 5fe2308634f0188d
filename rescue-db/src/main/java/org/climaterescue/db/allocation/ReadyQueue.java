package org.climaterescue.db.allocation;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.climaterescue.db.Pipeline;
import org.climaterescue.db.Pipeline.Reply;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.Sha256;
import org.jspecify.annotations.Nullable;

/** Reads the queue in the order of work and claims from it. Every method needs an open transaction. */
@Singleton
public final class ReadyQueue {

    /** The longest that a node is kept from a task for which its disk was too full, in seconds. */
    private static final int LONGEST_FULL = 6 * 3600;

    /**
     * Who holds, works on or has failed a task is looked up only where anybody does; {@code having} says so above the lookup, so
     * that nothing of it is even started for the others. Parameter: how long a node whose disk was
     * too full for the task once is left alone with it; each further time doubles that, up to {@value #LONGEST_FULL}.
     */
    private static final String CANDIDATE = """
            select r.task_id, r.slot, r.urgency, r.copies, r.rank, r.host_no, r.size_bytes, r.since,
                   extract(epoch from clock_timestamp() - r.since)::float8 as waited,
                   held.holders, held.voices, held.regions, tried.failed, tried.full_disks
            from %1$s
            left join lateral (
                select array_agg(n.node_no) as holders, array_agg(n.voice) as voices,
                       array_agg(n.region) filter (where n.region is not null) as regions
                from (select c.node_no from copy c where c.task_id = r.task_id
                      union select a.node_no from assignment a where a.task_id = r.task_id) h
                join node n using (node_no)
                having r.contested
            ) held on true
            left join lateral (
                select array_agg(f.node_no) as failed,
                       array_agg(f.node_no) filter (where f.full_at > clock_timestamp()
                           - make_interval(secs => least(?::float8 * 2 ^ least(f.times - 1, 20), %2$d))) as full_disks
                from (select node_no, count(*) filter (where reason = 'disk_full') as times,
                             max(at) filter (where reason = 'disk_full') as full_at
                      from failure where task_id = r.task_id group by node_no) f
                having r.contested
            ) tried on true
            """;

    /** Parameters: a place, then floor, space, whether anybody wants an unknown size. The row comparison lets the index start at the place. */
    private static final String THAT_FIT = """
            (r.urgency, r.copies, r.rank, r.task_id, r.slot) > (?, ?, ?, ?, ?)
              and r.urgency <= 10 - ? and coalesce(r.size_bytes <= ?, ?)
            """;

    private static final String UP_TO = "(r.urgency, r.copies, r.rank, r.task_id, r.slot) <= (?, ?, ?, ?, ?)";

    /** So many are read to find the first of them. */
    private static final long MOST_OPENINGS = 1000;

    private static final String IN_ORDER = " order by r.urgency, r.copies, r.rank, r.task_id, r.slot ";

    private static final String BEGUN =
            "with recursive begun as materialized (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xmin)";

    /** Parameters: a place, space. */
    private static final String SMALL_ENOUGH = """
            (r.urgency, r.copies, r.rank, r.task_id, r.slot) > (?, ?, ?, ?, ?) and coalesce(r.size_bytes <= ?, true)
            """;

    private static final String HEAD = BEGUN + """
            select r.urgency, r.copies, r.rank, r.task_id, r.slot, b.xmin
            from begun b, lateral (select * from ready r where
            """ + SMALL_ENOUGH + IN_ORDER + " limit 1) r";

    /** Every host that has rows in the queue: one step into the index a host, however many rows it has. */
    private static final String KNOWN_HOSTS = """
            known as (
                (select host_no from ready order by host_no limit 1)
                union all
                select (select r.host_no from ready r where r.host_no > k.host_no order by r.host_no limit 1)
                from known k where k.host_no is not null
            )
            """;

    /**
     * A million rows of a host that is passed are not stepped over one by one: when the first thousand are all of such hosts,
     * the other hosts are asked for their first row.
     */
    private static final String HEAD_PASSING = BEGUN + ", " + KNOWN_HOSTS + """
            , near as materialized (
                select r.urgency, r.copies, r.rank, r.task_id, r.slot, r.host_no from ready r where
            """ + SMALL_ENOUGH + IN_ORDER + """
                limit 1000
            ), first_near as materialized (select * from near r where r.host_no <> all (?)
            """
            + IN_ORDER + """
                limit 1
            ), found as (
                select * from first_near
                union all
                select f.* from known k cross join lateral (
                    select r.urgency, r.copies, r.rank, r.task_id, r.slot, r.host_no from ready r
                    where k.host_no <> all (?) and r.host_no = k.host_no and
            """ + SMALL_ENOUGH + IN_ORDER + """
                limit 1) f
                where not exists (select from first_near)
            )
            select r.urgency, r.copies, r.rank, r.task_id, r.slot, b.xmin from begun b, found r
            """ + IN_ORDER + " limit 1";

    private static final String PAGE =
            CANDIDATE.formatted("(select * from ready r where " + THAT_FIT + IN_ORDER + " limit ?) r", LONGEST_FULL)
                    + IN_ORDER;

    // The end of the stretch is looked at afterwards: with two bounds the planner would rather go through the rows that
    // all hosts have between them.
    private static final String PAGE_OF_HOSTS = CANDIDATE.formatted(
                    "unnest(?::integer[]) as open (host_no) cross join lateral (select * from (select * from ready r where r.host_no = open.host_no and "
                            + THAT_FIT + IN_ORDER + " limit ?) r where " + UP_TO + ") r",
                    LONGEST_FULL)
            + IN_ORDER;

    /** The next rows in the order of work that somebody could take, whatever their host stands. */
    public Reply<List<Candidate>> page(Pipeline reads, Place after, Appetite appetite, int limit) throws SQLException {
        return reads.list(
                PAGE,
                ReadyQueue::candidate,
                after.urgency(),
                after.copies(),
                after.rank(),
                after.taskId(),
                after.slot(),
                appetite.floor(),
                appetite.space(),
                appetite.unknown(),
                limit,
                appetite.fullForSeconds());
    }

    /** One page, sent on its own. */
    public List<Candidate> page(Connection connection, Place after, Appetite appetite, int limit) throws SQLException {
        var reads = Pipeline.on(connection);
        Reply<List<Candidate>> page = page(reads, after, appetite, limit);
        reads.send();
        return page.get();
    }

    /**
     * Adds to a round's first reads what tells where the next round may begin: the first row that is small enough, and which transactions
     * were not over before it was read. Comes before the page, so that whatever the page does not show yet is found by {@link #opened} of the
     * next round.
     *
     * @param after where this round begins
     * @param space rows of more bytes are stepped over; those of unknown size are not
     * @param passed hosts whose rows are stepped over
     */
    public Reply<Optional<Head>> head(Pipeline reads, Place after, long space, Set<Integer> passed)
            throws SQLException {
        var parameters = new ArrayList<Object>();
        addPlace(parameters, after);
        parameters.add(space);
        if (passed.isEmpty()) {
            return reads.first(HEAD, ReadyQueue::head, parameters.toArray());
        }
        Integer[] hosts = passed.toArray(Integer[]::new);
        parameters.add(hosts);
        parameters.add(hosts);
        addPlace(parameters, after);
        parameters.add(space);
        return reads.first(HEAD_PASSING, ReadyQueue::head, parameters.toArray());
    }

    private static Head head(Sql.Row row) throws SQLException {
        Place first = place(row);
        return new Head(
                new Place(first.urgency(), first.copies(), first.rank(), first.taskId(), first.slot() - 1),
                row.number("xmin"));
    }

    private static void addPlace(List<Object> parameters, Place place) {
        parameters.addAll(List.of(place.urgency(), place.copies(), place.rank(), place.taskId(), place.slot()));
    }

    /**
     * The first place at which rows were written since a head was read, also when they are gone by now; empty if there were none. When
     * very many have written, it is the start of the queue.
     */
    public Reply<Optional<Place>> opened(Pipeline reads, Head since) throws SQLException {
        return reads.first(
                """
                select urgency, copies, rank, task_id, count(*) over () as openings
                from (select urgency, copies, rank, task_id from ready_opened where xid >= ?::text::xid8 limit ?) o
                order by urgency, copies, rank, task_id limit 1
                """,
                row -> row.number("openings") == MOST_OPENINGS
                        ? Place.START
                        : new Place(
                                row.integer("urgency"),
                                row.integer("copies"),
                                row.integer("rank"),
                                row.number("task_id"),
                                -1),
                since.xmin(),
                MOST_OPENINGS);
    }

    /** Forgets openings that no head is old enough to need; see {@link Head#LASTS}. */
    public void forgetOpenings(Connection connection) throws SQLException {
        Sql.of(connection, "delete from ready_opened where at < clock_timestamp() - make_interval(secs => ?)", (double)
                        Head.LASTS.multipliedBy(10).toSeconds())
                .update();
    }

    /**
     * The first rows of each of these hosts on a stretch of the queue that somebody could take, all in the order of work.
     *
     * @param each how many of a host
     */
    public List<Candidate> pageOfHosts(
            Connection connection, List<Integer> hosts, Stretch stretch, Appetite appetite, int each)
            throws SQLException {
        var parameters = new ArrayList<Object>();
        parameters.add(hosts.toArray(Integer[]::new));
        addPlace(parameters, stretch.after());
        parameters.addAll(List.of(appetite.floor(), appetite.space(), appetite.unknown(), each));
        addPlace(parameters, stretch.upTo());
        parameters.add(appetite.fullForSeconds());
        return Sql.of(connection, PAGE_OF_HOSTS, parameters.toArray()).list(ReadyQueue::candidate);
    }

    /** Every host that has rows in the queue. */
    public List<Integer> hosts(Connection connection) throws SQLException {
        return Sql.of(
                        connection,
                        "with recursive " + KNOWN_HOSTS + "select host_no from known where host_no is not null")
                .list(row -> row.integer("host_no"));
    }

    /**
     * Turns rows of the queue into assignments. A row that somebody else took meanwhile, or that was written anew so that the
     * decision may no longer hold, is left out of the answer.
     *
     * <p>The rows of the nodes are locked until the transaction ends: none of them signs off or begins to drain meanwhile, and
     * none is lost before its new leases are. Whose row is locked just now, or who has left since it was admitted, is not held;
     * then nothing is claimed at all.
     *
     * @param lease how long the leases last
     */
    public Claim claim(Connection connection, List<Pick> picks, Duration lease) throws SQLException {
        int[] nodeNos = picks.stream().mapToInt(Pick::nodeNo).distinct().toArray();
        Set<Integer> held = new HashSet<>();
        List<Claimed> claimed = new ArrayList<>();
        // The rows are locked before they are deleted so that two instances never wait for each other. A node that has
        // an assignment on the task already violates the key, which undoes the round: conservation before progress.
        // No two of these steps are joined by what they give: without statistics that would be every row with every
        // other.
        Sql.of(
                        connection,
                        """
                        with held as materialized (
                            select node_no from node where node_no = any (?) and state = 'joined'
                            order by node_no for no key update skip locked
                        ), pick as (
                            select * from unnest(?::bigint[], ?::smallint[], ?::timestamptz[], ?::integer[], ?::bigint[])
                                as p (task_id, slot, since, node_no, reserved_bytes)
                            where (select count(*) from held) = ?
                        ), free as (
                            select r.task_id, r.slot, p.node_no, p.reserved_bytes
                            from ready r join pick p using (task_id, slot, since)
                            where not exists (
                                select from copy c where c.task_id = p.task_id and c.node_no = p.node_no)
                            for update of r skip locked
                        ), taken as (
                            delete from ready r using free f
                            where r.task_id = f.task_id and r.slot = f.slot
                            returning r.task_id, r.host_no, r.attempt, r.size_bytes is null as unsized, f.node_no,
                                      f.reserved_bytes
                        ), lease as (
                            insert into assignment (task_id, node_no, token, attempt, host_no, reserved_bytes, unsized,
                                                    assigned_at, lease_until, progress_at)
                            select task_id, node_no, nextval('assignment_token'), attempt, host_no, reserved_bytes, unsized,
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
                        ), heard as (
                            update node n set heard_at = clock_timestamp()
                            from held h
                            where n.node_no = any (?) and n.node_no = h.node_no and (select count(*) from held) = ?
                        )
                        select node_no, null as task_id, null as token, null as attempt, null as url, null as name,
                               null as size_bytes, null as sha256, null as priority from held
                        union all
                        select l.node_no, l.task_id, l.token, l.attempt, t.url, t.name, t.size_bytes, t.sha256, t.priority
                        from lease l join task t using (task_id)
                        """,
                        nodeNos,
                        picks.stream().mapToLong(Pick::taskId).toArray(),
                        picks.stream().mapToInt(Pick::slot).toArray(),
                        picks.stream().map(Pick::since).toArray(Instant[]::new),
                        picks.stream().mapToInt(Pick::nodeNo).toArray(),
                        picks.stream().mapToLong(Pick::reservedBytes).toArray(),
                        nodeNos.length,
                        (double) lease.toMillis() / 1000,
                        nodeNos,
                        nodeNos.length)
                .each(row -> {
                    Long taskId = row.numberOrNull("task_id");
                    if (taskId == null) {
                        held.add(row.integer("node_no"));
                    } else {
                        byte[] digest = row.bytesOrNull("sha256");
                        claimed.add(new Claimed(
                                taskId,
                                row.integer("node_no"),
                                row.number("token"),
                                row.integer("attempt"),
                                row.text("url"),
                                row.textOrNull("name"),
                                row.numberOrNull("size_bytes"),
                                digest == null ? null : Sha256.of(digest),
                                row.integer("priority")));
                    }
                });
        Map<Long, Integer> order = new HashMap<>();
        for (Pick pick : picks) {
            order.putIfAbsent(pick.taskId(), order.size());
        }
        claimed.sort(Comparator.comparing((Claimed one) -> order.get(one.taskId())));
        return new Claim(held, claimed);
    }

    private static Place place(Sql.Row row) throws SQLException {
        return new Place(
                row.integer("urgency"),
                row.integer("copies"),
                row.integer("rank"),
                row.number("task_id"),
                row.integer("slot"));
    }

    private static Candidate candidate(Sql.Row row) throws SQLException {
        return new Candidate(
                place(row),
                row.integer("host_no"),
                row.numberOrNull("size_bytes"),
                row.time("since"),
                Duration.ofMillis((long) (row.real("waited") * 1000)),
                Set.copyOf(row.integers("holders")),
                Set.copyOf(row.texts("voices")),
                Set.copyOf(row.texts("regions")),
                Set.copyOf(row.integers("failed")),
                Set.copyOf(row.integers("full_disks")));
    }

    /**
     * A place in the order of work: more urgent first, then fewer copies, then the priorizer's rank, then older.
     *
     * @param urgency 10 minus the priority
     */
    public record Place(int urgency, int copies, int rank, long taskId, int slot) implements Comparable<Place> {

        private static final Comparator<Place> ORDER_OF_WORK = Comparator.comparingInt(Place::urgency)
                .thenComparingInt(Place::copies)
                .thenComparingInt(Place::rank)
                .thenComparingLong(Place::taskId)
                .thenComparingInt(Place::slot);

        /** Before everything. */
        public static final Place START = new Place(-1, 0, 0, 0, 0);

        /** After everything. */
        public static final Place END = new Place(10, 0, 0, 0, 0);

        @Override
        public int compareTo(Place other) {
            return ORDER_OF_WORK.compare(this, other);
        }

        /** The priority, 1 to 10. */
        public int priority() {
            return 10 - urgency;
        }
    }

    /** A part of the queue: the rows after the one place, up to and with the other. */
    public record Stretch(Place after, Place upTo) {}

    /**
     * Where the queue began when a round looked: up to this place it had no row but for those that were stepped over.
     *
     * @param xmin the first transaction that may not have been over by then
     */
    public record Head(Place place, long xmin) {

        /** How long a head may be used at most. */
        public static final Duration LASTS = Duration.ofSeconds(30);
    }

    /**
     * One copy that may be made now.
     *
     * @param sizeBytes null if unknown
     * @param since when the row was written, by the database's clock
     * @param waited how long it could have been claimed
     * @param holders nodes that hold a copy of the task or work on one
     * @param voices the operators of the holders, as they vote
     * @param regions the regions of the holders that name one
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
            Set<String> regions,
            Set<Integer> failed,
            Set<Integer> fullDisks) {}

    /**
     * What those who ask could take.
     *
     * @param floor the lowest priority wanted, 1 to 10
     * @param space the largest size wanted, in bytes
     * @param unknown whether anybody could take a task of unknown size
     * @param fullFor how long a node whose disk was too full for a task is not to get it again, at first
     */
    public record Appetite(int floor, long space, boolean unknown, Duration fullFor) {

        double fullForSeconds() {
            return fullFor.toMillis() / 1000.0;
        }
    }

    /** A row of the queue for a node. */
    public record Pick(long taskId, int slot, Instant since, int nodeNo, long reservedBytes) {}

    /**
     * What came of a claim.
     *
     * @param held the nodes whose rows are locked now; when it is not all of them, nothing was claimed
     */
    public record Claim(Set<Integer> held, List<Claimed> claimed) {}

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

package org.climaterescue.db.host;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.climaterescue.db.Pipeline;
import org.climaterescue.db.Pipeline.Reply;
import org.climaterescue.db.Sql;
import org.jspecify.annotations.Nullable;

/** Limits and load of origins. Every method needs an open transaction. */
@Singleton
public final class Hosts {

    /** No origin, and none of its tasks, is left alone for longer, whatever a node says that it asked for. */
    public static final Duration LONGEST_REST = Duration.ofDays(1);

    /** So many waiting copies of a host are counted when somebody asks; how many more there are, when all are counted. */
    public static final int FEW = 1000;

    /** Longest pause that the dispatcher makes of its own accord. */
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    /**
     * A host, with {@code %s} for its active assignments. Of those for which a lot waits, that is what was counted last ({@code
     * KeptCounts}). The order makes the planner begin at the host's end of the index.
     */
    private static final String ENTRY = """
            select h.host_no, h.name, coalesce(h.max_connections, ?) as max_connections, host_connections(h, ?) as connections,
                   h.paused, case when h.busy_until > clock_timestamp() then h.busy_until end as busy_until, %s as active,
                   case when w.few <= ? then w.few
                        when k.ready is not null then greatest(k.ready, w.few)
                        else (select count(*) from ready r where r.host_no = h.host_no) end as ready
            from host h
            left join host_count k on k.host_no = h.host_no and k.counted_at = (select counted_at from tally) and k.ready > ?
            cross join lateral (
                select count(*) as few from (
                    select from ready r where r.host_no = h.host_no
                    order by r.host_no, r.urgency, r.copies, r.rank, r.task_id, r.slot limit ?) x) w
            """;

    /** What waits for each host, as it was counted last where that is kept: so it costs no more than the hosts are many. */
    private static final String WAITING = """
            select host_no, ready as waiting from host_count where counted_at = (select counted_at from tally)
            union all
            select host_no, count(*) from ready where not exists (select from tally) group by host_no
            """;

    private static final String ACTIVE = """
            select host_no, count(*) as active from assignment group by host_no
            """;

    private final HostTerms terms;

    public Hosts(HostTerms terms) {
        this.terms = terms;
    }

    /** How many more connections hosts stand now, host by host where that differs from the usual; see {@link #headroom(List)}. */
    public Reply<List<Free>> free(Pipeline reads) throws SQLException {
        // Of the hosts only those are looked at that have assignments or terms of their own, however many there are;
        // the
        // fence keeps the planner from reading all of them for a join.
        return reads.list("""
                select l.host_no, h.free
                from (
                    select host_no, sum(active)::integer as active
                    from (select host_no, count(*) as active from assignment group by host_no
                          union all
                          select host_no, 0 from host
                          where paused or max_connections is not null or busy_until is not null or throttled_to is not null
                          union all
                          select host_no, 0 from host where name = 'magnet:') x
                    group by host_no) l
                cross join lateral (
                    select case when host_at_rest(h) then 0 else greatest(0, host_connections(h, ?) - l.active) end as free
                    from host h where h.host_no = l.host_no offset 0) h
                """, row -> new Free(row.integer("host_no"), row.integer("free")), terms.connections());
    }

    /** What was read, to be counted down. */
    public Headroom headroom(List<Free> read) {
        Map<Integer, Integer> free = new HashMap<>();
        read.forEach(host -> free.put(host.hostNo(), host.connections()));
        return new Headroom(terms.connections(), free);
    }

    /**
     * Origins have answered that they are busy.
     *
     * <p>One that says for how long is left alone for that long. One that does not is trusted with half the connections, and
     * left alone for a pause that doubles each time in a row; further complaints during a pause change nothing, for they are
     * answers to what was asked before it.
     */
    public void busy(Pipeline writes, Collection<Complaint> complaints) throws SQLException {
        writes.update(
                """
                        with told as (
                            select host_no, max(seconds) as seconds, bool_or(seconds is null) as bare
                            from unnest(?::integer[], ?::bigint[]) as x (host_no, seconds) group by host_no
                        ), locked as (
                            select h.host_no, t.seconds, t.bare and coalesce(h.busy_until <= clock_timestamp(), true) as cut,
                                   case when h.busy_until > clock_timestamp() - make_interval(secs => ?)
                                        then h.troubles else 0 end as troubles,
                                   greatest(1, host_connections(h, ?) / 2) as half
                            from host h join told t using (host_no)
                            order by host_no for no key update of h
                        )
                        update host h
                        set busy_until = greatest(
                                h.busy_until,
                                clock_timestamp() + make_interval(
                                    secs => case when l.seconds is not null then least(l.seconds, ?) end),
                                case when l.cut then clock_timestamp()
                                    + make_interval(secs => least(? * 2 ^ l.troubles, ?)) end),
                            troubles = case when l.cut then least(l.troubles + 1, 20) else h.troubles end,
                            throttled_to = case when l.cut then l.half else h.throttled_to end,
                            throttled_at = case when l.cut then clock_timestamp() else h.throttled_at end
                        from locked l
                        where h.host_no = l.host_no and h.name <> 'magnet:'
                        """,
                complaints.stream().map(Complaint::hostNo).toArray(Integer[]::new),
                complaints.stream().map(Complaint::seconds).toArray(Long[]::new),
                (double) LONGEST_PAUSE.toSeconds(),
                terms.connections(),
                (double) LONGEST_REST.toSeconds(),
                terms.pause().toMillis() / 1000.0,
                (double) LONGEST_PAUSE.toSeconds());
    }

    /**
     * An operator steers a host.
     *
     * @param maxConnections null: as before
     * @param paused null: as before
     * @return false when nobody knows the host
     */
    public boolean steer(Connection connection, String host, @Nullable Integer maxConnections, @Nullable Boolean paused)
            throws SQLException {
        // Whoever sets a limit or lets a host go on has looked at it: what was cut before is forgotten.
        return Sql.of(connection, """
                        update host
                        set max_connections = coalesce(x.max_connections, host.max_connections),
                            paused = coalesce(x.paused, host.paused),
                            busy_until = case when x.paused = false then null else busy_until end,
                            troubles = case when x.paused = false then 0 else troubles end,
                            throttled_to = case when not x.looked_at then throttled_to end,
                            throttled_at = case when not x.looked_at then throttled_at end
                        from (select max_connections, paused,
                                     max_connections is not null or paused is not distinct from false as looked_at
                              from (select ?::integer as max_connections, ?::boolean as paused) order_given) x
                        where name = ?
                        """, maxConnections, paused, host).update() == 1;
    }

    /**
     * One page of the hosts that have this text in their names.
     *
     * @param after the place of the last host of the page before; null for the first page
     */
    public List<Placed> page(
            Connection connection, @Nullable String text, Order order, @Nullable Place after, int limit)
            throws SQLException {
        return Sql.of(
                        connection,
                        """
                        with page as materialized (
                            select h.host_no, x.rank, coalesce(a.active, 0) as active
                            from host h
                            left join (%s) a using (host_no)
                            %s
                            cross join lateral (select %s as rank) x
                            where (?::text is null or h.name ilike ?::text) and (x.rank, h.host_no) < (?, ?)
                            order by x.rank desc, h.host_no desc limit ?
                        )
                        select p.rank, e.* from page p
                        cross join lateral (%s
                            where h.host_no = p.host_no) e
                        order by p.rank desc, p.host_no desc
                        """.formatted(ACTIVE, order.joined, order.rank, ENTRY.formatted("p.active")),
                        text,
                        text == null ? null : Sql.containing(text),
                        after == null ? Long.MAX_VALUE : after.rank(),
                        after == null ? Long.MAX_VALUE : after.hostNo(),
                        limit,
                        terms.connections(),
                        terms.connections(),
                        FEW,
                        FEW,
                        FEW + 1)
                .list(row -> new Placed(row.number("rank"), entry(row)));
    }

    /** One host. */
    public Optional<Entry> find(Connection connection, String host) throws SQLException {
        return Sql.of(
                        connection,
                        ENTRY.formatted("(select count(*) from assignment a where a.host_no = h.host_no)")
                                + "where h.name = ?",
                        terms.connections(),
                        terms.connections(),
                        FEW,
                        FEW,
                        FEW + 1,
                        host)
                .first(Hosts::entry);
    }

    /**
     * The hosts of these names, and those that have terms of their own: of these at most so many, the first known first. Reads no
     * others.
     */
    public List<Terms> terms(Connection connection, Collection<String> names, int limit) throws SQLException {
        // The fence keeps the planner from reading all hosts for a join.
        return Sql.of(connection, """
                        select h.*
                        from (
                            (select host_no from host
                             where paused or max_connections is not null or busy_until is not null or throttled_to is not null
                             order by host_no limit ?)
                            union
                            select host_no from host where name = 'magnet:' or name = any(?)) l
                        cross join lateral (
                            select h.host_no, h.name, coalesce(h.max_connections, ?) as max_connections,
                                   host_connections(h, ?) as connections, h.paused,
                                   case when h.busy_until > clock_timestamp() then h.busy_until end as busy_until,
                                   h.paused or h.max_connections is not null or h.busy_until is not null
                                       or h.throttled_to is not null or h.name = 'magnet:' as own
                            from host h where h.host_no = l.host_no offset 0) h
                        order by h.host_no
                        """, limit, names.toArray(String[]::new), terms.connections(), terms.connections())
                .list(row -> new Terms(
                        row.text("name"),
                        row.integer("max_connections"),
                        row.integer("connections"),
                        row.flag("paused"),
                        row.timeOrNull("busy_until"),
                        row.flag("own")));
    }

    private static Entry entry(Sql.Row row) throws SQLException {
        return new Entry(
                row.integer("host_no"),
                row.text("name"),
                row.integer("max_connections"),
                row.integer("connections"),
                row.flag("paused"),
                row.timeOrNull("busy_until"),
                row.number("active"),
                row.number("ready"));
    }

    /** Orders of a list of hosts. */
    public enum Order {
        /** The latest known first. */
        KNOWN("", "0"),
        /** Those with most active assignments first, then those that are paused or rest. */
        ACTIVE("", "2 * coalesce(a.active, 0) + host_at_rest(h)::integer"),
        /** Those for which most copies wait first, then as {@link #ACTIVE}; what was not yet waiting at the last count is not seen. */
        WAITING("left join (" + Hosts.WAITING + ") w using (host_no)", """
                2097152 * coalesce(w.waiting, 0) + 2 * least(coalesce(a.active, 0), 1048575) + host_at_rest(h)::integer""");

        private final String joined;
        private final String rank;

        Order(String joined, String rank) {
            this.joined = joined;
            this.rank = rank;
        }
    }

    /** How many more connections a host stands, 0 and up. */
    public record Free(int hostNo, int connections) {}

    /**
     * A busy answer of an origin.
     *
     * @param seconds how long it asked to be left alone; null when it did not say
     */
    public record Complaint(int hostNo, @Nullable Long seconds) {}

    /**
     * How hard a host may be worked now; the other members are those of {@link Entry}.
     *
     * @param own whether these are other terms than those of most hosts, or were lately
     */
    public record Terms(
            String host,
            int maxConnections,
            int connections,
            boolean paused,
            @Nullable Instant busyUntil,
            boolean own) {}

    /** Where a page ends. */
    public record Place(long rank, long hostNo) {}

    /** A host, and its place in the list. */
    public record Placed(long rank, Entry host) {

        public Place place() {
            return new Place(rank, host.hostNo());
        }
    }

    /**
     * One host.
     *
     * @param maxConnections active assignments at a time, over the whole fleet
     * @param connections what of these it is trusted with now
     * @param busyUntil when its pause ends; null when it makes none
     * @param active active assignments
     * @param ready copies that could be made now; more than a thousand may be as they were counted last
     */
    public record Entry(
            int hostNo,
            String host,
            int maxConnections,
            int connections,
            boolean paused,
            @Nullable Instant busyUntil,
            long active,
            long ready) {}
}

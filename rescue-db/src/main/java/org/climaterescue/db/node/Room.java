package org.climaterescue.db.node;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.climaterescue.db.Pipeline;
import org.climaterescue.db.Pipeline.Reply;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.NodeStatus;
import org.jspecify.annotations.Nullable;

/** What an allocation round needs to know of nodes. Every method needs an open transaction. */
@Singleton
public final class Room {

    /**
     * Whether a node is doubtful, from how many of its copies were rejected, {@code r}. Of all its copies no more are counted than can
     * change the answer, see the function.
     */
    private static final String DOUBTFUL = """
            node_doubtful(r.rejected, (
                select count(*) from (select from copy c where c.node_no = r.node_no
                                      order by c.node_no, c.task_id limit 10 * r.rejected + 1) x))""";

    /**
     * How often a node that waits in round after round is noted as heard of before it would be suspect, and as asking before it
     * would be lost. So seldom that one which sends its heartbeats need not be noted as heard of at all: ten thousand wait, and
     * each note writes a row.
     */
    private static final int NOTES = 3;

    /** How long a node that waits may be in no round, twice over: its row may be locked in one. */
    private static final double BETWEEN_ROUNDS_SECONDS = 3;

    /**
     * Notes that these nodes ask for work, unless that is known already or their rows are locked just now. Ten thousand that wait
     * are read in each round, and so not locked: the claim does that with those that get something.
     * A call that a node left behind when it signed off does not bring it back: it stays gone.
     *
     * @param silence a node that waits is noted as heard of several times before it would be suspect
     */
    public Admission admit(Pipeline reads, List<Ask> asks, Silence silence) throws SQLException {
        String[] nodeIds = asks.stream().map(Ask::nodeId).toArray(String[]::new);
        Reply<List<Guest>> guests = reads.list(
                """
                with asked as (
                    select * from unnest(?::text[], ?::bigint[], ?::integer[]) as a (node_id, capacity_bytes, floor)
                ), due as (
                    select n.node_no, a.capacity_bytes, a.floor
                    from node n join asked a using (node_id)
                    where n.state <> 'gone'
                      and (n.capacity_bytes <> a.capacity_bytes or n.floor <> a.floor or n.asked_at is null
                           or n.heard_at < clock_timestamp() - make_interval(secs => ?)
                           or n.asked_at < clock_timestamp() - make_interval(secs => ?))
                    order by n.node_no
                    for no key update of n skip locked
                ), noted as (
                    update node n
                    set heard_at = clock_timestamp(), asked_at = clock_timestamp(),
                        capacity_bytes = d.capacity_bytes, floor = d.floor
                    from due d where n.node_no = d.node_no
                )
                select n.node_no, n.node_id, n.slots, n.voice, n.region,
                       case n.state when 'joined' then 'active' else n.state::text end as status
                from node n join asked a using (node_id)
                """,
                row -> new Guest(
                        row.integer("node_no"),
                        row.text("node_id"),
                        row.text("voice"),
                        row.textOrNull("region"),
                        row.word(NodeStatus.class, "status"),
                        row.integerOrNull("slots"),
                        Load.NONE),
                nodeIds,
                asks.stream().mapToLong(Ask::capacityBytes).toArray(),
                asks.stream().mapToInt(Ask::floor).toArray(),
                Math.min(
                        silence.suspectSeconds() / NOTES,
                        Math.max(0, silence.suspectSeconds() - BETWEEN_ROUNDS_SECONDS)),
                silence.lostSeconds() / NOTES);
        // Not before: how nodes that ask are looked up depends on whether they are three or ten thousand.
        reads.keepPlans();
        return new Admission(
                guests, loads(reads, "array(select node_no from node where node_id = any (?))", (Object) nodeIds));
    }

    /** What these nodes hold. */
    static Map<Integer, Load> loads(Connection connection, int[] nodeNos) throws SQLException {
        var reads = Pipeline.on(connection);
        Reply<List<Loaded>> loads = loads(reads, "?::integer[]", nodeNos);
        reads.send();
        return byNode(loads.get());
    }

    /** Only of nodes that hold anything, or may be doubtful. */
    private static Reply<List<Loaded>> loads(Pipeline reads, String nodes, Object parameter) throws SQLException {
        return reads.list(
                """
                with asked as materialized (select %s as nodes),
                leased as (
                    select node_no, count(*)::integer as leases, bool_or(unsized) as guessing,
                           least(sum(reserved_bytes), 9223372036854775807)::bigint as reserved
                    from assignment where node_no = any ((select nodes from asked)::integer[]) group by node_no
                ), rejected as (
                    select r.node_no, %s as doubtful
                    from (select node_no, count(*) as rejected
                          from copy where rejected and node_no = any ((select nodes from asked)::integer[]) group by node_no) r
                )
                select node_no, leases, reserved, guessing, false as doubtful from leased
                union all
                select node_no, 0, 0, false, doubtful from rejected
                """.formatted(nodes, DOUBTFUL),
                row -> new Loaded(
                        row.integer("node_no"),
                        new Load(
                                row.integer("leases"),
                                row.number("reserved"),
                                row.flag("guessing"),
                                row.flag("doubtful"))),
                parameter);
    }

    private static Map<Integer, Load> byNode(List<Loaded> loads) {
        Map<Integer, Load> byNode = new HashMap<>();
        loads.forEach(one -> byNode.merge(one.nodeNo(), one.load(), Load::and));
        return byNode;
    }

    /** Nodes that asked for work not long ago and could take more; a doubtful one works on one task at a time. */
    public List<Bystander> bystanders(Connection connection, Silence silence) throws SQLException {
        return Sql.of(connection, """
                        select n.node_no, n.floor, n.capacity_bytes - coalesce(a.reserved, 0) as space,
                               coalesce(a.guessing, false) as guessing, n.voice, n.region, d.doubtful
                        from node n
                        left join (select node_no, count(*) as leases, bool_or(unsized) as guessing,
                                          least(sum(reserved_bytes), 9223372036854775807)::bigint as reserved
                                   from assignment group by node_no) a using (node_no)
                        left join (select node_no, count(*) as rejected
                                   from copy where rejected group by node_no) r using (node_no)
                        cross join lateral (
                            select r.rejected is not null and %s as doubtful
                        ) d
                        where n.state = 'joined'
                          and n.heard_at > clock_timestamp() - make_interval(secs => ?)
                          and n.asked_at > clock_timestamp() - make_interval(secs => ?)
                          and (n.slots is null or n.slots > coalesce(a.leases, 0))
                          and (a.leases is null or not d.doubtful)
                        """.formatted(DOUBTFUL), silence.suspectSeconds(), silence.lostSeconds())
                .list(row -> new Bystander(
                        row.integer("node_no"),
                        row.text("voice"),
                        row.textOrNull("region"),
                        row.flag("doubtful"),
                        row.integer("floor"),
                        row.number("space"),
                        row.flag("guessing")));
    }

    /** Nodes that ask, with what they hold; there when the pipeline has been sent. */
    public static final class Admission {

        private final Reply<List<Guest>> guests;
        private final Reply<List<Loaded>> loads;

        private Admission(Reply<List<Guest>> guests, Reply<List<Loaded>> loads) {
            this.guests = guests;
            this.loads = loads;
        }

        /** Those of the nodes that are registered. */
        public List<Guest> guests() {
            Map<Integer, Load> byNode = byNode(loads.get());
            return guests.get().stream()
                    .map(guest -> guest.under(byNode.getOrDefault(guest.nodeNo(), Load.NONE)))
                    .toList();
        }
    }

    private record Loaded(int nodeNo, Load load) {}

    /** A node's request as far as the registry keeps it. */
    public record Ask(String nodeId, long capacityBytes, int floor) {}

    /**
     * A node that this round serves.
     *
     * @param region where it is; null when it does not say
     * @param status active, draining or gone
     * @param slots the most assignments that it wants at a time; null for no cap
     */
    public record Guest(
            int nodeNo,
            String nodeId,
            String voice,
            @Nullable String region,
            NodeStatus status,
            @Nullable Integer slots,
            Load load) {

        Guest under(Load now) {
            return new Guest(nodeNo, nodeId, voice, region, status, slots, now);
        }
    }

    /**
     * What a node holds.
     *
     * @param leases active assignments
     * @param reservedBytes the sizes that these reserve
     * @param guessing whether the size of one of their files is not known yet
     * @param doubtful whether its copies keep being rejected
     */
    public record Load(int leases, long reservedBytes, boolean guessing, boolean doubtful) {

        static final Load NONE = new Load(0, 0, false, false);

        Load and(Load other) {
            return new Load(
                    leases + other.leases,
                    reservedBytes + other.reservedBytes,
                    guessing || other.guessing,
                    doubtful || other.doubtful);
        }
    }

    /**
     * A node that is not asking this instance just now but could take work.
     *
     * @param guessing whether it works on a file of unknown size
     */
    public record Bystander(
            int nodeNo,
            String voice,
            @Nullable String region,
            boolean doubtful,
            int floor,
            long space,
            boolean guessing) {}
}

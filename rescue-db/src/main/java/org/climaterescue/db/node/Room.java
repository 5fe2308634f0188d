package org.climaterescue.db.node;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.NodeStatus;
import org.jspecify.annotations.Nullable;

/** What an allocation round needs to know of nodes. Every method needs an open transaction. */
@Singleton
public final class Room {

    /**
     * Notes that these nodes ask for work, and locks their rows until the round is over, so that two instances never serve
     * one node at once. Nodes whose rows are locked just now, by another instance's round or a heartbeat, are left out.
     * A call that a node left behind when it signed off does not bring it back: it stays gone.
     */
    public List<Guest> admit(Connection connection, List<Ask> asks) throws SQLException {
        List<Guest> guests = Sql.of(
                        connection,
                        """
                        with asked as (
                            select * from unnest(?::text[], ?::bigint[], ?::integer[]) as a (node_id, capacity_bytes, floor)
                        ), free as (
                            select n.node_no, a.capacity_bytes, a.floor
                            from node n join asked a using (node_id)
                            order by n.node_no
                            for no key update of n skip locked
                        )
                        update node n
                        set heard_at = case when n.state = 'gone' then n.heard_at else clock_timestamp() end,
                            asked_at = clock_timestamp(), capacity_bytes = f.capacity_bytes, floor = f.floor
                        from free f
                        where n.node_no = f.node_no
                        returning n.node_no, n.node_id, n.slots, n.voice,
                                  case n.state when 'joined' then 'active' else n.state::text end as status
                        """,
                        asks.stream().map(Ask::nodeId).toArray(String[]::new),
                        asks.stream().mapToLong(Ask::capacityBytes).toArray(),
                        asks.stream().mapToInt(Ask::floor).toArray())
                .list(row -> new Guest(
                        row.integer("node_no"),
                        row.text("node_id"),
                        row.text("voice"),
                        row.word(NodeStatus.class, "status"),
                        row.integerOrNull("slots"),
                        0,
                        0));
        Map<Integer, Guest> loads = new HashMap<>();
        guests.forEach(guest -> loads.put(guest.nodeNo(), guest));
        Sql.of(connection, """
                        select node_no, count(*)::integer as leases, sum(reserved_bytes)::bigint as reserved
                        from assignment where node_no = any (?) group by node_no
                        """, guests.stream().mapToInt(Guest::nodeNo).toArray())
                .each(1000, row -> {
                    int leases = row.integer("leases");
                    long reserved = row.number("reserved");
                    loads.computeIfPresent(row.integer("node_no"), (nodeNo, guest) -> guest.holding(leases, reserved));
                });
        return guests.stream()
                .map(guest -> loads.getOrDefault(guest.nodeNo(), guest))
                .toList();
    }

    /** Nodes that asked for work not long ago and could take more. */
    public List<Bystander> bystanders(Connection connection, Silence silence) throws SQLException {
        return Sql.of(connection, """
                        select n.node_no, n.floor, n.capacity_bytes - coalesce(a.reserved, 0) as space,
                               n.voice
                        from node n
                        left join (select node_no, count(*) as leases, sum(reserved_bytes)::bigint as reserved
                                   from assignment group by node_no) a using (node_no)
                        where n.state = 'joined'
                          and n.heard_at > clock_timestamp() - make_interval(secs => ?)
                          and n.asked_at > clock_timestamp() - make_interval(secs => ?)
                          and (n.slots is null or n.slots > coalesce(a.leases, 0))
                        """, silence.suspectSeconds(), silence.lostSeconds())
                .list(row -> new Bystander(
                        row.integer("node_no"), row.text("voice"), row.integer("floor"), row.number("space")));
    }

    /** A node's request as far as the registry keeps it. */
    public record Ask(String nodeId, long capacityBytes, int floor) {}

    /**
     * A node that this round serves.
     *
     * @param status active, draining or gone
     * @param slots the most assignments that it wants at a time; null for no cap
     * @param leases active assignments that it holds
     * @param reservedBytes the sizes that these reserve
     */
    public record Guest(
            int nodeNo,
            String nodeId,
            String voice,
            NodeStatus status,
            @Nullable Integer slots,
            int leases,
            long reservedBytes) {

        Guest holding(int active, long bytes) {
            return new Guest(nodeNo, nodeId, voice, status, slots, active, bytes);
        }
    }

    /** A node that is not asking this instance just now but could take work. */
    public record Bystander(int nodeNo, String voice, int floor, long space) {}
}

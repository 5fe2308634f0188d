package org.climaterescue.db.node;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.climaterescue.db.Pipeline;
import org.climaterescue.db.Pipeline.Reply;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.NodeStatus;

/**
 * Whose turn it is, over all dispatchers: their rounds run one after the other, and each knows who waits for work at the
 * others. Every method needs an open transaction, and all but {@link #take} and {@link #others} the turn.
 */
@Singleton
public final class Turns {

    /** The number of the lock that a round holds; any that nobody else uses. */
    private static final long ROUND = 0x726f756e64L;

    /** A dispatcher at which nodes wait holds a round each second; after this silence its nodes are no longer waited for. */
    private static final Duration LIVING = Duration.ofSeconds(2);

    /** So many who have waited longest are served in turn; a round would not read ten thousand to give out one task. */
    private static final int MOST = 1000;

    /**
     * Waits until no other instance is in a round, and keeps the others waiting until this transaction ends. What is read after
     * this sees all that their rounds gave out. It comes first in the transaction, for whatever is locked before it is locked
     * as long as all the rounds before this one take. An instance that stops in the middle of its round is cut off.
     */
    public void take(Pipeline reads) throws SQLException {
        reads.list("""
                        select set_config('idle_in_transaction_session_timeout', '5s', true), pg_advisory_xact_lock(?)
                        """, row -> true, ROUND);
    }

    /** Whether another dispatcher lives at which nodes wait; mostly there is none, and {@link #elsewhere} need not be asked. */
    public Reply<Boolean> others(Pipeline reads, String dispatcher) throws SQLException {
        return reads.one("""
                select exists (select from serving where dispatcher <> ?
                               and round_at > clock_timestamp() - make_interval(secs => ?)) as live
                """, row -> row.flag("live"), dispatcher, (double) LIVING.toSeconds());
    }

    /** Who waits at the other dispatchers, the longest wait first. */
    public List<Waiter> elsewhere(Connection connection, String dispatcher) throws SQLException {
        // Dispatcher by dispatcher, so that few rows are joined also while the planner takes the table for empty.
        List<Waiter> waiters = Sql.of(connection, """
                        select n.node_no, n.node_id, n.slots, n.voice, n.region, w.capacity_bytes, w.floor,
                               extract(epoch from clock_timestamp() - w.since)::float8 as waited
                        from serving s
                        cross join lateral (
                            select * from waiting
                            where dispatcher = s.dispatcher and until > clock_timestamp() order by since limit ?
                        ) w
                        join node n using (node_no)
                        where s.dispatcher <> ? and s.round_at > clock_timestamp() - make_interval(secs => ?)
                          and n.state = 'joined'
                        order by w.since limit ?
                        """, MOST, dispatcher, (double) LIVING.toSeconds(), MOST)
                .list(row -> new Waiter(
                        new Room.Guest(
                                row.integer("node_no"),
                                row.text("node_id"),
                                row.text("voice"),
                                row.textOrNull("region"),
                                NodeStatus.ACTIVE,
                                row.integerOrNull("slots"),
                                Room.Load.NONE),
                        row.number("capacity_bytes"),
                        row.integer("floor"),
                        Duration.ofMillis((long) (row.real("waited") * 1000))));
        Map<Integer, Room.Load> loads = Room.loads(
                connection,
                waiters.stream().mapToInt(waiter -> waiter.guest().nodeNo()).toArray());
        return waiters.stream().map(waiter -> waiter.under(loads)).toList();
    }

    /** A dispatcher begins, or does not know what it noted: nobody waits there. Forgets what dead ones have left behind, too. */
    public void forget(Connection connection, String dispatcher) throws SQLException {
        Sql.of(connection, """
                        with dead as (delete from serving where round_at < clock_timestamp() - interval '1 hour')
                        delete from waiting where dispatcher = ? or until < clock_timestamp()
                        """, dispatcher).update();
    }

    /**
     * Says that this dispatcher lives, and what has changed about who waits there.
     *
     * @param begun calls that wait since the last note
     * @param over nodes that were noted and do not wait any more
     */
    public void note(Connection connection, String dispatcher, List<Waiting> begun, List<Integer> over)
            throws SQLException {
        Sql.of(
                        connection,
                        """
                        with over as (
                            delete from waiting where dispatcher = ? and node_no = any (?)
                        ), begun as (
                            insert into waiting (node_no, dispatcher, since, until, capacity_bytes, floor)
                            select x.node_no, ?, clock_timestamp() - x.waited * interval '1 ms',
                                   clock_timestamp() + x.patience * interval '1 ms', x.capacity_bytes, x.floor
                            from unnest(?::integer[], ?::bigint[], ?::bigint[], ?::bigint[], ?::integer[])
                                as x (node_no, waited, patience, capacity_bytes, floor)
                            on conflict (node_no) do update
                            set dispatcher = excluded.dispatcher, since = excluded.since, until = excluded.until,
                                capacity_bytes = excluded.capacity_bytes, floor = excluded.floor
                        )
                        insert into serving (dispatcher, round_at) values (?, clock_timestamp())
                        on conflict (dispatcher) do update set round_at = excluded.round_at
                        """,
                        dispatcher,
                        over.stream().mapToInt(Integer::intValue).toArray(),
                        dispatcher,
                        begun.stream().mapToInt(Waiting::nodeNo).toArray(),
                        begun.stream()
                                .mapToLong(call -> call.waited().toMillis())
                                .toArray(),
                        begun.stream()
                                .mapToLong(call -> call.patience().toMillis())
                                .toArray(),
                        begun.stream().mapToLong(Waiting::capacityBytes).toArray(),
                        begun.stream().mapToInt(Waiting::floor).toArray(),
                        dispatcher)
                .update();
    }

    /**
     * A call that waits at this dispatcher.
     *
     * @param waited how long it has
     * @param patience how long it is willing to, from now
     * @param capacityBytes the space that it offers
     * @param floor the lowest priority that it wants
     */
    public record Waiting(int nodeNo, Duration waited, Duration patience, long capacityBytes, int floor) {}

    /** A node whose call waits at another dispatcher; what it offers and wants is the call's. */
    public record Waiter(Room.Guest guest, long capacityBytes, int floor, Duration waited) {

        Waiter under(Map<Integer, Room.Load> loads) {
            return new Waiter(
                    guest.under(loads.getOrDefault(guest.nodeNo(), Room.Load.NONE)), capacityBytes, floor, waited);
        }
    }
}

package org.climaterescue.dispatcher.allocation;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.climaterescue.db.Pipeline;
import org.climaterescue.db.Pipeline.Reply;
import org.climaterescue.db.node.Turns;
import org.climaterescue.db.node.Turns.Waiter;
import org.climaterescue.db.node.Turns.Waiting;
import org.climaterescue.dispatcher.allocation.WaitingRoom.Caller;
import org.jspecify.annotations.Nullable;

/**
 * What the other dispatchers are told of who waits here: of each call when it begins to wait and when that is over, all of a
 * round in one statement, and nothing of those who go on waiting. Used by the loop alone.
 */
final class Notices {

    /** How often the others are told at least, while somebody waits, that this dispatcher lives; see {@link Turns}. */
    private static final Duration EVERY = Duration.ofMillis(500);

    private final Turns turns;
    private final String dispatcher;
    /** Whom the others know of, by the node's number; null: nobody knows what they know. */
    private @Nullable Map<Integer, Caller> told;

    private List<Integer> over = List.of();
    private Map<Integer, Caller> waiting = Map.of();
    private long toldAt;

    Notices(Turns turns, String dispatcher) {
        this.turns = turns;
        this.dispatcher = dispatcher;
    }

    /** Whether anybody waits at the other dispatchers. */
    Reply<Boolean> others(Pipeline reads) throws SQLException {
        return turns.others(reads, dispatcher);
    }

    /** Who waits at the other dispatchers, the longest wait first. */
    List<Waiter> elsewhere(Connection connection) throws SQLException {
        return turns.elsewhere(connection, dispatcher);
    }

    /** Whether what was noted may be lost, so that the next round has to tell everything. */
    boolean areLost() {
        return told == null;
    }

    /**
     * Notes what has changed, in the round's transaction; {@link #told} once it is committed.
     *
     * @param seen nodes that took part in the round; null: all
     * @param waiting those of them that go on waiting
     */
    void tell(Connection connection, @Nullable Set<Integer> seen, Map<Integer, Caller> waiting) throws SQLException {
        Map<Integer, Caller> before = Map.of();
        if (told == null) {
            turns.forget(connection, dispatcher);
        } else {
            before = told;
        }
        Map<Integer, Caller> known = before;
        long now = System.nanoTime();
        List<Waiting> begun = waiting.entrySet().stream()
                .filter(call -> !call.getValue().equals(known.get(call.getKey())))
                .map(call -> waiting(call.getKey(), call.getValue(), now))
                .toList();
        this.waiting = waiting;
        this.over = (seen == null ? known.keySet() : seen)
                .stream()
                        .filter(nodeNo -> known.containsKey(nodeNo) && !waiting.containsKey(nodeNo))
                        .toList();
        boolean silent = now - toldAt > EVERY.toNanos() && !(waiting.isEmpty() && known.isEmpty());
        if (silent || !begun.isEmpty() || !over.isEmpty()) {
            turns.note(connection, dispatcher, begun, over);
            toldAt = now;
        }
    }

    /** What was noted last has been committed. */
    void told() {
        if (told == null) {
            told = new HashMap<>();
        }
        over.forEach(told::remove);
        told.putAll(waiting);
    }

    /** What was noted last may be lost. */
    void lost() {
        told = null;
    }

    private static Waiting waiting(int nodeNo, Caller caller, long now) {
        return new Waiting(
                nodeNo,
                caller.waited(now),
                caller.left(now),
                caller.request().capacityBytes(),
                caller.request().floor());
    }
}

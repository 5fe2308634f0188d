package org.climaterescue.db.host;

import java.util.HashMap;
import java.util.Map;

/** How many more assignments hosts stand: counted down while a round decides. */
public final class Headroom {

    private final int usual;
    private final Map<Integer, Integer> free;

    /**
     * Starts from what hosts stand.
     *
     * @param usual for a host that is not listed
     * @param free for hosts that are, at least 0
     */
    public Headroom(int usual, Map<Integer, Integer> free) {
        this.usual = usual;
        this.free = new HashMap<>(free);
    }

    /** How many more assignments a host stands. */
    public int of(int hostNo) {
        return free.getOrDefault(hostNo, usual);
    }

    /** One assignment more. */
    public void take(int hostNo) {
        free.put(hostNo, of(hostNo) - 1);
    }
}

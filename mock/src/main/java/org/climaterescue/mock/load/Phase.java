package org.climaterescue.mock.load;

import java.util.List;
import java.util.Map;

/**
 * A part of a run with one kind of load.
 *
 * @param name for people
 * @param tasks that were to be done
 * @param done tasks that were done
 * @param seconds from the first call to the last
 * @param perSecond tasks done a second, over the whole of it
 * @param clientCpu what the load generator itself took of the machine, in cores
 * @param calls how long calls took, by kind
 * @param timeline two slices a second
 */
public record Phase(
        String name,
        long tasks,
        long done,
        double seconds,
        double perSecond,
        double clientCpu,
        Map<CallKind, Latency> calls,
        List<Timeline.Slice> timeline) {

    /** When a share of all that was done had been done, in seconds since the beginning; exact to a slice. */
    double secondsUntil(double share) {
        double enough = share * done;
        double soFar = 0;
        double began = 0;
        for (Timeline.Slice slice : timeline) {
            soFar += slice.perSecond() * (slice.at() - began);
            began = slice.at();
            if (soFar >= enough) {
                return slice.at();
            }
        }
        return seconds;
    }
}

package org.climaterescue.mock.load;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import java.util.Map;

/**
 * What came of a fleet's run.
 *
 * @param rescue the part in which the nodes worked; its tasks are copies
 * @param busySeconds until {@value #MOST} of all copies were made; the last ones wait for other tries and for leases of silent nodes
 * @param copiesTarget copies wanted of each task
 * @param failures downloads that failed, and were tried again
 * @param silent nodes that fell silent for good
 * @param orphaned leases that silent nodes held
 * @param handedOn tasks of silent nodes of which another node made the copy
 * @param stopped leases that the dispatcher told a node to stop
 * @param refused reports that came when the lease had ended
 * @param standings tasks by status, as the dispatcher lists them in the end
 * @param laws what must hold in every run
 * @param nodes how much each did
 */
public record FleetOutcome(
        @JsonIgnore Phase rescue,
        double busySeconds,
        int copiesTarget,
        long failures,
        long silent,
        long orphaned,
        long handedOn,
        long stopped,
        long refused,
        Map<String, Long> standings,
        List<Law> laws,
        List<Share> nodes) {

    /** The share of copies that are made while there is plenty to do. */
    static final double MOST = 0.99;

    /** Copies a second while there was plenty to do. */
    public double busyPerSecond() {
        return MOST * rescue.done() / busySeconds;
    }

    /** What one node did. */
    public record Share(int slots, int copies) {}

    /** Whether every law held. */
    public boolean holds() {
        return laws.stream().allMatch(Law::holds);
    }
}

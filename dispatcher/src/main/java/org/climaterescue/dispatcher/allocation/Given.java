package org.climaterescue.dispatcher.allocation;

import java.util.List;
import org.climaterescue.db.allocation.ReadyQueue.Claimed;
import org.climaterescue.protocol.NodeStatus;

/** What one dispatch call is given; empty when there was nothing for it. */
record Given(List<Claimed> tasks, NodeStatus nodeStatus) {

    /** Whether waiting longer is of no use. */
    boolean isFinal() {
        return !tasks.isEmpty() || nodeStatus == NodeStatus.GONE;
    }
}

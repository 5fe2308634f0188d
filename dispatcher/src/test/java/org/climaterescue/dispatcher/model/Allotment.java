package org.climaterescue.dispatcher.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Whether what a node was given is legal: what it must get it gets, what it must not get it does not, in the order of work. What
 * lies between, because the model knows only roughly who else is about, is left to the dispatcher.
 */
final class Allotment {

    private static final Comparator<ModelTask> ORDER_OF_WORK = Comparator.comparingInt(
                    (ModelTask task) -> -task.priority)
            .thenComparingInt(ModelTask::held)
            .thenComparingInt(task -> task.number);

    private final ModelFleet fleet;
    private final ModelNode node;
    private final boolean doubtful;
    private final Map<ModelHost, Integer> free = new HashMap<>();
    private long space;
    private boolean guessing;
    private int wanted;

    Allotment(ModelFleet fleet, ModelNode node, int atMost) {
        this.fleet = fleet;
        this.node = node;
        this.doubtful = fleet.doubtful(node);
        space = fleet.space(node);
        guessing = fleet.guessing(node);
        int slots = doubtful ? 1 : node.slots == null ? Integer.MAX_VALUE : node.slots;
        wanted = node.state.equals("joined")
                ? Math.min(atMost, slots - fleet.worked(node).size())
                : 0;
        fleet.hosts.forEach(host -> free.put(host, host.free(fleet.now(), fleet.active(host))));
    }

    /** Fails when these tasks, in this order, are not what the node may be given. */
    void check(List<ModelTask> given) {
        Iterator<ModelTask> rest = given.iterator();
        ModelTask next = rest.hasNext() ? rest.next() : null;
        for (ModelTask task : fleet.tasks.stream().sorted(ORDER_OF_WORK).toList()) {
            boolean may = task.offered() > 0 && mayTake(task);
            if (task.equals(next)) {
                assertThat(may).as("%s may be given to %s", task, node).isTrue();
                assertThat(betterIsSurelyAbout(task))
                        .as("%s is for somebody better than %s", task, node)
                        .isFalse();
                take(task);
                next = rest.hasNext() ? rest.next() : null;
            } else if (may) {
                assertThat(mustBeGiven(task))
                        .as("%s is kept from %s for nothing", task, node)
                        .isFalse();
            }
        }
        assertThat(next).as("given out of order, twice, or unknown").isNull();
    }

    private boolean mayTake(ModelTask task) {
        return wanted > 0
                && space > 0
                && task.fits(space, guessing, fleet.now())
                && task.priority >= node.floor
                && !task.concerns(node)
                && !task.diskWasFull(node, fleet.now())
                && free.getOrDefault(task.host, 0) > 0;
    }

    private void take(ModelTask task) {
        space -= task.reserves(space);
        guessing |= task.size == null;
        wanted--;
        free.merge(task.host, -1, Integer::sum);
    }

    private boolean mustBeGiven(ModelTask task) {
        int reluctance = task.reluctance(node, doubtful);
        return reluctance == 0
                || fleet.now() - task.touchedAt > ModelFleet.PATIENCE
                || fleet.nodes.stream()
                        .noneMatch(other -> couldTake(other, task, ModelFleet.DRIFT)
                                && task.reluctance(other, fleet.doubtful(other)) < reluctance);
    }

    private boolean betterIsSurelyAbout(ModelTask task) {
        int reluctance = task.reluctance(node, doubtful);
        return fleet.now() - task.offeredAt < ModelFleet.PATIENCE - 2 * ModelFleet.DRIFT
                && fleet.nodes.stream()
                        .anyMatch(other -> couldTake(other, task, -2 * ModelFleet.DRIFT)
                                && !fleet.doubtful(other)
                                && task.reluctance(other, false) < reluctance);
    }

    /** Whether another node is about and has room; {@code grace}: how much longer ago than it should it may have been heard of. */
    private boolean couldTake(ModelNode other, ModelTask task, long grace) {
        List<ModelTask> worked = fleet.worked(other);
        long heard = grace > 0 ? other.heardTo : other.heardFrom;
        return other != node
                && other.state.equals("joined")
                && heard > fleet.now() - ModelFleet.SUSPECT - grace
                && other.askedAt > fleet.now() - ModelFleet.LEASE - grace
                && worked.size() < (fleet.doubtful(other) ? 1 : other.slots == null ? Integer.MAX_VALUE : other.slots)
                && task.fits(fleet.space(other), fleet.guessing(other), fleet.now())
                && task.priority >= other.floor
                && !task.concerns(other)
                && !task.diskWasFull(other, fleet.now());
    }
}

package org.climaterescue.dispatcher.model;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A volunteer's machine as the contract knows it. Times are in seconds of the model's clock. */
final class ModelNode {

    final String id;
    final @Nullable String region;
    final @Nullable Integer slots;

    @Nullable
    String operator;

    String state = "joined";
    boolean drained;
    long capacity;
    int floor = 1;

    /** It was heard of at some moment between these two. */
    long heardFrom;

    long heardTo;

    /** When it last asked for work; negative: never. */
    long askedAt = -1_000_000;

    ModelNode(String id, @Nullable String operator, @Nullable String region, @Nullable Integer slots) {
        this.id = id;
        this.operator = operator;
        this.region = region;
        this.slots = slots;
    }

    /** Whose vote its copies are: a node that names no operator is its own. */
    String voice() {
        return operator == null ? "node " + id : "operator " + operator;
    }

    void heard(long now) {
        heardFrom = now;
        heardTo = now;
    }

    /** What its status may be, the moment that it was last heard of being known only roughly. */
    Set<String> statuses(long now) {
        long shortest = now - heardTo - ModelFleet.DRIFT;
        long longest = now - heardFrom + ModelFleet.DRIFT;
        return Stream.of(shortest, ModelFleet.SUSPECT, ModelFleet.LEASE, longest)
                .filter(silence -> silence >= shortest && silence <= longest)
                .map(this::status)
                .collect(Collectors.toSet());
    }

    private String status(long silence) {
        if (state.equals("gone")) {
            return "gone";
        }
        if (silence >= ModelFleet.LEASE) {
            return "lost";
        }
        if (silence >= ModelFleet.SUSPECT) {
            return "suspect";
        }
        return state.equals("draining") ? "draining" : "active";
    }

    @Override
    public String toString() {
        return id;
    }
}

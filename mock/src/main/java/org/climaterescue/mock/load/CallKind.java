package org.climaterescue.mock.load;

/** Calls of which latencies are told apart. */
public enum CallKind {
    /** {@code POST /tasks/bulk} of a thousand lines. */
    SUBMIT,
    /** {@code POST /dispatch} that gave something at once. */
    DISPATCH,
    /** {@code POST /dispatch} that waited until there was something to give. */
    WAIT,
    /** {@code POST /assignments/{id}/complete}, or many of them in one call. */
    COMPLETE,
    /** {@code POST /assignments/{id}/fail}. */
    FAIL,
    /** {@code POST /nodes/{node_id}/heartbeat}. */
    HEARTBEAT
}

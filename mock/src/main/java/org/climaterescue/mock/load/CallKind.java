package org.climaterescue.mock.load;

/** Calls of which latencies are told apart. */
public enum CallKind {
    /** {@code POST /tasks/bulk} of a thousand lines. */
    SUBMIT,
    /** {@code POST /dispatch} that gave something, with the time that it waited for work. */
    DISPATCH,
    /** {@code POST /assignments/{id}/complete}, or many of them in one call. */
    COMPLETE,
    /** {@code POST /assignments/{id}/fail}. */
    FAIL,
    /** {@code POST /nodes/{node_id}/heartbeat}. */
    HEARTBEAT
}

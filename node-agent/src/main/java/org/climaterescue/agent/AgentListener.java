package org.climaterescue.agent;

import org.climaterescue.agent.store.StoredCopy;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.FailureReason;

/**
 * Learns what an agent does. The methods are called on the agent's own threads, several at a time; they must return quickly
 * and throw nothing.
 *
 * <p>Every {@link #started} is followed by exactly one of {@link #stored}, {@link #failed} and {@link #stopped}; a
 * {@link #stored} by {@link #reported} or {@link #refused}, unless the agent ends before the dispatcher answers.
 */
public interface AgentListener {

    /** Listens to nothing. */
    AgentListener NONE = new AgentListener() {};

    /** The node is registered, for the first time in this run or again after the dispatcher had forgotten it. */
    default void joined(String nodeId) {}

    /** The dispatcher does not answer any more; the agent keeps trying. Said once until {@link #dispatcherBack}. */
    default void dispatcherLost(String why) {}

    /** The dispatcher answers again. */
    default void dispatcherBack() {}

    /** The node is drained: it gets nothing new. Said once until {@link #resumed}. */
    default void drained() {}

    /** The node gets work again. */
    default void resumed() {}

    /** A task was taken. */
    default void started(Download download) {}

    /**
     * Bytes came.
     *
     * @param bytesDone all bytes on disk so far; less than before when a download had to begin anew
     */
    default void progressed(Download download, long bytesDone) {}

    /** The file is complete and durable under its final name, newly or since an earlier task. */
    default void stored(Download download, StoredCopy copy) {}

    /** The dispatcher counted the copy. */
    default void reported(Download download, Completion.Result result) {}

    /** The dispatcher does not want the copy, or the failure, any more; the file is kept all the same. */
    default void refused(Download download, String why) {}

    /** The file could not be had. */
    default void failed(Download download, FailureReason reason, String detail) {}

    /** The download was stopped before it was complete. */
    default void stopped(Download download, String why) {}
}

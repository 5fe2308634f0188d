package org.climaterescue.dispatcher.security;

import org.climaterescue.dispatcher.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * Who makes the current request. A controller method takes it as a parameter.
 *
 * <p>In open mode everybody is {@link Anybody}, who may act for every node.
 */
public sealed interface Caller {

    /** Open mode: nobody was asked. */
    record Anybody() implements Caller {}

    /** Secured mode, no credential or an unknown one: may read. */
    record Anonymous() implements Caller {}

    /** Secured mode, the operator key. */
    record Operator() implements Caller {}

    /** Secured mode, the join key. */
    record Joiner() implements Caller {}

    /**
     * Secured mode, a node's token.
     *
     * @param nodeId whose token it is
     */
    record Node(String nodeId) implements Caller {}

    /** Whether this caller may act as the node: everybody in open mode, else only the node itself. */
    default boolean mayActFor(String nodeId) {
        return switch (this) {
            case Anybody anybody -> true;
            case Node node -> node.nodeId().equals(nodeId);
            case Anonymous anonymous -> false;
            case Operator operator -> false;
            case Joiner joiner -> false;
        };
    }

    /** Whether this caller may do what operators do: everybody in open mode, else the holder of the operator key. */
    default boolean mayOperate() {
        return this instanceof Anybody || this instanceof Operator;
    }

    /** The caller's node id in secured mode; null for everybody else. */
    default @Nullable String nodeId() {
        return this instanceof Node node ? node.nodeId : null;
    }

    /**
     * Lets the node itself pass; in open mode everybody.
     *
     * @throws ProblemException 403 {@code forbidden} for everybody else
     */
    default void requireNode(String nodeId) {
        if (!mayActFor(nodeId)) {
            throw ProblemException.forbidden("only node " + nodeId + " itself, with its own token, may do this");
        }
    }

    /**
     * Lets the node itself and operators pass; in open mode everybody.
     *
     * @throws ProblemException 403 {@code forbidden} for everybody else
     */
    default void requireNodeOrOperator(String nodeId) {
        if (!mayOperate() && !mayActFor(nodeId)) {
            throw ProblemException.forbidden(
                    "only node " + nodeId + " itself, with its own token, or an operator may do this");
        }
    }
}

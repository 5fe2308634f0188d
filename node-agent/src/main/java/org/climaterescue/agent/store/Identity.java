package org.climaterescue.agent.store;

import java.util.Objects;

/**
 * Who a node is to its dispatcher.
 *
 * @param nodeId the id that it was given
 * @param token the secret that its calls carry
 */
public record Identity(String nodeId, String token) {

    public Identity {
        Objects.requireNonNull(nodeId, "node_id");
        Objects.requireNonNull(token, "token");
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "Identity[nodeId=" + nodeId + "]";
    }
}

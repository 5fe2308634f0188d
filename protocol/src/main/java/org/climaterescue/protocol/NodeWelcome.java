package org.climaterescue.protocol;

/**
 * The answer to {@link NodeRegistration}.
 *
 * @param nodeId the node's id from now on
 * @param token the secret that the node's later calls carry as {@code Authorization: Bearer}; shown once, stored hashed
 * @param heartbeatSeconds how often the dispatcher wants to hear from the node
 * @param leaseSeconds how long an assignment lasts from its last renewal
 * @param status how the node stands now
 */
public record NodeWelcome(String nodeId, String token, long heartbeatSeconds, long leaseSeconds, NodeStatus status) {}

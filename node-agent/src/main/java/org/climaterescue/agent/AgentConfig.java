package org.climaterescue.agent;

import java.net.URI;
import java.nio.file.Path;
import org.climaterescue.protocol.Limits;
import org.climaterescue.protocol.PriorityLevel;
import org.jspecify.annotations.Nullable;

/**
 * How an agent is to work.
 *
 * @param dispatcher the dispatcher's {@code http} or {@code https} address; a path prefix is allowed
 * @param directory where the rescued files and the node's identity are kept; created if need be
 * @param name what people call the node, 1 to 256 characters
 * @param operator who runs it; null: the node stands for itself
 * @param region where it stands, in the operator's own words; null if not told
 * @param capacityBytes the most bytes that it stores, 0 and up
 * @param slots the most downloads at a time, 1 to 1000
 * @param priorityLevel the floor for the tasks that it wants; null: any
 * @param joinKey the key to join a secured dispatcher with; null if none is needed
 * @param allowPrivate whether origins at private, loopback and link-local addresses are allowed
 */
public record AgentConfig(
        URI dispatcher,
        Path directory,
        String name,
        @Nullable String operator,
        @Nullable String region,
        long capacityBytes,
        int slots,
        @Nullable PriorityLevel priorityLevel,
        @Nullable String joinKey,
        boolean allowPrivate) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException in one line that names the value
     */
    public AgentConfig {
        String scheme = String.valueOf(dispatcher.getScheme());
        require(
                (scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https")) && dispatcher.getHost() != null,
                "the dispatcher must be an http or https URL, not " + dispatcher);
        require(
                dispatcher.getRawQuery() == null
                        && dispatcher.getRawFragment() == null
                        && dispatcher.getRawUserInfo() == null,
                "the dispatcher's URL must have no query, fragment or user name");
        require(capacityBytes >= 0, "the capacity must not be negative, but is " + capacityBytes);
        require(
                slots >= 1 && slots <= Limits.MAX_SLOTS,
                "the slots must be 1 to " + Limits.MAX_SLOTS + ", but are " + slots);
        requireText("name", name);
        requireText("operator", operator);
        requireText("region", region);
    }

    /** Without the join key. */
    @Override
    public String toString() {
        return "AgentConfig[dispatcher=" + dispatcher + ", directory=" + directory + ", name=" + name + "]";
    }

    private static void requireText(String what, @Nullable String text) {
        require(
                text == null || (!text.isBlank() && text.length() <= Limits.NAME_LENGTH),
                "the " + what + " must have 1 to " + Limits.NAME_LENGTH + " characters");
    }

    private static void require(boolean holds, String complaint) {
        if (!holds) {
            throw new IllegalArgumentException(complaint);
        }
    }
}

package org.climaterescue.dispatcher.security;

import org.jspecify.annotations.Nullable;

/** Knows whose token a credential is. Tokens are kept hashed. May block; not called on an event loop. */
@FunctionalInterface
public interface NodeTokens {

    /**
     * The node whose token has this digest; null when no node has it.
     *
     * @param sha256OfToken the SHA-256 of the token's UTF-8 bytes, 32 bytes
     */
    @Nullable
    String nodeOf(byte[] sha256OfToken);
}

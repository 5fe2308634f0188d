package org.climaterescue.dispatcher.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micronaut.context.BeanProvider;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import org.climaterescue.dispatcher.settings.Settings;
import org.climaterescue.protocol.Sha256;
import org.jspecify.annotations.Nullable;

/** Tells whose credential a bearer token is. Compares digests, so that the time it takes says nothing about the keys. */
@Singleton
final class Credentials {

    /**
     * How long after its last use a token that was found is believed without asking again: longer than nodes are silent, so
     * that a node which lives is never a stranger to the rate limit. A node keeps its token for life.
     */
    private static final Duration BELIEVED = Duration.ofMinutes(10);

    private static final int MOST_BELIEVED = 100_000;

    private final byte @Nullable [] operatorKey;
    private final byte @Nullable [] joinKey;
    private final BeanProvider<NodeTokens> tokens;
    private final Cache<ByteBuffer, Caller> believed = Caffeine.newBuilder()
            .maximumSize(MOST_BELIEVED)
            .expireAfterAccess(BELIEVED)
            .build();

    Credentials(Settings settings, BeanProvider<NodeTokens> tokens) {
        String operator = settings.access().operatorKey();
        String join = settings.access().joinKey();
        this.operatorKey = operator == null ? null : digest(operator);
        this.joinKey = join == null ? null : digest(join);
        this.tokens = tokens;
    }

    /** Whose credential it is, if that is known without asking the database; else null. */
    @Nullable
    Caller known(byte[] digest) {
        if (operatorKey != null && MessageDigest.isEqual(operatorKey, digest)) {
            return new Caller.Operator();
        }
        if (joinKey != null && MessageDigest.isEqual(joinKey, digest)) {
            return new Caller.Joiner();
        }
        return believed.getIfPresent(ByteBuffer.wrap(digest));
    }

    /** Whose token it is, by asking the database; may block. A stranger's is {@link Caller.Anonymous}. */
    Caller ask(byte[] digest) {
        String nodeId = tokens.get().nodeOf(digest);
        if (nodeId == null) {
            return new Caller.Anonymous();
        }
        var node = new Caller.Node(nodeId);
        believed.put(ByteBuffer.wrap(digest), node);
        return node;
    }

    static byte[] digest(String credential) {
        return Sha256.start().digest(credential.getBytes(StandardCharsets.UTF_8));
    }
}

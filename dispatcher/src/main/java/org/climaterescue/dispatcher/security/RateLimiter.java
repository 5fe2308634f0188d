package org.climaterescue.dispatcher.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import jakarta.inject.Singleton;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.settings.Settings;

/**
 * Each client may make so many requests a second; a client that was quiet may make a second's worth at once.
 *
 * <p>The buckets are bounded: the longest unused are forgotten first.
 */
@Singleton
final class RateLimiter {

    private static final int MOST_CLIENTS = 100_000;
    private static final int IPV6_NETWORK_BYTES = 8;

    private final int perSecond;
    private final Cache<String, Bucket> buckets;

    RateLimiter(Settings settings) {
        perSecond = settings.access().rateLimit();
        // A bucket is full again after a second, so a forgotten one gives nothing away.
        buckets = Caffeine.newBuilder()
                .maximumSize(MOST_CLIENTS)
                .expireAfterAccess(Duration.ofSeconds(2))
                .build();
    }

    /**
     * Counts one request.
     *
     * @throws ProblemException 429 {@code rate_limited} when the client has used up its share
     */
    void count(String client) {
        if (perSecond == 0) {
            return;
        }
        Bucket bucket = buckets.get(
                client,
                key -> Bucket.builder()
                        .addLimit(limit -> limit.capacity(perSecond).refillGreedy(perSecond, Duration.ofSeconds(1)))
                        .build());
        var probe = bucket.tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            throw ProblemException.of(
                            429, "rate_limited", "more than %d requests a second; slow down".formatted(perSecond))
                    .withRetryAfter(Duration.ofNanos(probe.getNanosToWaitForRefill()));
        }
    }

    /** The client as its address tells; all of an IPv6 /64 network is one client, for one machine has all of it. */
    static String clientAt(InetSocketAddress remote) {
        InetAddress address = remote.getAddress();
        if (address == null) {
            return "at " + remote.getHostString();
        }
        byte[] bytes = address.getAddress();
        if (address instanceof Inet6Address) {
            bytes = Arrays.copyOf(bytes, IPV6_NETWORK_BYTES);
        }
        return "at " + HexFormat.of().formatHex(bytes);
    }
}

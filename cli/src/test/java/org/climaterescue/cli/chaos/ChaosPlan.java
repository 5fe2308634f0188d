package org.climaterescue.cli.chaos;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.climaterescue.protocol.Sha256;

/**
 * What is to happen, as far as it can be planned: the order of calls on a loaded machine cannot.
 *
 * @param chaos how long things are killed
 * @param nodes simulated nodes
 * @param seed of every choice that anybody makes by chance
 */
record ChaosPlan(Duration chaos, int nodes, long seed) {

    /** How long a node that says nothing keeps its leases: {@code RESCUE_LOST_AFTER}. */
    static final Duration LOST_AFTER = Duration.ofSeconds(3);

    /** The limit of hosts that nobody steers: {@code RESCUE_HOST_CONNECTIONS}. */
    private static final int USUAL_CONNECTIONS = 4;

    private static final List<String> HOSTS =
            List.of("noaa.test", "nasa.test", "epa.test:8080", "usgs.test", "nsidc.test");

    /** What an operator set before the work began. */
    static final Map<String, Integer> STEERED = Map.of("noaa.test", 2, "nasa.test", 7);

    /** Everybody says of them that they are gone. */
    private static final String DEAD = "/gone/";

    static ChaosPlan ofSystemProperties() {
        return new ChaosPlan(
                Duration.ofSeconds(Long.getLong("chaos.seconds", 15)),
                Integer.getInteger("chaos.nodes", 40),
                Long.getLong("chaos.seed", 1));
    }

    /** The settings of every dispatcher. */
    static Map<String, String> settings(String database) {
        return Map.of(
                "DATABASE_URL", database,
                "RESCUE_HEARTBEAT", "500ms",
                "RESCUE_SUSPECT_AFTER", "1500ms",
                "RESCUE_LOST_AFTER", LOST_AFTER.toMillis() + "ms",
                "RESCUE_RETRY_BASE", "200ms",
                "RESCUE_HOST_CONNECTIONS", Integer.toString(USUAL_CONNECTIONS),
                "LOG_LEVEL", "WARN");
    }

    /** The choices of one actor. */
    Random chance(String actor) {
        return new Random(seed * 31 + actor.hashCode());
    }

    static List<String> hosts() {
        return HOSTS;
    }

    static int limit(String host) {
        return STEERED.getOrDefault(host, USUAL_CONNECTIONS);
    }

    /** A URL that nobody has submitted before; {@code name} tells it from all others. */
    static String url(Random chance, String name) {
        return "http://%s/%s.nc".formatted(HOSTS.get(chance.nextInt(HOSTS.size())), name);
    }

    static String deadUrl(Random chance, String name) {
        return url(chance, DEAD.substring(1) + name);
    }

    static boolean isDead(String url) {
        return url.contains(DEAD);
    }

    /** The bytes of a URL are always the same. */
    static String digest(String url) {
        return Sha256.ofText(url).hex();
    }

    static long size(String url) {
        return url.getBytes(StandardCharsets.UTF_8).length * 1000L;
    }
}

package org.climaterescue.agent.fetch;

import java.time.Duration;

/**
 * How patient a fetch is.
 *
 * @param connectTimeout how long a connection may take to open
 * @param idleTimeout how long an origin may stay silent, before its answer or within it
 * @param fruitlessTries how many tries in a row may end without real progress before the fetch fails, 1 and up
 * @param betweenTries the pauses between them
 */
public record FetchSettings(Duration connectTimeout, Duration idleTimeout, int fruitlessTries, Backoff betweenTries) {

    /** What suits slow public servers. */
    public static final FetchSettings DEFAULT = new FetchSettings(
            Duration.ofSeconds(20),
            Duration.ofSeconds(60),
            5,
            new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(20)));
}

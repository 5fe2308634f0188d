package org.climaterescue.agent;

import java.time.Duration;
import org.climaterescue.agent.fetch.Backoff;
import org.climaterescue.agent.fetch.FetchSettings;

/**
 * Times that users have no reason to set.
 *
 * @param fetch how patient downloads are
 * @param away the pauses between calls while the dispatcher is away
 * @param offline the pauses between tries while this machine reaches no origin
 * @param pollSeconds how long one call for work waits, 0 to 60; below common proxies' limit of a minute
 * @param farewell how long the agent may take to give its leases back, then for a heartbeat under way, and then to sign off
 */
record Tuning(FetchSettings fetch, Backoff away, Backoff offline, int pollSeconds, Duration farewell) {

    static final Tuning DEFAULT = new Tuning(
            FetchSettings.DEFAULT,
            new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(15)),
            new Backoff(Duration.ofSeconds(30), Duration.ofMinutes(10)),
            50,
            Duration.ofSeconds(3));
}

package org.climaterescue.db.host;

import java.time.Duration;

/**
 * What holds for a host of which nobody has said otherwise.
 *
 * @param connections active assignments at a time, over the whole fleet
 * @param pause how long a host is left alone that is busy without saying for how long; doubles each time in a row
 */
public record HostTerms(int connections, Duration pause) {}

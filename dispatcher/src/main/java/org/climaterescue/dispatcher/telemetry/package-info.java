/** What the service counts: {@code /stats}, {@code /stream}, and the metrics. */
@NullMarked
package org.climaterescue.dispatcher.telemetry;

import org.jspecify.annotations.NullMarked;

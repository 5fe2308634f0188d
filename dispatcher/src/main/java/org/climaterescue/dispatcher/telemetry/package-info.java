/** What the service counts: {@code /stats}, {@code /stream}, and the coalescing of equal reads behind them. */
@NullMarked
package org.climaterescue.dispatcher.telemetry;

import org.jspecify.annotations.NullMarked;

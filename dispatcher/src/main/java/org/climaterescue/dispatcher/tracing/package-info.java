/** Which call a log line and a task come from: W3C Trace Context, and the log context (MDC). */
@NullMarked
package org.climaterescue.dispatcher.tracing;

import org.jspecify.annotations.NullMarked;

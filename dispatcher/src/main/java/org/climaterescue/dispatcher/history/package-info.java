/** Keeps the chain of custody in parts by time: makes those to come, drops those that have been kept for long enough. */
@NullMarked
package org.climaterescue.dispatcher.history;

import org.jspecify.annotations.NullMarked;

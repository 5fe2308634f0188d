/**
 * Equal reads are done once. A result that is shared is never older than what this instance has answered before, and what failed
 * serves nobody who did not wait for it.
 */
@NullMarked
package org.climaterescue.dispatcher.coalescing;

import org.jspecify.annotations.NullMarked;

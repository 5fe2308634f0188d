/**
 * Stand-ins for the world outside, for development and tests: an origin server with a fault plan, a priorizer, a sample
 * catalog. Nothing here is part of a running rescue.
 */
@NullMarked
package org.climaterescue.mock;

import org.jspecify.annotations.NullMarked;

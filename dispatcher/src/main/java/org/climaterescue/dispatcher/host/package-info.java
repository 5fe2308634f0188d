/** Operators look at origins and steer how hard they are worked. */
@NullMarked
package org.climaterescue.dispatcher.host;

import org.jspecify.annotations.NullMarked;

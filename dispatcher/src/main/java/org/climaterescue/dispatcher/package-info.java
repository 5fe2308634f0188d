/** The dispatcher as a whole: how it starts and stops. */
@NullMarked
package org.climaterescue.dispatcher;

import org.jspecify.annotations.NullMarked;

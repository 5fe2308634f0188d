/** Tells everybody who waits for work that there is some. */
@NullMarked
package org.climaterescue.dispatcher.bell;

import org.jspecify.annotations.NullMarked;

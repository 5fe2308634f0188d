/** Many callers, one transaction: whatever comes while a round is under way goes into the next one. */
@NullMarked
package org.climaterescue.dispatcher.gathering;

import org.jspecify.annotations.NullMarked;

/**
 * Asks the priorizer, a service of its own, in which order the world's files should be rescued. Knows nothing of tasks: what a
 * ranking changes is for the caller to say.
 */
@NullMarked
package org.climaterescue.priorizer;

import org.jspecify.annotations.NullMarked;

/**
 * What the priorizer says is rescued first: asks it on schedule and when an operator says so, and has tasks follow its ranking.
 *
 * <p>One refresh is under way at a time over all instances; whoever asks meanwhile shares its result. While the priorizer is away the
 * last known ranking stands, and tasks that do not follow it yet are made to.
 */
@NullMarked
package org.climaterescue.dispatcher.priority;

import org.jspecify.annotations.NullMarked;

/**
 * What the priorizer says is rescued first: asks it on schedule and when an operator says so, and has tasks follow its ranking.
 *
 * <p>One refresh is under way at a time over all instances; all who ask meanwhile share the one that comes next. While the priorizer is
 * away the last known ranking stands, and tasks that do not follow it yet are made to. One that fails on the side of the dispatcher
 * or its database is repeated by the schedule a minute later, or sooner where it is shorter than that.
 */
@NullMarked
package org.climaterescue.dispatcher.priority;

import org.jspecify.annotations.NullMarked;

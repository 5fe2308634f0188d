/** The node's side of the calls that a dispatcher answers: one method a call, one attempt a method, nothing thrown. */
@NullMarked
package org.climaterescue.agent.link;

import org.jspecify.annotations.NullMarked;

/**
 * Who gets what: waiting nodes × ready tasks → assignments.
 *
 * <p>{@code POST /dispatch} runs no SQL of its own. Callers join the {@link
 * org.climaterescue.dispatcher.allocation.WaitingRoom}; one loop an instance takes all who wait, reads the queue in the order
 * of work, lets the pure {@link org.climaterescue.dispatcher.allocation.AllocationPolicy} decide, writes the round in one
 * transaction and answers everybody after the commit. Whoever got nothing and is willing to wait stays, in turn.
 */
@NullMarked
package org.climaterescue.dispatcher.allocation;

import org.jspecify.annotations.NullMarked;

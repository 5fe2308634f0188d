/**
 * Complete, fail, release, expire; retries; copies and their verdict.
 *
 * <p>{@link org.climaterescue.dispatcher.assignment.Custody} decides purely what a transition does to one task; {@link
 * org.climaterescue.dispatcher.assignment.CustodyDesk} runs transitions of many tasks in one transaction under the tasks'
 * locks; {@link org.climaterescue.dispatcher.assignment.Reports} gathers what nodes report into rounds.
 *
 * <p>Rules that hold whatever happens: an assignment ends once; a report names the token of the assignment it is about and
 * changes nothing when another one holds it; a copy that arrives late is a real copy; a task's status follows from its rows
 * ({@link org.climaterescue.dispatcher.assignment.Custody#settle}) and is never set on its own.
 */
@NullMarked
package org.climaterescue.dispatcher.assignment;

import org.jspecify.annotations.NullMarked;

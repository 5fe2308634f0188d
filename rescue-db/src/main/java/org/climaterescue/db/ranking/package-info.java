/**
 * The priorizer's ranking and the ranks of tasks.
 *
 * <p>A refresh holds a session's advisory lock, so that there is one at a time over all instances, and it ends with its session
 * however its dispatcher ends. The new ranking is staged in that session, and replaces the last known one in one transaction, when all
 * of it is there. Then tasks follow, some at a time: a refresh that breaks off in between leaves a known ranking that tasks do
 * not follow yet, and the next one goes on from there, whether the priorizer answers it or not.
 *
 * <p>A URL means the task that keeps it (its row in {@code capture}), or else the latest of those that failed or were cancelled. Only that
 * task is ranked.
 */
@NullMarked
package org.climaterescue.db.ranking;

import org.jspecify.annotations.NullMarked;

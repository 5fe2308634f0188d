package org.climaterescue.db.invariant;

/**
 * One invariant.
 *
 * @param number its place in the list, from 1
 * @param says what must hold, in a sentence
 * @param broken a query that gives a row with {@code task_id} (or null) and {@code about} for each violation
 */
record Law(int number, String says, String broken) {}

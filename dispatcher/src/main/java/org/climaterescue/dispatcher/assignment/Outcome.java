package org.climaterescue.dispatcher.assignment;

import org.climaterescue.dispatcher.problem.ProblemException;

/** How a transition ended: done, or refused with nothing changed for the caller. */
public sealed interface Outcome<T> {

    /** It was done. */
    record Done<T>(T value) implements Outcome<T> {}

    /** It was refused; {@code problem} says why. */
    record Refused<T>(ProblemException problem) implements Outcome<T> {}
}

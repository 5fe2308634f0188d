package org.climaterescue.dispatcher.assignment;

import org.climaterescue.dispatcher.problem.ProblemException;

/** How a transition ended: done, or refused with nothing changed for the caller. */
public sealed interface Outcome<T> {

    /** It was done. */
    record Done<T>(T value) implements Outcome<T> {}

    /**
     * It was refused.
     *
     * @param status the HTTP status that says so
     * @param code the stable word for programs
     * @param detail what happened and what to do
     */
    record Refused<T>(int status, String code, String detail) implements Outcome<T> {

        /** The refusal as an HTTP answer. */
        public ProblemException problem() {
            return ProblemException.of(status, code, detail);
        }
    }
}

package org.climaterescue.agent.link;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What came of one call to the dispatcher. */
public sealed interface Reply<T> {

    /** The dispatcher did it. */
    record Answered<T>(T value) implements Reply<T> {}

    /**
     * The dispatcher understood the call and refuses it; the same call again would be refused again.
     *
     * @param status 400 to 499
     * @param code the problem's code; empty when the body was no problem
     * @param detail what the dispatcher says, for people
     */
    record Refused<T>(int status, String code, String detail) implements Reply<T> {}

    /**
     * There was no dispatcher to answer, or it could not do it now.
     *
     * @param why for people
     * @param retryAfter how long it asked to be left alone; null if it did not
     */
    record Away<T>(String why, @Nullable Duration retryAfter) implements Reply<T> {}
}

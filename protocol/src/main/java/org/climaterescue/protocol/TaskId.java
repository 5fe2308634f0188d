package org.climaterescue.protocol;

import java.util.Optional;

/**
 * A task's id: {@code t-} and the task's number in base 36. Clients treat the text as opaque.
 *
 * @param number at least 1; grows with every task, so a higher number is a newer task
 */
public record TaskId(long number) implements Comparable<TaskId> {

    private static final String PREFIX = "t-";

    /** Reads the text form; empty when the text is not a task id at all. */
    public static Optional<TaskId> parse(String text) {
        return text.startsWith(PREFIX)
                ? Base36.parse(text.substring(PREFIX.length())).map(TaskId::new)
                : Optional.empty();
    }

    @Override
    public int compareTo(TaskId other) {
        return Long.compare(number, other.number);
    }

    @Override
    public String toString() {
        return PREFIX + Base36.format(number);
    }
}

package org.climaterescue.protocol;

import java.util.Optional;

/**
 * An assignment's id, which is also its fencing token: {@code a-}, the task's number, {@code -}, the claim's number, both in
 * base 36. Clients treat the text as opaque.
 *
 * <p>The task's number is part of it so that a late or repeated answer finds its task without an index on assignments.
 *
 * @param task the number of the {@link TaskId}
 * @param token the claim's number, unique over all claims of all tasks and never used twice
 */
public record AssignmentId(long task, long token) {

    private static final String PREFIX = "a-";

    /** Reads the text form; empty when the text is not an assignment id at all. */
    public static Optional<AssignmentId> parse(String text) {
        int dash = text.lastIndexOf('-');
        if (!text.startsWith(PREFIX) || dash <= PREFIX.length()) {
            return Optional.empty();
        }
        return Base36.parse(text.substring(PREFIX.length(), dash))
                .flatMap(task -> Base36.parse(text.substring(dash + 1)).map(token -> new AssignmentId(task, token)));
    }

    /** The task that this assignment is on. */
    public TaskId taskId() {
        return new TaskId(task);
    }

    @Override
    public String toString() {
        return PREFIX + Base36.format(task) + "-" + Base36.format(token);
    }
}

package org.climaterescue.mock;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One way in which an origin misbehaves. In a plan file its {@code kind} is the record's name in lower case. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Fault.Delay.class, name = "delay"),
    @JsonSubTypes.Type(value = Fault.Throttle.class, name = "throttle"),
    @JsonSubTypes.Type(value = Fault.Status.class, name = "status"),
    @JsonSubTypes.Type(value = Fault.Redirect.class, name = "redirect"),
    @JsonSubTypes.Type(value = Fault.Cut.class, name = "cut"),
    @JsonSubTypes.Type(value = Fault.Corrupt.class, name = "corrupt"),
    @JsonSubTypes.Type(value = Fault.Change.class, name = "change"),
    @JsonSubTypes.Type(value = Fault.Unsized.class, name = "unsized"),
})
public sealed interface Fault {

    /** Nothing comes for a while, then the answer. */
    static Fault delay(Duration duration) {
        return new Delay(duration.toMillis());
    }

    /** The body comes at no more than so many bytes a second. */
    static Fault throttle(long bytesPerSecond) {
        return new Throttle(bytesPerSecond);
    }

    /** An answer without the file, such as 403, 404, 410 or 503. */
    static Fault status(int status) {
        return new Status(status, null);
    }

    /** An answer without the file that asks to come back later, such as 429 or 503. */
    static Fault status(int status, Duration retryAfter) {
        return new Status(status, retryAfter.toSeconds());
    }

    /** 404. */
    static Fault gone() {
        return status(404);
    }

    /** 302 to another place. */
    static Fault redirectTo(String location) {
        return new Redirect(location);
    }

    /** The connection breaks after so many bytes of the body. */
    static Fault cutAfter(long bytes) {
        return new Cut(bytes);
    }

    /** The byte at this position of the file is wrong. */
    static Fault corruptAt(long position) {
        return new Corrupt(position);
    }

    /** From the next request on, other bytes stand under the URL, with another entity tag. */
    static Fault change() {
        return new Change();
    }

    /** The body comes without a length. One that breaks off then looks like a whole one. */
    static Fault unsized() {
        return new Unsized();
    }

    /**
     * See {@link Fault#delay}.
     *
     * @param millis before the first byte of the answer, 0 and up
     */
    record Delay(long millis) implements Fault {
        public Delay {
            require(millis >= 0, "millis must be 0 or more");
        }
    }

    /**
     * See {@link Fault#throttle}.
     *
     * @param bytesPerSecond 1 and up
     */
    record Throttle(long bytesPerSecond) implements Fault {
        public Throttle {
            require(bytesPerSecond >= 1, "bytes_per_second must be 1 or more");
        }
    }

    /**
     * See {@link Fault#status(int)}.
     *
     * @param status 400 to 599
     * @param retryAfterSeconds the value of {@code Retry-After}; null for none
     */
    record Status(int status, @Nullable Long retryAfterSeconds) implements Fault {
        public Status {
            require(status >= 400 && status <= 599, "status must be 400 to 599");
        }
    }

    /**
     * See {@link Fault#redirectTo}.
     *
     * @param to the value of {@code Location}
     */
    record Redirect(String to) implements Fault {
        public Redirect {
            require(to != null, "to is missing");
        }
    }

    /**
     * See {@link Fault#cutAfter}.
     *
     * @param afterBytes bytes of this answer's body that still arrive, 0 and up
     */
    record Cut(long afterBytes) implements Fault {
        public Cut {
            require(afterBytes >= 0, "after_bytes must be 0 or more");
        }
    }

    /**
     * See {@link Fault#corruptAt}.
     *
     * @param position counted from the file's first byte, 0 and up
     */
    record Corrupt(long position) implements Fault {
        public Corrupt {
            require(position >= 0, "position must be 0 or more");
        }
    }

    /** See {@link Fault#change}. */
    record Change() implements Fault {}

    /** See {@link Fault#unsized}. */
    record Unsized() implements Fault {}

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}

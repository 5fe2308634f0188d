package org.climaterescue.mock;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A file that a {@link MockOrigin} serves, and what goes wrong with it. Thread-safe; faults may be added while it is served.
 *
 * <p>A request meets the faults in the order in which they were added. A {@link Fault.Status} or {@link Fault.Redirect}
 * answers the request, and what stands behind it waits for the next one. {@link Fault.Cut} and {@link Fault.Corrupt} wait
 * for a request that asks for bytes.
 */
public final class MockFile {

    private static final Instant FIRST_WRITTEN = Instant.parse("2024-03-01T06:00:00Z");
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private final String path;
    private final Content original;
    private final Load load = new Load();
    private final List<Pending> plan = new ArrayList<>();
    private String contentType = "application/octet-stream";
    private int changes;

    MockFile(String path, Content content) {
        this.path = path;
        this.original = content;
    }

    /** The same file, served with this {@code Content-Type}. */
    public synchronized MockFile as(String contentType) {
        this.contentType = contentType;
        return this;
    }

    /** The same file, failing so on the next {@code times} requests that meet the fault. */
    public synchronized MockFile failing(Fault fault, int times) {
        if (times < 1) {
            throw new IllegalArgumentException("times must be 1 or more, not " + times);
        }
        plan.add(new Pending(fault, times));
        return this;
    }

    /** The same file, failing so on every request. */
    public MockFile failing(Fault fault) {
        return failing(fault, Integer.MAX_VALUE);
    }

    /** The same file without any fault from now on; what has changed stays changed. */
    public synchronized MockFile healed() {
        plan.clear();
        return this;
    }

    /** The same file with other bytes and another entity tag from now on. */
    public synchronized MockFile changed() {
        changes++;
        return this;
    }

    /** Where it stands, from the slash on. */
    public String path() {
        return path;
    }

    /** What a faultless request gets now. */
    public synchronized Content content() {
        return original.changed(changes);
    }

    /** What was asked of it so far. */
    public Load load() {
        return load;
    }

    /** What becomes of one request; uses up the faults that it meets. */
    synchronized Answer next(boolean bytesWanted) {
        long delayMillis = 0;
        long bytesPerSecond = Long.MAX_VALUE;
        long cutAfter = Long.MAX_VALUE;
        long corruptAt = -1;
        int changesNext = 0;
        boolean unsized = false;
        Fault instead = null;
        for (Iterator<Pending> pending = plan.iterator(); pending.hasNext() && instead == null; ) {
            Pending next = pending.next();
            if (!bytesWanted && (next.fault instanceof Fault.Cut || next.fault instanceof Fault.Corrupt)) {
                continue;
            }
            switch (next.fault) {
                case Fault.Delay delay -> delayMillis += delay.millis();
                case Fault.Throttle throttle -> bytesPerSecond = throttle.bytesPerSecond();
                case Fault.Status status -> instead = status;
                case Fault.Redirect redirect -> instead = redirect;
                case Fault.Change change -> changesNext = 1;
                case Fault.Unsized _ -> unsized = true;
                case Fault.Cut cut -> cutAfter = cut.afterBytes();
                case Fault.Corrupt corrupt -> corruptAt = corrupt.position();
            }
            if (next.remaining != Integer.MAX_VALUE && --next.remaining == 0) {
                pending.remove();
            }
        }
        Content content = original.changed(changes);
        String lastModified = HTTP_DATE.format(FIRST_WRITTEN.plusSeconds(3600L * changes));
        changes += changesNext;
        return new Answer(
                content,
                contentType,
                '"' + content.tag() + '"',
                lastModified,
                delayMillis,
                bytesPerSecond,
                cutAfter,
                corruptAt,
                unsized,
                instead);
    }

    /**
     * One request's answer.
     *
     * @param cutAfter bytes of the body that are sent; {@link Long#MAX_VALUE} for all
     * @param corruptAt the position in the file of the wrong byte; -1 for none
     * @param unsized whether nothing says how many bytes the body has
     * @param instead a {@link Fault.Status} or {@link Fault.Redirect} that stands for the file; null for the file itself
     */
    record Answer(
            Content content,
            String contentType,
            String etag,
            String lastModified,
            long delayMillis,
            long bytesPerSecond,
            long cutAfter,
            long corruptAt,
            boolean unsized,
            @Nullable Fault instead) {}

    private static final class Pending {
        private final Fault fault;
        private int remaining;

        private Pending(Fault fault, int remaining) {
            this.fault = fault;
            this.remaining = remaining;
        }
    }
}

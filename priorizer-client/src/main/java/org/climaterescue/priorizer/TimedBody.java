package org.climaterescue.priorizer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serial;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The bytes of an answer, which must not stand still while somebody waits for them, nor come for ever. */
final class TimedBody extends FilterInputStream {

    private final Duration silence;
    private final long deadline;
    private final ScheduledExecutorService clock;
    private volatile @Nullable IOException tooSlow;

    /**
     * Reads these bytes.
     *
     * @param silence how long a single read may take
     * @param deadline when all of it must have been read, as {@link System#nanoTime} counts
     * @param clock breaks off reads that take too long
     */
    TimedBody(InputStream bytes, Duration silence, long deadline, ScheduledExecutorService clock) {
        super(bytes);
        this.silence = silence;
        this.deadline = deadline;
        this.clock = clock;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            throw new Late();
        }
        boolean last = left < silence.toNanos();
        ScheduledFuture<?> end;
        try {
            end = clock.schedule(
                    () -> breakOff(last ? new Late() : new Silent()),
                    Math.min(left, silence.toNanos()),
                    TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            throw new IOException("the client has been closed", closed);
        }
        try {
            int count = in.read(into, offset, length);
            requireInTime(null);
            return count;
        } catch (IOException broken) {
            requireInTime(broken);
            throw broken;
        } finally {
            end.cancel(false);
        }
    }

    private void breakOff(IOException why) {
        tooSlow = why;
        try {
            in.close();
        } catch (IOException alreadyBroken) {
            why.addSuppressed(alreadyBroken);
        }
    }

    private void requireInTime(@Nullable IOException cause) throws IOException {
        IOException why = tooSlow;
        if (why != null) {
            if (cause != null) {
                why.addSuppressed(cause);
            }
            throw why;
        }
    }

    /** No byte came for too long. */
    static final class Silent extends IOException {

        @Serial
        private static final long serialVersionUID = 1L;
    }

    /** The last byte did not come in time. */
    static final class Late extends IOException {

        @Serial
        private static final long serialVersionUID = 1L;
    }
}

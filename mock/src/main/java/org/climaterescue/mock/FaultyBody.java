package org.climaterescue.mock;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

/** The body of one answer on its way out: throttled, corrupted, cut. */
final class FaultyBody extends OutputStream {

    private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int STEPS_PER_SECOND = 20;

    private final OutputStream out;
    private final MockFile.Answer answer;
    private final Runnable beforeTheEnd;
    private final long end;
    private final long cut;
    private final long began = System.nanoTime();
    private final long first;
    private long position;

    /**
     * @param part what of the file is sent
     * @param beforeTheEnd run before the last bytes leave, for once the client has them it may ask again
     */
    FaultyBody(OutputStream out, MockFile.Answer answer, ByteRange part, Runnable beforeTheEnd) {
        this.out = out;
        this.answer = answer;
        this.beforeTheEnd = beforeTheEnd;
        this.first = part.first();
        this.position = first;
        this.end = first + part.length();
        this.cut = part.length() <= answer.cutAfter() ? Long.MAX_VALUE : first + answer.cutAfter();
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int count = (int) Math.min(Math.min(length - done, step()), cut - position);
            if (count == 0) {
                beforeTheEnd.run();
                out.flush();
                throw new ConnectionCut();
            }
            pace(count);
            if (position + count == end) {
                beforeTheEnd.run();
            }
            out.write(corrupted(bytes, offset + done, count), offset + done, count);
            position += count;
            done += count;
            if (answer.bytesPerSecond() != Long.MAX_VALUE) {
                out.flush();
            }
        }
    }

    private long step() {
        return Math.max(1, answer.bytesPerSecond() / STEPS_PER_SECOND);
    }

    private void pace(int count) throws InterruptedIOException {
        if (answer.bytesPerSecond() == Long.MAX_VALUE) {
            return;
        }
        double seconds = (double) (position + count - first) / answer.bytesPerSecond();
        try {
            TimeUnit.NANOSECONDS.sleep((long) (seconds * NANOS_PER_SECOND) - (System.nanoTime() - began));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the origin is stopping");
        }
    }

    private byte[] corrupted(byte[] bytes, int offset, int count) {
        long wrong = answer.corruptAt() - position;
        if (wrong < 0 || wrong >= count) {
            return bytes;
        }
        byte[] copy = bytes.clone();
        copy[offset + (int) wrong] ^= 1;
        return copy;
    }

    /** Thrown through the server, which then closes the connection in the middle of the body. */
    static final class ConnectionCut extends IOException {
        private static final long serialVersionUID = 1L;

        private ConnectionCut() {
            super("cut, as planned");
        }
    }
}

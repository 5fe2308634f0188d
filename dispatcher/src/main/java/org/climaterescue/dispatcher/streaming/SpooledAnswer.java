package org.climaterescue.dispatcher.streaming;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is written while the request is still read, kept in a file in between.
 *
 * <p>Without the file a client that reads nothing before it has sent everything would wait for a server that waits for the
 * client. One thread writes, one reads.
 */
public final class SpooledAnswer {

    private final FileChannel file;
    private final Object lock = new Object();
    private long written;
    private boolean ended;
    private @Nullable IOException failure;

    private SpooledAnswer(FileChannel file) {
        this.file = file;
    }

    /** Begins an empty answer in {@code file}, which is deleted when the answer has been read or dropped. */
    public static SpooledAnswer in(Path file) throws IOException {
        return new SpooledAnswer(FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE));
    }

    /** Appends; the reader sees it at once. */
    public void write(byte[] bytes) throws IOException {
        ByteBuffer source = ByteBuffer.wrap(bytes);
        // Only the writer changes this number.
        long at = written;
        while (source.hasRemaining()) {
            at += file.write(source, at);
        }
        synchronized (lock) {
            written = at;
            lock.notifyAll();
        }
    }

    /** Nothing more will come. */
    public void end() {
        synchronized (lock) {
            ended = true;
            lock.notifyAll();
        }
    }

    /** The rest cannot be had: the reader gets what was written and then this failure. */
    public void fail(IOException reason) {
        synchronized (lock) {
            failure = reason;
            ended = true;
            lock.notifyAll();
        }
    }

    /** What is written, as it is written. Closing it drops the file. */
    public InputStream reader() {
        return new Reader();
    }

    private final class Reader extends InputStream {

        private long position;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            long available = await();
            if (available == 0) {
                return -1;
            }
            int count = file.read(ByteBuffer.wrap(target, offset, (int) Math.min(length, available)), position);
            position += count;
            return count;
        }

        private long await() throws IOException {
            synchronized (lock) {
                while (position == written && !ended) {
                    try {
                        lock.wait();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new IOException("interrupted while waiting for the answer", e);
                    }
                }
                if (position == written && failure != null) {
                    throw new IOException("the answer breaks off: " + failure.getMessage(), failure);
                }
                return written - position;
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}

package org.climaterescue.dispatcher.catalog;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the bytes that are read through it. */
final class CountedInput extends FilterInputStream {

    private final AtomicLong count;

    CountedInput(InputStream in, AtomicLong count) {
        super(in);
        this.count = count;
    }

    @Override
    public int read() throws IOException {
        int octet = super.read();
        if (octet >= 0) {
            count.incrementAndGet();
        }
        return octet;
    }

    @Override
    public int read(byte[] block, int offset, int length) throws IOException {
        int read = super.read(block, offset, length);
        if (read > 0) {
            count.addAndGet(read);
        }
        return read;
    }

    @Override
    public long skip(long bytes) throws IOException {
        long skipped = super.skip(bytes);
        count.addAndGet(skipped);
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}

package org.climaterescue.dispatcher.streaming;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A body that is made page by page as it is read, so that it needs the memory of one page.
 *
 * <p>Each page is its own short transaction: a reader that takes its time does not hold a snapshot open, which would keep
 * the database from cleaning up behind the busy tables.
 */
public final class PagedStream extends InputStream {

    private final Pages pages;
    private InputStream page = InputStream.nullInputStream();
    private boolean ended;

    public PagedStream(Pages pages) {
        this.pages = pages;
    }

    /** Makes the next page. */
    @FunctionalInterface
    public interface Pages {

        /** The next bytes, at least one; an empty array says that there is no more. */
        byte[] next() throws IOException;
    }

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
        int count = page.read(target, offset, length);
        while (count < 0 && !ended) {
            byte[] next = pages.next();
            ended = next.length == 0;
            page = new ByteArrayInputStream(next);
            count = page.read(target, offset, length);
        }
        return count;
    }
}

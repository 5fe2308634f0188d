package org.climaterescue.dispatcher.streaming;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serial;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a gzip file, of one member or several; what follows the last member is left unread, as gzip itself does.
 *
 * <p>Some kilobytes can be packed so that they unpack to gigabytes of nothing. Lists of URLs pack to a tenth or a fiftieth, so
 * a file that is long and packed to less than a two hundredth is refused, and so is any that grows beyond all catalogs.
 */
public final class Unpacked extends InputStream {

    /** DEFLATE cannot reach 1,100. */
    private static final long HIGHEST_RATIO = 200;

    /** So many unpacked bytes may come from anything. */
    private static final long FREE_BYTES = 100_000_000;

    /** All of data.gov is some 5 GB. */
    private static final long MOST_BYTES = 100_000_000_000L;

    private static final int BUFFER = 64 * 1024;
    private static final int BROKEN = 400;
    private static final int TOO_LARGE = 413;

    private final Counted packed;
    private final GZIPInputStream in;
    private final long mostBytes;
    private long given;

    private Unpacked(Counted packed, long mostBytes) throws IOException {
        this.packed = packed;
        this.mostBytes = mostBytes;
        try {
            this.in = new GZIPInputStream(packed, BUFFER);
        } catch (EOFException brokenOff) {
            throw new Unusable(BROKEN, "the gzip file breaks off in its header", brokenOff);
        } catch (ZipException damaged) {
            throw new Unusable(BROKEN, "the gzip file is damaged in its header", damaged);
        }
    }

    /** The bytes as they are, or unpacked if their beginning says that they are a gzip file; they must support marks. */
    public static InputStream ifPacked(InputStream in) throws IOException {
        in.mark(2);
        boolean packed = in.read() == 0x1f && in.read() == 0x8b;
        in.reset();
        return packed ? new BufferedInputStream(gzip(in), BUFFER) : in;
    }

    static Unpacked gzip(InputStream packed) throws IOException {
        return gzip(packed, MOST_BYTES);
    }

    /** The bytes of a gzip file, which is refused when it unpacks to more than so many. */
    public static Unpacked gzip(InputStream packed, long mostBytes) throws IOException {
        return new Unpacked(new Counted(packed), mostBytes);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int count;
        try {
            count = in.read(into, offset, length);
        } catch (EOFException brokenOff) {
            throw new Unusable(BROKEN, "the gzip file breaks off after %d unpacked bytes".formatted(given), brokenOff);
        } catch (ZipException damaged) {
            throw new Unusable(
                    BROKEN,
                    "the gzip file is damaged after %d unpacked bytes (%s)".formatted(given, damaged.getMessage()),
                    damaged);
        }
        if (count > 0) {
            given += count;
            requireSense();
        }
        return count;
    }

    private void requireSense() throws IOException {
        if (given > mostBytes) {
            throw new Unusable(
                    TOO_LARGE,
                    "the gzip file unpacks to more than %d bytes, which is the most that is read of one file"
                            .formatted(mostBytes),
                    null);
        }
        if (given > FREE_BYTES && given / HIGHEST_RATIO > packed.taken) {
            throw new Unusable(
                    TOO_LARGE,
                    "the gzip file unpacks to more than %d times its size, as no list of files does; send it unpacked if it is one"
                            .formatted(HIGHEST_RATIO),
                    null);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** The file is damaged, breaks off, or holds more than any such file does. */
    public static final class Unusable extends IOException {

        @Serial
        private static final long serialVersionUID = 1L;

        private final int status;

        private Unusable(int status, String message, @Nullable Throwable cause) {
            super(message, cause);
            this.status = status;
        }

        /** The refusal of a body that was such a file: 400, or 413. */
        public ProblemException problem() {
            String message = String.valueOf(getMessage());
            return status == TOO_LARGE
                    ? ProblemException.of(TOO_LARGE, "too_large", message)
                    : ProblemException.invalid(null, message);
        }
    }

    /** How many packed bytes were asked for so far. */
    private static final class Counted extends FilterInputStream {

        private long taken;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int octet = super.read();
            taken += octet < 0 ? 0 : 1;
            return octet;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int count = super.read(into, offset, length);
            taken += Math.max(0, count);
            return count;
        }
    }
}

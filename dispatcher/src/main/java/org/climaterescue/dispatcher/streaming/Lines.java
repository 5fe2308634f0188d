package org.climaterescue.dispatcher.streaming;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads lines of bounded length, as NDJSON needs them. Not thread-safe. */
public final class Lines {

    private static final int BOM_BYTES = 3;
    private static final int FIRST_LINE = 16 * 1024;

    private final InputStream in;
    private final byte[] buffer = new byte[64 * 1024];
    private final int longest;
    private byte[] line;
    private int position;
    private int filled;
    private long number;

    /**
     * Reads from {@code in}, which it does not close.
     *
     * @param longest the most bytes of one line, without its end
     */
    public Lines(InputStream in, int longest) {
        this.in = in;
        this.longest = longest;
        this.line = new byte[Math.min(longest, FIRST_LINE)];
    }

    /** One line that is not blank. */
    public sealed interface Line {

        /** From 1; blank lines count. */
        long number();

        /** A text without its end of line. */
        record Text(long number, String text) implements Line {}

        /**
         * Something that is no usable text.
         *
         * @param reason why, for people
         */
        record Unusable(long number, String reason) implements Line {}
    }

    /**
     * The next line that is not blank; null at the end.
     *
     * @throws IOException when the source breaks off
     */
    public @Nullable Line next() throws IOException {
        while (true) {
            int length = 0;
            boolean tooLong = false;
            boolean blank = true;
            int octet = read();
            if (octet < 0) {
                return null;
            }
            number++;
            for (; octet >= 0 && octet != '\n'; octet = read()) {
                blank = blank && (octet == ' ' || octet == '\t' || octet == '\r');
                if (length < longest) {
                    if (length == line.length) {
                        line = Arrays.copyOf(line, (int) Math.min(longest, 2L * length));
                    }
                    line[length++] = (byte) octet;
                } else if (octet != '\r') {
                    tooLong = true;
                }
            }
            if (!blank) {
                return tooLong
                        ? new Line.Unusable(number, "the line is longer than " + longest + " bytes")
                        : decoded(length);
            }
        }
    }

    /** The line that was read last, or is being read; 0 before the first. */
    public long number() {
        return number;
    }

    private Line decoded(int length) {
        int from = number == 1
                        && length >= BOM_BYTES
                        && line[0] == (byte) 0xef
                        && line[1] == (byte) 0xbb
                        && line[2] == (byte) 0xbf
                ? BOM_BYTES
                : 0;
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(line, from, length - from))
                    .toString();
            return new Line.Text(number, text);
        } catch (CharacterCodingException notUtf8) {
            return new Line.Unusable(number, "the line is not valid UTF-8");
        }
    }

    private int read() throws IOException {
        if (position == filled) {
            filled = Math.max(0, in.read(buffer));
            position = 0;
            if (filled == 0) {
                return -1;
            }
        }
        return buffer[position++] & 0xff;
    }
}

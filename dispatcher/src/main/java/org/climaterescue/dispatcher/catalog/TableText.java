package org.climaterescue.dispatcher.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Text in UTF-8, in which each byte that is not valid there is read as Windows-1252, of which Latin-1 is a part.
 *
 * <p>Nothing is decided for the file as a whole: one stray byte far down a long table, or two tables of different origin
 * pasted together, are read right, and nothing has to be read ahead. Text in Windows-1252 hardly ever happens to be valid UTF-8.
 */
final class TableText extends Reader {

    private static final char[] WINDOWS_1252 = windows1252();

    private final InputStream in;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final ByteBuffer bytes = ByteBuffer.allocate(32 * 1024).flip();
    private final CharBuffer decoded = CharBuffer.allocate(32 * 1024).flip();
    private boolean ended;

    TableText(InputStream in) {
        this.in = in;
    }

    @Override
    public int read(char[] into, int offset, int length) throws IOException {
        while (!decoded.hasRemaining()) {
            if (ended && !bytes.hasRemaining()) {
                return -1;
            }
            decode();
        }
        int count = Math.min(length, decoded.remaining());
        decoded.get(into, offset, count);
        return count;
    }

    private void decode() throws IOException {
        decoded.clear();
        CoderResult result = utf8.decode(bytes, decoded, ended);
        if (result.isMalformed()) {
            if (decoded.hasRemaining()) {
                decoded.put(WINDOWS_1252[bytes.get() & 0xff]);
            }
        } else if (result.isUnderflow() && !ended) {
            bytes.compact();
            int count = in.read(bytes.array(), bytes.position(), bytes.remaining());
            ended = count < 0;
            bytes.position(bytes.position() + Math.max(0, count)).flip();
        }
        decoded.flip();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private static char[] windows1252() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        return new String(all, Charset.forName("windows-1252")).toCharArray();
    }
}

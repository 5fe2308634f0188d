package org.climaterescue.mock;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.climaterescue.protocol.Sha256;

/** The bytes of a mock file: known in advance, the same on every request, readable from any position. */
public sealed interface Content permits Content.Seeded, Content.Text {

    /**
     * Bytes that follow from a seed; a file of any size costs no memory.
     *
     * @param seed two seeds give different bytes
     * @param size in bytes, 0 and up
     */
    static Content seeded(long seed, long size) {
        return new Seeded(seed, size);
    }

    /** A text in UTF-8. */
    static Content of(String text) {
        return new Text(text, 0);
    }

    /** The number of bytes. */
    long size();

    /** Writes {@code length} bytes from {@code position} on; both within the content. */
    void writeTo(OutputStream out, long position, long length) throws IOException;

    /** What stands at the same URL after it has changed {@code times} times; 0 is this content itself. */
    Content changed(int times);

    /** A short text that differs whenever the bytes differ; the heart of the entity tag. */
    String tag();

    /** The SHA-256 of all bytes in lower-case hexadecimal, computed anew at every call. */
    default String sha256() {
        try {
            MessageDigest digest = Sha256.start();
            writeTo(new DigestSink(digest), 0, size());
            return Sha256.of(digest.digest()).hex();
        } catch (IOException aDigestDoesNotFail) {
            throw new UncheckedIOException(aDigestDoesNotFail);
        }
    }

    /** See {@link Content#seeded}. */
    record Seeded(long seed, long size) implements Content {

        private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
        private static final int CHUNK = 64 * 1024;

        public Seeded {
            if (size < 0) {
                throw new IllegalArgumentException("size must be 0 or more, not " + size);
            }
        }

        @Override
        public void writeTo(OutputStream out, long position, long length) throws IOException {
            byte[] chunk = new byte[(int) Math.min(CHUNK, length + 2 * Long.BYTES)];
            long at = position;
            long end = position + length;
            while (at < end) {
                int skipped = (int) (at % Long.BYTES);
                int count = (int) Math.min(chunk.length - skipped, end - at);
                fill(chunk, at / Long.BYTES, skipped + count);
                out.write(chunk, skipped, count);
                at += count;
            }
        }

        private void fill(byte[] chunk, long firstWord, int count) {
            long word = firstWord;
            for (int i = 0; i < count; i += Long.BYTES, word++) {
                long bits = mixed(seed + (word + 1) * GOLDEN_GAMMA);
                for (int b = 0; b < Long.BYTES && i + b < count; b++) {
                    chunk[i + b] = (byte) (bits >>> (b * Byte.SIZE));
                }
            }
        }

        @Override
        public Content changed(int times) {
            return times == 0 ? this : new Seeded(mixed(seed + times), size);
        }

        @Override
        public String tag() {
            return Long.toHexString(mixed(seed)) + "-" + Long.toHexString(size);
        }

        /** The finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
        private static long mixed(long bits) {
            long z = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
            z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
            return z ^ (z >>> 31);
        }
    }

    /**
     * See {@link Content#of}.
     *
     * @param changes how often it has changed; each change adds a line
     */
    record Text(String text, int changes) implements Content {

        private byte[] bytes() {
            return (text + "\nchanged".repeat(changes)).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public long size() {
            return bytes().length;
        }

        @Override
        public void writeTo(OutputStream out, long position, long length) throws IOException {
            out.write(bytes(), Math.toIntExact(position), Math.toIntExact(length));
        }

        @Override
        public Content changed(int times) {
            return new Text(text, changes + times);
        }

        @Override
        public String tag() {
            return Integer.toHexString(text.hashCode()) + "-" + changes;
        }
    }
}

package org.climaterescue.mock;

import java.io.OutputStream;
import java.security.MessageDigest;

/** Feeds what is written into a digest and keeps nothing. */
final class DigestSink extends OutputStream {

    private final MessageDigest digest;

    DigestSink(MessageDigest digest) {
        this.digest = digest;
    }

    @Override
    public void write(int b) {
        digest.update((byte) b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        digest.update(bytes, offset, length);
    }
}

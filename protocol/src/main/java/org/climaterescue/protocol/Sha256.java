package org.climaterescue.protocol;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A SHA-256 digest; ordered as its hexadecimal form is. */
public final class Sha256 implements Comparable<Sha256> {

    private static final int BYTES = 32;

    /** To look the algorithm up takes longer than to digest a URL. */
    private static final MessageDigest NOTHING = sha256();

    private final byte[] bytes;

    private Sha256(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a SHA-256 has 32 bytes, not " + bytes.length);
        }
        this.bytes = bytes;
    }

    /**
     * Reads 64 hexadecimal digits in any case.
     *
     * @throws IllegalArgumentException when the text is something else
     */
    public static Sha256 parse(String hex) {
        return new Sha256(HexFormat.of().parseHex(hex));
    }

    /** Copies 32 bytes. */
    public static Sha256 of(byte[] bytes) {
        return new Sha256(bytes.clone());
    }

    /** The digest of a text's UTF-8 bytes. */
    public static Sha256 ofText(String text) {
        return of(start().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Begins to digest bytes that come piece by piece. */
    public static MessageDigest start() {
        return copy(NOTHING);
    }

    /** The digest of the bytes so far; the digest itself goes on. */
    public static Sha256 soFar(MessageDigest digest) {
        return of(copy(digest).digest());
    }

    private static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException impossible) {
            throw new IllegalStateException("the platform's SHA-256 can be cloned", impossible);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** A copy of the 32 bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** 64 hexadecimal digits in lower case. */
    public String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Sha256 that && Arrays.equals(bytes, that.bytes);
    }

    /** The first bytes of a digest are as good as any hash. */
    @Override
    public int hashCode() {
        return bytes[0] << 24 | (bytes[1] & 0xff) << 16 | (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff);
    }

    @Override
    public int compareTo(Sha256 other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public String toString() {
        return hex();
    }
}

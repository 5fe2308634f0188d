package org.climaterescue.db.intake;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.climaterescue.protocol.Sha256;

/**
 * Where an asset is.
 *
 * @param raw the URL as it was submitted
 * @param canonical the form by which URLs are equal
 * @param host the origin server, with its port if that is not the scheme's own; {@code magnet:} for all magnets
 * @param key SHA-256 of the canonical form's UTF-8 bytes
 */
public record AssetUrl(String raw, String canonical, String host, Sha256 key) {

    public AssetUrl(String raw, String canonical, String host) {
        this(raw, canonical, host, key(canonical));
    }

    private static Sha256 key(String canonical) {
        try {
            return Sha256.of(MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}

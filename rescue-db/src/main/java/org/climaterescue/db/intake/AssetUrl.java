package org.climaterescue.db.intake;

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
        this(raw, canonical, host, Sha256.ofText(canonical));
    }
}

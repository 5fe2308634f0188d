package org.climaterescue.dispatcher.membership;

import java.security.SecureRandom;
import java.util.Base64;

/** Makes the secrets and ids that new nodes are given. A token has 256 random bits, so it is stored as its SHA-256 without salt. */
final class Tokens {

    private static final int TOKEN_BYTES = 32;
    private static final int ID_LENGTH = 10;
    /** Without letters and digits that people mix up. */
    private static final String ID_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

    private final SecureRandom random = new SecureRandom();

    /** A new secret of 256 bits. */
    String token() {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** A new node id, such as {@code node-k3x9f2mq7w}. */
    String nodeId() {
        var id = new StringBuilder("node-");
        for (int i = 0; i < ID_LENGTH; i++) {
            id.append(ID_ALPHABET.charAt(random.nextInt(ID_ALPHABET.length())));
        }
        return id.toString();
    }
}

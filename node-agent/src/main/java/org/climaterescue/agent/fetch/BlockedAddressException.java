package org.climaterescue.agent.fetch;

import java.io.Serial;
import java.net.UnknownHostException;

/** A host's name leads only to addresses that an agent must not connect to. */
final class BlockedAddressException extends UnknownHostException {

    @Serial
    private static final long serialVersionUID = 1L;

    BlockedAddressException(String host, String addresses) {
        super(host + " leads to " + addresses + ", which is not a public address");
    }
}

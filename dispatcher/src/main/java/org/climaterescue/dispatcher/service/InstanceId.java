package org.climaterescue.dispatcher.service;

import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The name of this dispatcher instance: the machine's name and a part that is new with every start. */
@Singleton
public final class InstanceId {

    private static final int RANDOM_BYTES = 3;

    private final String value = hostName() + "-" + fresh();

    /** The name, such as {@code rescue1-3fa9c2}. */
    public String value() {
        return value;
    }

    @Override
    public String toString() {
        return value;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "dispatcher";
        }
    }

    private static String fresh() {
        byte[] bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}

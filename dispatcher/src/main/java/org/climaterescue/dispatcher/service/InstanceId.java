package org.climaterescue.dispatcher.service;

import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Which dispatcher this is, among those that share one database; new with every start.
 *
 * @param value the machine's name and a random part, such as {@code rescue-1-7f3a09}
 */
public record InstanceId(String value) {

    @Override
    public String toString() {
        return value;
    }

    static InstanceId random() {
        byte[] salt = new byte[3];
        new SecureRandom().nextBytes(salt);
        return new InstanceId(machine() + "-" + HexFormat.of().formatHex(salt));
    }

    private static String machine() {
        try {
            String name = InetAddress.getLocalHost().getHostName();
            int dot = name.indexOf('.');
            return dot > 0 ? name.substring(0, dot) : name;
        } catch (UnknownHostException nameless) {
            // A container without a resolvable name is as good as any.
            return "dispatcher";
        }
    }

    /** Makes the one id of this process's container. */
    @Factory
    static final class OfThisInstance {

        @Bean
        @Singleton
        InstanceId instanceId() {
            return InstanceId.random();
        }
    }
}

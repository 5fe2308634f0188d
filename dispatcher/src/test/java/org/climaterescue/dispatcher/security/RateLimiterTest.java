package org.climaterescue.dispatcher.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

final class RateLimiterTest {

    @Test
    void theAddressIsTheClientAndAnIpv6NetworkIsOne() throws Exception {
        assertThat(client("192.0.2.1")).isEqualTo(client("192.0.2.1")).isNotEqualTo(client("192.0.2.2"));
        assertThat(client("2001:db8:0:1::1")).isEqualTo(client("2001:db8:0:1:ffff::2"));
        assertThat(client("2001:db8:0:1::1")).isNotEqualTo(client("2001:db8:0:2::1"));
    }

    private static String client(String address) throws Exception {
        return RateLimiter.clientAt(new InetSocketAddress(InetAddress.getByName(address), 1234));
    }
}

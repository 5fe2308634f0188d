package org.climaterescue.agent.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.apache.hc.client5.http.DnsResolver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGuardTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "10.1.2.3",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.9.9.9",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.8",
                "192.168.1.1",
                "198.18.0.1",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::127.0.0.1",
                "::ffff:10.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b:1::1",
                "2002:7f00:1::",
                "2001::1",
                "2001:db8::1",
                "fc00::1",
                "fd12::1",
                "fe80::1",
                "fec0::1",
                "ff02::1"
            })
    void anAddressThatIsNotPublicIsRefused(String literal) throws UnknownHostException {
        assertThat(AddressGuard.isPublic(InetAddress.getByName(literal))).isFalse();
        assertThatThrownBy(() -> guard(literal).resolve("innocent.example", 80))
                .isInstanceOf(BlockedAddressException.class)
                .hasMessageContaining("innocent.example");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8.8.8.8",
                "100.63.255.255",
                "100.128.0.1",
                "172.15.0.1",
                "172.32.0.1",
                "198.20.0.1",
                "223.255.255.1",
                "2606:4700::1111",
                "2a00:1450::1",
                "64:ff9b::808:808",
                "2002:808:808::"
            })
    void aPublicAddressIsLetThrough(String literal) throws UnknownHostException {
        assertThat(guard(literal).resolve("origin.example")).containsExactly(InetAddress.getByName(literal));
    }

    @Test
    void onlyThePublicOnesOfSeveralAddressesAreConnectedTo() throws UnknownHostException {
        assertThat(guard("10.0.0.1", "8.8.8.8").resolve("mixed.example", 443))
                .extracting(address -> address.getAddress().getHostAddress())
                .containsExactly("8.8.8.8");
    }

    private static AddressGuard guard(String... literals) {
        return new AddressGuard(AddressGuard::isPublic, new Names() {
            @Override
            public InetAddress[] resolve(String host) throws UnknownHostException {
                InetAddress[] all = new InetAddress[literals.length];
                for (int i = 0; i < all.length; i++) {
                    all[i] = InetAddress.getByName(literals[i]);
                }
                return all;
            }
        });
    }

    /** Every name leads to this machine. */
    static class Names implements DnsResolver {

        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            return new InetAddress[] {InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1})};
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }
}

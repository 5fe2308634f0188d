package org.climaterescue.agent.fetch;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;

/**
 * Resolves names to public addresses only, so that no URL and no redirect makes a volunteer's machine speak to its own
 * network. The addresses that were checked are the ones that are connected to: a name that resolves differently the next
 * time gains nothing.
 *
 * <p>Not public is what the IANA special-purpose address registries (RFC 6890) say is not globally reachable, and every
 * IPv6 form that carries such an IPv4 address inside.
 */
final class AddressGuard implements DnsResolver {

    private static final class Block {

        private final int bits;
        private final byte[] prefix;

        Block(int bits, byte[] prefix) {
            this.bits = bits;
            this.prefix = prefix;
        }

        boolean contains(byte[] address) {
            for (int i = 0; i < bits; i++) {
                int mask = 0x80 >> (i % 8);
                if ((address[i / 8] & mask) != (prefix[i / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    private static final List<Block> IPV4 = List.of(
            ipv4(8, 0), // this network
            ipv4(8, 10), // private
            ipv4(10, 100, 64), // carrier-grade NAT
            ipv4(8, 127), // loopback
            ipv4(16, 169, 254), // link-local
            ipv4(12, 172, 16), // private
            ipv4(24, 192, 0, 0), // protocol assignments
            ipv4(24, 192, 0, 2), // documentation
            ipv4(24, 192, 88, 99), // 6to4 relays
            ipv4(16, 192, 168), // private
            ipv4(15, 198, 18), // benchmarks
            ipv4(24, 198, 51, 100), // documentation
            ipv4(24, 203, 0, 113), // documentation
            ipv4(4, 224), // multicast
            ipv4(4, 240)); // reserved, broadcast

    private static final List<Block> IPV6 = List.of(
            ipv6(16, 0x0000), // unspecified, loopback, IPv4-compatible and everything else that begins so
            ipv6(48, 0x0064, 0xff9b, 0x0001), // local translation prefix
            ipv6(64, 0x0100, 0, 0, 0), // discard
            ipv6(32, 0x2001, 0x0000), // Teredo
            ipv6(28, 0x2001, 0x0010), // ORCHID
            ipv6(28, 0x2001, 0x0020), // ORCHIDv2
            ipv6(32, 0x2001, 0x0db8), // documentation
            ipv6(20, 0x3fff), // documentation
            ipv6(16, 0x5f00), // segment routing
            ipv6(7, 0xfc00), // unique local
            ipv6(10, 0xfe80), // link-local
            ipv6(10, 0xfec0), // site-local
            ipv6(8, 0xff00)); // multicast

    private static final Block NAT64 = ipv6(96, 0x0064, 0xff9b, 0, 0, 0, 0);
    private static final Block SIX_TO_FOUR = ipv6(16, 0x2002);
    private static final int IPV4_LENGTH = 4;
    private static final int AFTER_NAT64 = 12;
    private static final int AFTER_SIX_TO_FOUR = 2;

    private final Predicate<InetAddress> allowed;
    private final DnsResolver names;

    AddressGuard(Predicate<InetAddress> allowed, DnsResolver names) {
        this.allowed = allowed;
        this.names = names;
    }

    /** The guard of this machine: to public addresses only, or to all where the volunteer allows it. */
    static AddressGuard of(boolean allowPrivate) {
        return new AddressGuard(address -> allowPrivate || isPublic(address), SystemDefaultDnsResolver.INSTANCE);
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        InetAddress[] all = names.resolve(name);
        if (all == null || all.length == 0) {
            throw new UnknownHostException(host);
        }
        InetAddress[] connectable = Arrays.stream(all).filter(allowed).toArray(InetAddress[]::new);
        if (connectable.length == 0) {
            throw new BlockedAddressException(
                    host, Arrays.stream(all).map(InetAddress::getHostAddress).collect(Collectors.joining(", ")));
        }
        return connectable;
    }

    /** Never an address that is left for the socket to resolve. */
    @Override
    public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
        return Arrays.stream(resolve(host))
                .map(address -> new InetSocketAddress(address, port))
                .toList();
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    static boolean isPublic(InetAddress address) {
        return switch (address) {
            case Inet4Address four -> isPublic4(four.getAddress());
            case Inet6Address six -> isPublic6(six.getAddress());
            default -> false;
        };
    }

    private static boolean isPublic4(byte[] address) {
        return IPV4.stream().noneMatch(block -> block.contains(address));
    }

    private static boolean isPublic6(byte[] address) {
        if (NAT64.contains(address)) {
            return isPublic4(Arrays.copyOfRange(address, AFTER_NAT64, AFTER_NAT64 + IPV4_LENGTH));
        }
        if (SIX_TO_FOUR.contains(address)) {
            return isPublic4(Arrays.copyOfRange(address, AFTER_SIX_TO_FOUR, AFTER_SIX_TO_FOUR + IPV4_LENGTH));
        }
        return IPV6.stream().noneMatch(block -> block.contains(address));
    }

    private static Block ipv4(int bits, int... numbers) {
        byte[] prefix = new byte[IPV4_LENGTH];
        for (int i = 0; i < numbers.length; i++) {
            prefix[i] = (byte) numbers[i];
        }
        return new Block(bits, prefix);
    }

    private static Block ipv6(int bits, int... groups) {
        byte[] prefix = new byte[16];
        for (int i = 0; i < groups.length; i++) {
            prefix[2 * i] = (byte) (groups[i] >> 8);
            prefix[2 * i + 1] = (byte) groups[i];
        }
        return new Block(bits, prefix);
    }
}

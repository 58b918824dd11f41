package sluice.radius.packet;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6Prefix;
import sluice.session.api.Addressing;
import sluice.session.api.FramedRoute;

/** Collects the addresses and networks that one packet grants. Belongs to one thread. */
final class AddressingBuilder {

    /** 255.255.255.255 lets the user choose, 255.255.255.254 the gateway (RFC 2865, 5.8). */
    private static final int ANY_ADDRESS = -2;

    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private final List<Ip4> dns = new ArrayList<>();
    private final List<FramedRoute> routes = new ArrayList<>();
    private final List<Ip6Prefix> routes6 = new ArrayList<>();
    private Optional<Ip4> address = Optional.empty();
    private OptionalInt netmask = OptionalInt.empty();
    private Optional<String> pool = Optional.empty();
    private Optional<Ip6Prefix> framedPrefix = Optional.empty();
    private Optional<Ip6Prefix> delegatedPrefix = Optional.empty();
    private Optional<String> framedPrefixPool = Optional.empty();
    private Optional<String> delegatedPrefixPool = Optional.empty();

    void address(Ip4 given) {
        address = Integer.compareUnsigned(given.bits(), ANY_ADDRESS) >= 0 ? Optional.empty() : Optional.of(given);
    }

    /** @throws IllegalArgumentException when the ones are not all in front */
    void netmask(Ip4 mask) {
        int length = Integer.bitCount(mask.bits());
        if (!Ip4Prefix.around(mask, length).netmask().equals(mask)) {
            throw new IllegalArgumentException("Netmask " + mask);
        }
        netmask = OptionalInt.of(length);
    }

    void pool(String name) {
        pool = named(name);
    }

    void nameServer(Ip4 server) {
        dns.add(server);
    }

    /** Says whether it takes effect: the first does, and RFC 3162, 2.3 allows more. */
    boolean framedPrefix(Ip6Prefix prefix) {
        framedPrefix = framedPrefix.or(() -> Optional.of(prefix));
        return framedPrefix.get().equals(prefix);
    }

    /** Says whether it takes effect: the first does, and RFC 4818, 3 allows more. */
    boolean delegatedPrefix(Ip6Prefix prefix) {
        delegatedPrefix = delegatedPrefix.or(() -> Optional.of(prefix));
        return delegatedPrefix.get().equals(prefix);
    }

    void framedPrefixPool(String name) {
        framedPrefixPool = named(name);
    }

    void delegatedPrefixPool(String name) {
        delegatedPrefixPool = named(name);
    }

    /**
     * {@code 192.0.2.0/24 192.0.2.1 1}: network, gateway, metrics of which the first counts (RFC 2865, 5.22). Without a
     * length the class of the network says it, as the RFC has it.
     *
     * @throws IllegalArgumentException when the text is anything else
     */
    void route(String text) {
        String[] words = BLANKS.split(text.strip());
        int slash = words[0].indexOf('/');
        Ip4 network = Ip4.parse(slash < 0 ? words[0] : words[0].substring(0, slash));
        int length = slash < 0 ? classOf(network) : Integer.parseInt(words[0].substring(slash + 1));
        Optional<Ip4> gateway = words.length < 2
                ? Optional.empty()
                : Optional.of(Ip4.parse(words[1])).filter(ip -> !ip.isAny());
        int metric = words.length < 3 ? 0 : Integer.parseInt(words[2]);
        routes.add(new FramedRoute(Ip4Prefix.around(network, length), gateway, Math.max(metric, 0)));
    }

    /**
     * {@code 2001:db8:106::/64 2001:db8::1 1} (RFC 3162, 2.5). The gateway is the subscriber.
     *
     * @throws IllegalArgumentException when the text is anything else
     */
    void route6(String text) {
        Ip6Prefix prefix = Ip6Prefix.parse(BLANKS.split(text.strip())[0]);
        if (prefix.length() == 0) {
            throw new IllegalArgumentException("A subscriber has no default route of its own");
        }
        routes6.add(prefix);
    }

    private static int classOf(Ip4 network) {
        int first = network.bits() >>> 24;
        if (first < 128) {
            return 8;
        }
        return first < 192 ? 16 : 24;
    }

    private static Optional<String> named(String name) {
        return Optional.of(name).filter(text -> !text.isBlank());
    }

    Addressing build() {
        return new Addressing(
                address,
                netmask,
                pool,
                dns,
                routes,
                framedPrefix,
                delegatedPrefix,
                framedPrefixPool,
                delegatedPrefixPool,
                routes6);
    }

    /** A prefix attribute (RFC 3162, 2.3). */
    static Ip6Prefix prefix(Bytes value) throws PacketRefused {
        return AttributeText.ip6Prefix(value).orElseThrow(() -> new PacketRefused(PacketFault.WRONG_VALUE));
    }
}

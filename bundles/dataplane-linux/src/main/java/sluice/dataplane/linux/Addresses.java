package sluice.dataplane.linux;

import java.nio.ByteBuffer;
import sluice.dataplane.api.Allowed;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6;
import sluice.net.Ip6Prefix;

/**
 * Addresses of a subscriber: one, a link's or a delegation's.
 *
 * @param mapped IPv4 in the form of IPv6 (RFC 4291, 2.5.5.2), as {@link Allowed} has it
 */
record Addresses(Ip6Prefix mapped) {

    private static final int MAPPED_BITS = 96;
    private static final int MAPPED_BYTES = 12;

    /** One of IPv4. */
    static Addresses of(Ip4 address) {
        return of(Ip4Prefix.around(address, Width.HOST4.length()));
    }

    /** Those of an IPv4 network. */
    static Addresses of(Ip4Prefix network) {
        return new Addresses(Allowed.mapped(network));
    }

    /** Those of a network as on the wire. */
    static Addresses of(Bytes network, int length) {
        ByteBuffer bytes = ByteBuffer.wrap(network.toArray());
        return network.length() == Ip4.LENGTH
                ? of(Ip4Prefix.around(new Ip4(bytes.getInt()), length))
                : new Addresses(Ip6Prefix.around(new Ip6(bytes.getLong(), bytes.getLong()), length));
    }

    Family family() {
        return Family.of(mapped);
    }

    /** Bits of the prefix in its own family. */
    int length() {
        return family() == Family.IP4 ? mapped.length() - MAPPED_BITS : mapped.length();
    }

    /** The lowest of them, as on the wire. */
    Bytes network() {
        Bytes bytes = mapped.network().toBytes();
        return family() == Family.IP4 ? bytes.slice(MAPPED_BYTES) : bytes;
    }

    /** Where they are looked up. */
    Width width() {
        return new Width(family(), length());
    }

    @Override
    public String toString() {
        return family() == Family.IP4 ? network4().toString() : mapped.toString();
    }

    /** Of IPv4, in its own form. */
    Ip4Prefix network4() {
        return Ip4Prefix.around(new Ip4((int) mapped.network().low()), length());
    }
}

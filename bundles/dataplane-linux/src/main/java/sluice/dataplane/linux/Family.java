package sluice.dataplane.linux;

import java.util.Locale;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6;
import sluice.net.Ip6Prefix;

/** A version of IP as the rules know it. */
enum Family {
    IP4("ip", "ipv4_addr", 32),
    IP6("ip6", "ipv6_addr", 128);

    private static final int MAPPED_BITS = 96;
    private static final long MAPPED = 0xffff_0000_0000L;
    private static final int HALF = 64;

    private final String keyword;
    private final String type;
    private final int bits;

    Family(String keyword, String type, int bits) {
        this.keyword = keyword;
        this.type = type;
        this.bits = bits;
    }

    /** As a header in nft(8). */
    String keyword() {
        return keyword;
    }

    /** Of addresses in nft(8). */
    String type() {
        return type;
    }

    /** Of an address. */
    int bits() {
        return bits;
    }

    /** In names of sets: 4 or 6. */
    String digit() {
        return name().substring(2).toLowerCase(Locale.ROOT);
    }

    /** The mask of a prefix length as nft(8) has it. */
    String mask(int length) {
        return this == IP4
                ? Ip4Prefix.around(Ip4.BROADCAST, length).netmask().toString()
                : Ip6Prefix.around(new Ip6(-1, -1), length).network().toString();
    }

    /** Whether a prefix is one of IPv4 in the form of IPv6 (RFC 4291, 2.5.5.2). */
    static Family of(Ip6Prefix prefix) {
        Ip6 network = prefix.network();
        boolean mapped =
                prefix.length() >= MAPPED_BITS && network.high() == 0 && network.low() >>> HALF / 2 == MAPPED >>> 32;
        return mapped ? IP4 : IP6;
    }
}

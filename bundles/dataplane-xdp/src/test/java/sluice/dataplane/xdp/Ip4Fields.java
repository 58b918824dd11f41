package sluice.dataplane.xdp;

import sluice.net.Bytes;
import sluice.net.InternetChecksum;
import sluice.net.Ip4;

/**
 * Fields of an IPv4 header (RFC 791, 3.1).
 *
 * @param tos DSCP and ECN
 * @param fragment flags and offset as they stand on the wire
 * @param options a multiple of four bytes
 */
record Ip4Fields(int tos, int fragment, int ttl, int protocol, Bytes options) {

    static final Ip4Fields UDP = new Ip4Fields(0, 0, 64, 17, Bytes.EMPTY);
    static final Ip4Fields TCP = new Ip4Fields(0, 0x4000, 64, 6, Bytes.EMPTY);
    static final Ip4Fields ICMP = new Ip4Fields(0xc0, 0, 64, 1, Bytes.EMPTY);

    Ip4Fields withTos(int other) {
        return new Ip4Fields(other, fragment, ttl, protocol, options);
    }

    Ip4Fields withFragment(int other) {
        return new Ip4Fields(tos, other, ttl, protocol, options);
    }

    Ip4Fields withTtl(int other) {
        return new Ip4Fields(tos, fragment, other, protocol, options);
    }

    Ip4Fields withOptions(Bytes other) {
        return new Ip4Fields(tos, fragment, ttl, protocol, other);
    }

    Bytes packet(Ip4 source, Ip4 destination, Bytes payload) {
        int header = 20 + options.length();
        Bytes head = Bytes.of(0x40 | header / 4, tos)
                .plus(Line.u16(header + payload.length()))
                .plus(Line.u16(0))
                .plus(Line.u16(fragment))
                .plus(Bytes.of(ttl, protocol))
                .plus(Line.u16(0))
                .plus(source.toBytes())
                .plus(destination.toBytes())
                .plus(options);
        int checksum = InternetChecksum.of(head);
        return head.slice(0, 10).plus(Line.u16(checksum)).plus(head.slice(12)).plus(payload);
    }
}

package sluice.dataplane.linux;

import java.time.Instant;
import java.util.Optional;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;

/**
 * A frame of a traced subscriber at one of the interfaces.
 *
 * @param length bytes of the whole frame
 * @param bytes its beginning
 */
record Sighting(Instant time, Point point, int length, Bytes bytes) {

    private static final int TYPE_AT = 12;
    private static final int TAG_BYTES = 4;
    private static final int TCP = 6;
    private static final int FIXED6 = 40;
    private static final int PORTS_AND_MORE = 8;

    /** Where it was seen. */
    enum Point {
        LINE_IN,
        CORE_OUT,
        CORE_IN,
        LINE_OUT;

        /** Where the same packet is seen that was let through. */
        Point partner() {
            return switch (this) {
                case LINE_IN -> CORE_OUT;
                case CORE_OUT -> LINE_IN;
                case CORE_IN -> LINE_OUT;
                case LINE_OUT -> CORE_IN;
            };
        }

        boolean isUp() {
            return this == LINE_IN || this == CORE_OUT;
        }
    }

    /** The Ethernet type behind the tags; 0 when the frame is too short for one. */
    int etherType() {
        int at = typeAt();
        return at + 2 <= bytes.length() ? u16(at) : 0;
    }

    private int typeAt() {
        int at = TYPE_AT;
        while (at + 2 + TAG_BYTES <= bytes.length() && isTag(u16(at))) {
            at += TAG_BYTES;
        }
        return at;
    }

    private static boolean isTag(int type) {
        return type == 0x8100 || type == 0x88a8 || type == 0x9100;
    }

    private int u16(int at) {
        return bytes.at(at) << 8 | bytes.at(at + 1);
    }

    /** The IP packet as far as it is there. */
    Bytes packet() {
        return bytes.slice(Math.min(typeAt() + 2, bytes.length()));
    }

    /**
     * What a packet keeps on its way through the gateway: protocol, identification, length, the subscriber's address,
     * and of what IP carries the subscriber's port and the sequence number (TCP) or the first eight bytes. TTL, DSCP,
     * the other end's address and port (a portal's) and TCP options are not in it. Empty when it is no whole IP.
     */
    Optional<Bytes> key() {
        Bytes ip = packet();
        return switch (etherType()) {
            case EthernetFrame.IP4 -> ip.length() < 20 ? Optional.empty() : key4(ip);
            case EthernetFrame.IP6 ->
                ip.length() < FIXED6 + PORTS_AND_MORE
                        ? Optional.empty()
                        : Optional.of(ip.slice(4, 3)
                                .plus(ip.slice(point.isUp() ? 8 : 24, 16))
                                .plus(carried(ip.at(6), ip.slice(FIXED6))));
            default -> Optional.empty();
        };
    }

    private Optional<Bytes> key4(Bytes ip) {
        int header = (ip.at(0) & 0xf) * 4;
        if (header < 20 || ip.length() < header + PORTS_AND_MORE) {
            return Optional.empty();
        }
        return Optional.of(ip.slice(2, 4)
                .plus(ip.slice(9, 1))
                .plus(ip.slice(point.isUp() ? 12 : 16, 4))
                .plus(carried(ip.at(9), ip.slice(header))));
    }

    private Bytes carried(int protocol, Bytes data) {
        return protocol == TCP
                ? data.slice(point.isUp() ? 0 : 2, 2).plus(data.slice(4, 4))
                : data.slice(0, PORTS_AND_MORE);
    }
}

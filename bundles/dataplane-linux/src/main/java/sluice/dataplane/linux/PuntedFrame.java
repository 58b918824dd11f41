package sluice.dataplane.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import sluice.net.EthernetFrame;
import sluice.net.MacAddress;
import sluice.packet.io.PuntClass;
import sluice.packet.io.Storm;

/**
 * A frame for the control plane as it lies in the ring: what class it is of, and which line it came from. The line is
 * its port and VLANs; where there is no VLAN it is the sender. A flyweight for one thread, which allocates nothing.
 *
 * <pre>
 * line, 64 bits: 63 has VLANs | 62..60 class | 59..48 port | 47..0 sender, or 23..12 outer VLAN, 11..0 inner VLAN
 * </pre>
 */
final class PuntedFrame {

    /** Ports have 12 bits in a line. */
    static final int PORTS_MAX = 1 << 12;

    private static final int HEADER_BYTES = 14;
    private static final int TYPE_AT = 12;
    private static final int TAG_BYTES = 4;
    private static final int VID_MASK = 0xfff;
    private static final int VID_BITS = 12;
    private static final int MAC_BITS = 48;
    private static final int CLASS_AT = 60;
    private static final int CLASS_MASK = 7;
    private static final long HAS_VLANS = 1L << 63;
    private static final int UDP = 17;
    private static final int ICMP6 = 58;
    private static final int DHCP_PORT = 67;
    private static final int DHCP6_PORT = 547;
    private static final int ROUTER_SOLICITATION = 133;
    private static final int REDIRECT = 137;
    private static final int PPPOE_DISCOVERY = 0x8863;
    private static final int PPPOE_SESSION = 0x8864;
    private static final ValueLayout.OfShort NET_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final PuntClass[] CLASSES = PuntClass.values();

    private PuntClass kind = PuntClass.OTHER;
    private long line;

    /** Looks at another frame, of whatever length. */
    void wrap(int port, MemorySegment memory, long offset, int length) {
        if (length < HEADER_BYTES) {
            kind = PuntClass.OTHER;
            line = lineOf(port, 0);
            return;
        }
        long end = offset + length;
        long at = offset + TYPE_AT;
        int type = u16(memory, at);
        int outer = 0;
        int inner = 0;
        if (isTag(type) && at + 2 + TAG_BYTES <= end) {
            outer = u16(memory, at + 2) & VID_MASK;
            at += TAG_BYTES;
            type = u16(memory, at);
            if (isTag(type) && at + 2 + TAG_BYTES <= end) {
                inner = u16(memory, at + 2) & VID_MASK;
                at += TAG_BYTES;
                type = u16(memory, at);
            }
        }
        kind = kindOf(memory, at + 2, end, type);
        line = (outer | inner) == 0 // a tag without a VLAN names no line
                ? lineOf(port, mac(memory, offset + MacAddress.LENGTH))
                : lineOf(port, (long) outer << VID_BITS | inner) | HAS_VLANS;
    }

    private long lineOf(int port, long place) {
        return (long) kind.ordinal() << CLASS_AT | (long) (port & PORTS_MAX - 1) << MAC_BITS | place;
    }

    private static PuntClass kindOf(MemorySegment memory, long at, long end, int type) {
        return switch (type) {
            case EthernetFrame.IP4 -> kindOfIp4(memory, at, end);
            case EthernetFrame.IP6 -> kindOfIp6(memory, at, end);
            case EthernetFrame.ARP -> PuntClass.ARP;
            case PPPOE_DISCOVERY -> PuntClass.PPPOE;
            case PPPOE_SESSION -> PuntClass.PPP;
            default -> PuntClass.OTHER;
        };
    }

    private static PuntClass kindOfIp4(MemorySegment memory, long at, long end) {
        if (at + 20 > end || u8(memory, at + 9) != UDP) {
            return PuntClass.OTHER;
        }
        long udp = at + (u8(memory, at) & 0xf) * 4L;
        return udp + 4 <= end && u16(memory, udp + 2) == DHCP_PORT ? PuntClass.DHCP : PuntClass.OTHER;
    }

    private static PuntClass kindOfIp6(MemorySegment memory, long at, long end) {
        if (at + 44 > end) {
            return PuntClass.OTHER;
        }
        int next = u8(memory, at + 6);
        if (next == UDP) {
            return u16(memory, at + 42) == DHCP6_PORT ? PuntClass.DHCP : PuntClass.OTHER;
        }
        int message = u8(memory, at + 40);
        boolean neighbour = next == ICMP6 && message >= ROUTER_SOLICITATION && message <= REDIRECT;
        return neighbour ? PuntClass.ND : PuntClass.OTHER;
    }

    private static boolean isTag(int type) {
        return type == 0x8100 || type == 0x88a8 || type == 0x9100;
    }

    private static int u8(MemorySegment memory, long at) {
        return memory.get(JAVA_BYTE, at) & 0xff;
    }

    private static int u16(MemorySegment memory, long at) {
        return memory.get(NET_SHORT, at) & 0xffff;
    }

    private static long mac(MemorySegment memory, long at) {
        return (long) u16(memory, at) << 32 | (long) u16(memory, at + 2) << 16 | u16(memory, at + 4);
    }

    PuntClass kind() {
        return kind;
    }

    /** The line and the class, since each has a bucket of its own. */
    long line() {
        return line;
    }

    /** What the operator reads of a line. */
    static Storm storm(long line, long dropped) {
        boolean tagged = (line & HAS_VLANS) != 0;
        return new Storm(
                (int) (line >> MAC_BITS) & PORTS_MAX - 1,
                tagged ? (int) (line >> VID_BITS) & VID_MASK : 0,
                tagged ? (int) line & VID_MASK : 0,
                tagged ? MacAddress.ZERO : new MacAddress(line & (1L << MAC_BITS) - 1),
                CLASSES[(int) (line >> CLASS_AT) & CLASS_MASK],
                dropped);
    }
}

package sluice.session;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import sluice.net.EthernetFrame;
import sluice.net.MacAddress;
import sluice.net.VlanTag;
import sluice.session.api.FrameKind;

/**
 * What the punt thread needs to know of a frame before anybody decodes it: its kind and its line. Read in place,
 * allocates nothing; one flyweight serves all frames of the punt thread.
 */
final class FrameSummary {

    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final int PPPOE_DISCOVERY = 0x8863;
    private static final int PPPOE_SESSION = 0x8864;
    private static final int UDP = 17;
    private static final int DHCP_SERVER_PORT = 67;
    private static final int VID = 0xfff;

    private FrameKind kind = FrameKind.OTHER;
    private int svlan;
    private int cvlan;
    private long source;
    private boolean ppp;

    /** Reads a frame and returns this; a frame too short to have a kind is {@link FrameKind#OTHER}. */
    FrameSummary read(MemorySegment memory, long offset, int length) {
        kind = FrameKind.OTHER;
        svlan = 0;
        cvlan = 0;
        source = 0;
        ppp = false;
        if (length < EthernetFrame.HEADER_LENGTH) {
            return this;
        }
        source = (memory.get(U16, offset + 6) & 0xffffL) << 32 | memory.get(U32, offset + 8) & 0xffff_ffffL;
        int at = 12;
        int type = u16(memory, offset, at);
        int tags = 0;
        while (VlanTag.isTpid(type) && tags < EthernetFrame.TAGS_MAX && length >= at + 6) {
            int vid = u16(memory, offset, at + 2) & VID;
            svlan = tags == 0 ? vid : svlan;
            cvlan = tags == 1 ? vid : cvlan;
            at += VlanTag.LENGTH;
            type = u16(memory, offset, at);
            tags++;
        }
        ppp = type == PPPOE_SESSION;
        kind = kindOf(memory, offset, length, type, at + 2);
        return this;
    }

    FrameKind kind() {
        return kind;
    }

    /** For {@link LineLimiter}: PPP has a limit of its own, so that whoever dials in a loop keeps his open session. */
    long line(int port) {
        long line = LineLimiter.line(port, svlan, cvlan, new MacAddress(source));
        return ppp ? ~line : line;
    }

    private static FrameKind kindOf(MemorySegment memory, long offset, int length, int type, int payload) {
        return switch (type) {
            case EthernetFrame.IP4 -> isDhcp(memory, offset, length, payload) ? FrameKind.DHCP4 : FrameKind.OTHER;
            case EthernetFrame.IP6 -> FrameKind.IPV6;
            case PPPOE_DISCOVERY, PPPOE_SESSION -> FrameKind.PPPOE;
            default -> FrameKind.OTHER;
        };
    }

    private static boolean isDhcp(MemorySegment memory, long offset, int length, int payload) {
        if (length < payload + 20) {
            return false;
        }
        int headerLength = (memory.get(ValueLayout.JAVA_BYTE, offset + payload) & 0x0f) * 4;
        int protocol = memory.get(ValueLayout.JAVA_BYTE, offset + payload + 9) & 0xff;
        return protocol == UDP
                && length >= payload + headerLength + 8
                && u16(memory, offset, payload + headerLength + 2) == DHCP_SERVER_PORT;
    }

    private static int u16(MemorySegment memory, long offset, int at) {
        return memory.get(U16, offset + at) & 0xffff;
    }
}

package sluice.pppoe;

import java.util.List;
import sluice.dataplane.api.Frame;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.MacAddress;
import sluice.net.MalformedPacket;
import sluice.net.VlanTag;
import sluice.net.WireReader;
import sluice.net.WireWriter;

/**
 * A PPPoE packet of a subscriber as it came in a frame (RFC 2516, 4).
 *
 * <pre>
 *  0                   1                   2                   3
 * +-------+-------+---------------+-------------------------------+
 * |  VER  | TYPE  |      CODE     |          SESSION_ID           |
 * +-------+-------+---------------+-------------------------------+
 * |            LENGTH             |           payload
 * +-------------------------------+-------------------------------
 * </pre>
 *
 * @param port access port of the gateway
 * @param ethernet the frame around it
 * @param code one of the constants
 * @param session 0..65534; 0 in a PADI or PADR only
 * @param payload as long as the packet says, without the padding of the frame
 */
record PppoeFrame(int port, EthernetFrame ethernet, int code, int session, Bytes payload) {
    static final int DISCOVERY = 0x8863;
    static final int SESSION = 0x8864;

    static final int DATA = 0x00;
    static final int PADO = 0x07;
    static final int PADI = 0x09;
    static final int PADR = 0x19;
    static final int PADS = 0x65;
    static final int PADT = 0xa7;

    /** Bytes before the payload. */
    static final int HEADER_LENGTH = 6;

    /** The protocol that stands before what PPP carries. */
    static final int PROTOCOL_LENGTH = 2;

    private static final int VERSION_AND_TYPE = 0x11;
    private static final int RESERVED_SESSION = 0xffff;
    private static final int VLAN_BITS = 0xfff;

    /**
     * The packet in the frame.
     *
     * @throws MalformedPacket when it is none that a subscriber may send, see {@link PppoeFault}
     */
    static PppoeFrame decode(Frame frame) throws MalformedPacket {
        EthernetFrame ethernet = EthernetFrame.decode(frame.bytes());
        if (ethernet.etherType() != DISCOVERY && ethernet.etherType() != SESSION) {
            throw new MalformedPacket(PppoeFault.NOT_PPPOE, ethernet.payloadOffset());
        }
        if (!ethernet.source().isStation()) {
            throw new MalformedPacket(PppoeFault.BAD_STATION, MacAddress.LENGTH);
        }
        WireReader in = new WireReader(ethernet.payload());
        if (in.u8() != VERSION_AND_TYPE) {
            throw in.malformed(PppoeFault.BAD_VERSION);
        }
        int code = in.u8();
        int session = in.u16();
        int length = in.u16();
        if (length > in.remaining()) {
            throw in.malformed(PppoeFault.BAD_LENGTH);
        }
        check(ethernet.etherType() == DISCOVERY, code, session, length);
        return new PppoeFrame(frame.port(), ethernet, code, session, in.bytes(length));
    }

    private static void check(boolean isDiscovery, int code, int session, int length) throws MalformedPacket {
        boolean hasSession = switch (code) {
            case PADI, PADR -> false;
            case PADT, DATA -> true;
            default -> throw new MalformedPacket(PppoeFault.BAD_CODE, 1);
        };
        if (isDiscovery == (code == DATA)) {
            throw new MalformedPacket(PppoeFault.BAD_CODE, 1);
        }
        if (hasSession == (session == 0) || session == RESERVED_SESSION) {
            throw new MalformedPacket(PppoeFault.BAD_SESSION, 2);
        }
        if (code == DATA && length < PROTOCOL_LENGTH) {
            throw new MalformedPacket(PppoeFault.NO_PROTOCOL, HEADER_LENGTH);
        }
    }

    /** The subscriber's device. */
    MacAddress station() {
        return ethernet.source();
    }

    /** The tags by which it is reached: those of the frame, with priority 0. */
    List<VlanTag> tags() {
        return ethernet.tags().stream()
                .map(tag -> new VlanTag(tag.tpid(), tag.tci() & VLAN_BITS))
                .toList();
    }

    /** An answer to where this came from. */
    Frame answer(int code, int session, Bytes payload) {
        return frame(port, station(), tags(), code, session, payload);
    }

    /**
     * A packet to a subscriber. Its source address is zero; the frame sink puts that of the port there.
     *
     * @param tags outermost first
     * @param code {@link #DATA} for what PPP sends, with its protocol before it; else of discovery
     */
    static Frame frame(int port, MacAddress station, List<VlanTag> tags, int code, int session, Bytes payload) {
        EthernetFrame head =
                new EthernetFrame(station, MacAddress.ZERO, tags, code == DATA ? SESSION : DISCOVERY, Bytes.EMPTY);
        WireWriter out = new WireWriter(head.payloadOffset() + HEADER_LENGTH + payload.length());
        head.encodeHeader(out);
        out.u8(VERSION_AND_TYPE).u8(code).u16(session).u16(payload.length()).bytes(payload);
        return new Frame(port, out.toBytes());
    }
}

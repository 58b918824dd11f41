package sluice.pppoe;

import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;

/**
 * What a PPPoE session carries (RFC 1661, 2; the protocol field is never compressed, RFC 2516, 7).
 *
 * <pre>
 * +----------------+------------------------------+
 * |  protocol (2)  |  information and its padding |
 * +----------------+------------------------------+
 * </pre>
 *
 * @param protocol 0..65535
 * @param information shares the frame's array
 */
record PppFrame(int protocol, Bytes information) {
    private static final int PROTOCOL_LENGTH = 2;

    PppFrame {
        if (protocol >>> 16 != 0) {
            throw new IllegalArgumentException("Protocol " + protocol + ", expected 0..65535");
        }
    }

    /**
     * The frame in the payload of a PPPoE session packet.
     *
     * @throws MalformedPacket when it ends too early, or the number breaks the rule that its first byte is even and its
     *     second odd
     */
    static PppFrame decode(Bytes payload) throws MalformedPacket {
        WireReader in = new WireReader(payload);
        int protocol = in.u16();
        if ((protocol & 0x0101) != 0x0001) {
            throw in.malformed(PppFault.BAD_PROTOCOL);
        }
        return new PppFrame(protocol, in.rest());
    }

    Bytes encode() {
        return new WireWriter(PROTOCOL_LENGTH + information.length())
                .u16(protocol)
                .bytes(information)
                .toBytes();
    }
}

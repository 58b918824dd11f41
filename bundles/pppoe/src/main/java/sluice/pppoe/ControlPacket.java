package sluice.pppoe;

import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;

/**
 * A packet of LCP, a network control protocol, PAP or CHAP (RFC 1661, 5; RFC 1334, 2.2; RFC 1994, 4).
 *
 * <pre>
 * +----------+----------+------------+-----------------------------+
 * | code (1) |  id (1)  | length (2) |  data (length - 4), padding |
 * +----------+----------+------------+-----------------------------+
 * </pre>
 *
 * @param code 0..255
 * @param id 0..255
 * @param data without the padding behind it
 */
record ControlPacket(int code, int id, Bytes data) {
    static final int CONFIGURE_REQUEST = 1;
    static final int CONFIGURE_ACK = 2;
    static final int CONFIGURE_NAK = 3;
    static final int CONFIGURE_REJECT = 4;
    static final int TERMINATE_REQUEST = 5;
    static final int TERMINATE_ACK = 6;
    static final int CODE_REJECT = 7;

    /** From here on LCP only. */
    static final int PROTOCOL_REJECT = 8;

    static final int ECHO_REQUEST = 9;
    static final int ECHO_REPLY = 10;
    static final int DISCARD_REQUEST = 11;

    /** RFC 1570, 2.1. */
    static final int IDENTIFICATION = 12;

    /** RFC 1570, 2.2. */
    static final int TIME_REMAINING = 13;

    /** Bytes before the data. */
    static final int HEADER_LENGTH = 4;

    ControlPacket {
        if (code >>> 8 != 0 || id >>> 8 != 0) {
            throw new IllegalArgumentException("Code " + code + " or identifier " + id + ", expected 0..255");
        }
    }

    /**
     * The packet at the start of a PPP frame's information; what lies behind its length is padding.
     *
     * @throws MalformedPacket when it is shorter than a header or its length lies
     */
    static ControlPacket decode(Bytes information) throws MalformedPacket {
        WireReader in = new WireReader(information);
        if (information.length() < HEADER_LENGTH) {
            throw in.malformed(PppFault.SHORT_PACKET);
        }
        int code = in.u8();
        int id = in.u8();
        int length = in.u16();
        if (length < HEADER_LENGTH) {
            throw in.malformed(PppFault.LENGTH_TOO_SMALL);
        }
        if (length > information.length()) {
            throw in.malformed(PppFault.LENGTH_TOO_BIG);
        }
        return new ControlPacket(code, id, in.bytes(length - HEADER_LENGTH));
    }

    Bytes encode() {
        return new WireWriter(HEADER_LENGTH + data.length())
                .u8(code)
                .u8(id)
                .u16(HEADER_LENGTH + data.length())
                .bytes(data)
                .toBytes();
    }

    /** The whole PPP frame of that protocol. */
    Bytes in(int protocol) {
        return new PppFrame(protocol, encode()).encode();
    }
}

package sluice.radius;

/**
 * Numbers of the packet format (RFC 2865, 3).
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Code      |  Identifier   |            Length             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                    Authenticator (16 bytes)                   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Attributes ...
 * +-+-+-+-+-+-+-+-+-+-+-+-+-
 * </pre>
 */
final class Packets {

    static final int HEADER = 20;
    /** Longest packet. */
    static final int MAX = 4096;

    static final int ID_AT = 1;
    static final int LENGTH_AT = 2;
    static final int AUTHENTICATOR_AT = 4;
    static final int AUTHENTICATOR = 16;
    /** Identifiers of one source port. */
    static final int IDS = 256;

    static final int ACCESS_REQUEST = 1;
    static final int ACCESS_ACCEPT = 2;
    static final int ACCESS_REJECT = 3;
    static final int ACCOUNTING_REQUEST = 4;
    static final int ACCOUNTING_RESPONSE = 5;
    static final int ACCESS_CHALLENGE = 11;

    private Packets() {}

    static int u16(byte[] packet, int at) {
        return (packet[at] & 0xff) << 8 | packet[at + 1] & 0xff;
    }

    static void u16(byte[] packet, int at, int value) {
        packet[at] = (byte) (value >>> 8);
        packet[at + 1] = (byte) value;
    }

    static void u32(byte[] packet, int at, long value) {
        u16(packet, at, (int) (value >>> 16) & 0xffff);
        u16(packet, at + 2, (int) value & 0xffff);
    }
}

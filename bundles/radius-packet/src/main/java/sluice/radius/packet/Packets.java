package sluice.radius.packet;

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
public final class Packets {

    public static final int HEADER = 20;
    /** Longest packet. */
    public static final int MAX = 4096;

    public static final int ID_AT = 1;
    public static final int LENGTH_AT = 2;
    public static final int AUTHENTICATOR_AT = 4;
    public static final int AUTHENTICATOR = 16;
    /** Identifiers of one source port. */
    public static final int IDS = 256;

    public static final int ACCESS_REQUEST = 1;
    public static final int ACCESS_ACCEPT = 2;
    public static final int ACCESS_REJECT = 3;
    public static final int ACCOUNTING_REQUEST = 4;
    public static final int ACCOUNTING_RESPONSE = 5;
    public static final int ACCESS_CHALLENGE = 11;
    public static final int STATUS_SERVER = 12; // RFC 5997
    public static final int DISCONNECT_REQUEST = 40; // RFC 5176, 3.6
    public static final int DISCONNECT_ACK = 41;
    public static final int DISCONNECT_NAK = 42;
    public static final int COA_REQUEST = 43;
    public static final int COA_ACK = 44;
    public static final int COA_NAK = 45;

    private Packets() {}

    /** Writes code, identifier and length into a packet that is otherwise complete. */
    public static void head(byte[] packet, int code, int id) {
        packet[0] = (byte) code;
        packet[ID_AT] = (byte) id;
        u16(packet, LENGTH_AT, packet.length);
    }

    /** Unsigned number of two bytes. */
    public static int u16(byte[] packet, int at) {
        return (packet[at] & 0xff) << 8 | packet[at + 1] & 0xff;
    }

    /** Writes the low 16 bits. */
    public static void u16(byte[] packet, int at, int value) {
        packet[at] = (byte) (value >>> 8);
        packet[at + 1] = (byte) value;
    }

    /** Writes the low 32 bits. */
    public static void u32(byte[] packet, int at, long value) {
        u16(packet, at, (int) (value >>> 16) & 0xffff);
        u16(packet, at + 2, (int) value & 0xffff);
    }
}

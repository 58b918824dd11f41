package sluice.pppoe;

import sluice.net.Bytes;
import sluice.net.WireWriter;

/**
 * One tag of a discovery packet (RFC 2516, 5 and appendix A). Types that are not known here survive as they are.
 *
 * <pre>
 * +----------------+----------------+---------
 * |    type 2      |   length 2     | value
 * +----------------+----------------+---------
 * </pre>
 *
 * @param type 16 bits
 * @param value at most 65535 bytes
 */
record PppoeTag(int type, Bytes value) {
    static final int END_OF_LIST = 0x0000;
    static final int SERVICE_NAME = 0x0101;
    static final int AC_NAME = 0x0102;
    static final int HOST_UNIQ = 0x0103;
    static final int AC_COOKIE = 0x0104;
    static final int VENDOR_SPECIFIC = 0x0105;
    static final int RELAY_SESSION_ID = 0x0110;
    /** RFC 4638. */
    static final int PPP_MAX_PAYLOAD = 0x0120;

    static final int SERVICE_NAME_ERROR = 0x0201;
    static final int AC_SYSTEM_ERROR = 0x0202;
    static final int GENERIC_ERROR = 0x0203;

    /** Bytes before the value. */
    static final int HEADER_LENGTH = 4;

    PppoeTag {
        if (type >>> 16 != 0 || value.length() > 0xffff) {
            throw new IllegalArgumentException("Tag " + type + " of " + value.length() + " bytes");
        }
    }

    /** A tag with a text. */
    static PppoeTag text(int type, String text) {
        return new PppoeTag(type, Bytes.utf8(text));
    }

    /** What RFC 4638 says: the longest PPP payload, bytes. */
    static PppoeTag maxPayload(int bytes) {
        return new PppoeTag(PPP_MAX_PAYLOAD, new WireWriter(2).u16(bytes).toBytes());
    }

    void encode(WireWriter out) {
        out.u16(type).u16(value.length()).bytes(value);
    }
}

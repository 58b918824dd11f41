package sluice.radius;

import java.time.Instant;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.WireWriter;

/**
 * Writes the attributes of a request behind room for its header (RFC 2865, 5). What is longer than an attribute or than the
 * packet may be is left out and counted, for no cut value may stand for another one.
 *
 * <pre>
 *  0                   1                   2
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-
 * |     Type      |    Length     |  Value ...
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-
 * </pre>
 *
 * <p>Belongs to one thread.
 */
final class AttributeWriter {

    static final int VALUE_MAX = 253;
    private static final int VENDOR_VALUE_MAX = 247;

    private final WireWriter out = new WireWriter(512).zeros(Packets.HEADER);
    private int leftOut;

    AttributeWriter octets(AttributeCode code, Bytes value) {
        if (open(code, value.length()) >= 0) {
            out.bytes(value);
        }
        return this;
    }

    AttributeWriter text(AttributeCode code, String value) {
        return octets(code, Bytes.utf8(value));
    }

    AttributeWriter ip4(AttributeCode code, Ip4 value) {
        return number(code, value.bits());
    }

    /** The low 32 bits. */
    AttributeWriter number(AttributeCode code, long value) {
        if (open(code, 4) >= 0) {
            out.i32((int) value);
        }
        return this;
    }

    /** Seconds since 1970 (RFC 2869, 5.3). */
    AttributeWriter time(AttributeCode code, Instant value) {
        return number(code, value.getEpochSecond());
    }

    /** Zeros that are filled when the packet is sealed; returns their place, or -1 when they were left out. */
    int room(AttributeCode code, int size) {
        int at = open(code, size);
        if (at >= 0) {
            out.zeros(size);
        }
        return at;
    }

    /** Attributes that did not fit. */
    int leftOut() {
        return leftOut;
    }

    /** Header of zeros and the attributes. */
    byte[] packet() {
        return out.toBytes().toArray();
    }

    /** Writes type and length of a value of this size; returns where the value goes, or -1 when it is left out. */
    private int open(AttributeCode code, int size) {
        boolean vendor = code.vendor() != 0;
        int header = vendor ? 8 : 2;
        if (size == 0) { // RFC 2865, 5: not to be sent with a length of zero
            return -1;
        }
        if (size > (vendor ? VENDOR_VALUE_MAX : VALUE_MAX) || out.length() + header + size > Packets.MAX) {
            leftOut++;
            return -1;
        }
        if (vendor) { // RFC 2865, 5.26
            out.u8(AttributeCode.VENDOR_SPECIFIC).u8(header + size).u32(code.vendor());
            out.u8(code.type()).u8(2 + size);
        } else {
            out.u8(code.type()).u8(header + size);
        }
        return out.length();
    }
}

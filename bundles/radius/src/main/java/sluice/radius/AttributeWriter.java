package sluice.radius;

import java.time.Instant;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.WireWriter;

/**
 * Writes the attributes of a request behind room for its header (RFC 2865, 5). What is longer than an attribute or than
 * the packet may be is left out and counted, for no cut value may stand for another one.
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

    /** Longest value of an attribute of the RFCs. */
    static final int VALUE_MAX = 253;

    private static final int ATTRIBUTE_MAX = 255;
    private static final int HEADER = 2;
    private static final int VENDOR_ID = 4;

    private final WireWriter out = new WireWriter(512).zeros(Packets.HEADER);
    private int leftOut;

    AttributeWriter octets(AttributeCode code, Bytes value) {
        return octets(code, value, 1, 1);
    }

    /** An attribute of a vendor whose own types and lengths have these sizes, bytes. */
    AttributeWriter octets(AttributeCode code, Bytes value, int typeSize, int lengthSize) {
        if (open(code, value.length(), typeSize, lengthSize) >= 0) {
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
        if (open(code, 4, 1, 1) >= 0) {
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
        int at = open(code, size, 1, 1);
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
    private int open(AttributeCode code, int size, int typeSize, int lengthSize) {
        int header = code.vendor() == 0 ? HEADER : HEADER + VENDOR_ID + typeSize + lengthSize;
        if (size == 0) { // RFC 2865, 5: not to be sent with a length of zero
            return -1;
        }
        if (header + size > ATTRIBUTE_MAX || out.length() + header + size > Packets.MAX) {
            leftOut++;
            return -1;
        }
        if (code.vendor() == 0) {
            out.u8(code.type()).u8(header + size);
            return out.length();
        }
        out.u8(AttributeCode.VENDOR_SPECIFIC).u8(header + size).u32(code.vendor()); // RFC 2865, 5.26
        number(typeSize, code.type());
        number(lengthSize, typeSize + lengthSize + size);
        return out.length();
    }

    private void number(int bytes, int value) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            out.u8(value >>> shift & 0xff);
        }
    }
}

package sluice.radius.packet;

import java.time.Instant;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6;
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
public final class AttributeWriter {

    /** Longest value of an attribute of the RFCs. */
    public static final int VALUE_MAX = 253;

    private static final int ATTRIBUTE_MAX = 255;
    private static final int HEADER = 2;
    private static final int VENDOR_ID = 4;

    private final WireWriter out = new WireWriter(512).zeros(Packets.HEADER);
    private int leftOut;

    public AttributeWriter octets(AttributeCode code, Bytes value) {
        return octets(code, value, VendorFormat.RECOMMENDED);
    }

    /** An attribute of a vendor who writes them in this format. */
    public AttributeWriter octets(AttributeCode code, Bytes value, VendorFormat format) {
        if (open(code, value.length(), format) >= 0) {
            out.bytes(value);
        }
        return this;
    }

    public AttributeWriter text(AttributeCode code, String value) {
        return octets(code, Bytes.utf8(value));
    }

    public AttributeWriter ip4(AttributeCode code, Ip4 value) {
        return number(code, value.bits());
    }

    public AttributeWriter ip6(AttributeCode code, Ip6 value) {
        return octets(code, value.toBytes());
    }

    /** The low 32 bits. */
    public AttributeWriter number(AttributeCode code, long value) {
        if (open(code, 4, VendorFormat.RECOMMENDED) >= 0) {
            out.i32((int) value);
        }
        return this;
    }

    /** Seconds since 1970 (RFC 2869, 5.3). */
    public AttributeWriter time(AttributeCode code, Instant value) {
        return number(code, value.getEpochSecond());
    }

    /** Zeros that are filled when the packet is sealed; returns their place, or -1 when they were left out. */
    public int room(AttributeCode code, int size) {
        int at = open(code, size, VendorFormat.RECOMMENDED);
        if (at >= 0) {
            out.zeros(size);
        }
        return at;
    }

    /** Attributes that did not fit. */
    public int leftOut() {
        return leftOut;
    }

    /** Header of zeros and the attributes. */
    public byte[] packet() {
        return out.toBytes().toArray();
    }

    /** Writes type and length of a value of this size; returns where the value goes, or -1 when it is left out. */
    private int open(AttributeCode code, int size, VendorFormat format) {
        int header = headerSize(code, format);
        if (size == 0) { // RFC 2865, 5: not to be sent with a length of zero
            return -1;
        }
        if (header + size > ATTRIBUTE_MAX || out.length() + header + size > Packets.MAX) {
            leftOut++;
            return -1;
        }
        if (code.extension() != 0) {
            openExtended(code, header + size);
        } else if (code.vendor() == 0) {
            out.u8(code.type()).u8(header + size);
        } else {
            out.u8(AttributeCode.VENDOR_SPECIFIC).u8(header + size).u32(code.vendor()); // RFC 2865, 5.26
            number(format.typeSize(), code.type());
            number(format.lengthSize(), format.headerSize() + size);
            number(format.continuation() ? 1 : 0, 0);
        }
        return out.length();
    }

    /** RFC 6929, 2.1, 2.2 and 2.4: the long form has a byte of flags, none of which is set here. */
    private void openExtended(AttributeCode code, int size) {
        out.u8(code.extension()).u8(size);
        out.u8(code.vendor() == 0 ? code.type() : AttributeCode.VENDOR_SPECIFIC);
        number(AttributeCode.isLong(code.extension()) ? 1 : 0, 0);
        if (code.vendor() != 0) {
            out.u32(code.vendor()).u8(code.type());
        }
    }

    private static int headerSize(AttributeCode code, VendorFormat format) {
        if (code.extension() != 0) {
            int own = AttributeCode.isLong(code.extension()) ? HEADER + 2 : HEADER + 1;
            return code.vendor() == 0 ? own : own + VENDOR_ID + 1;
        }
        return code.vendor() == 0 ? HEADER : HEADER + VENDOR_ID + format.headerSize();
    }

    private void number(int bytes, int value) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            out.u8(value >>> shift & 0xff);
        }
    }
}

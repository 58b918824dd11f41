package sluice.pppoe;

import java.util.ArrayList;
import java.util.List;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;

/**
 * A configuration option (RFC 1661, 6).
 *
 * <pre>
 * +----------+------------+--------------------+
 * | type (1) | length (1) | value (length - 2) |
 * +----------+------------+--------------------+
 * </pre>
 *
 * @param type 0..255
 * @param value at most 253 bytes, of a packet from the wire it shares the array
 */
record PppOption(int type, Bytes value) {
    private static final int HEADER_LENGTH = 2;
    private static final int VALUE_MAX = 253;

    PppOption {
        if (type >>> 8 != 0 || value.length() > VALUE_MAX) {
            throw new IllegalArgumentException("Option " + type + " of " + value.length() + " bytes");
        }
    }

    static PppOption u16(int type, int value) {
        return new PppOption(type, new WireWriter(2).u16(value).toBytes());
    }

    static PppOption i32(int type, int bits) {
        return new PppOption(type, new WireWriter(4).i32(bits).toBytes());
    }

    static PppOption u64(int type, long bits) {
        return new PppOption(type, new WireWriter(8).u64(bits).toBytes());
    }

    static PppOption ip4(int type, Ip4 address) {
        return i32(type, address.bits());
    }

    /** The value read as one number, first byte highest; only of values of at most eight bytes. */
    long number() {
        long number = 0;
        for (int i = 0; i < value.length(); i++) {
            number = number << 8 | value.at(i);
        }
        return number;
    }

    /** True when this is of that type and length. */
    boolean is(int wantedType, int wantedLength) {
        return type == wantedType && value.length() == wantedLength;
    }

    /**
     * Every option in the data of a Configure packet, in its order, also those that come twice.
     *
     * @throws MalformedPacket when a length lies
     */
    static List<PppOption> decodeAll(Bytes data) throws MalformedPacket {
        List<PppOption> options = new ArrayList<>();
        WireReader in = new WireReader(data);
        while (in.hasRemaining()) {
            if (in.remaining() < HEADER_LENGTH) {
                throw in.malformed(PppFault.OPTION_TOO_SHORT);
            }
            int type = in.u8();
            int length = in.u8();
            if (length < HEADER_LENGTH) {
                throw in.malformed(PppFault.OPTION_TOO_SHORT);
            }
            if (length - HEADER_LENGTH > in.remaining()) {
                throw in.malformed(PppFault.OPTION_TOO_LONG);
            }
            options.add(new PppOption(type, in.bytes(length - HEADER_LENGTH)));
        }
        return options;
    }

    static Bytes encodeAll(List<PppOption> options) {
        WireWriter out = new WireWriter(64);
        for (PppOption option : options) {
            out.u8(option.type).u8(HEADER_LENGTH + option.value.length()).bytes(option.value);
        }
        return out.toBytes();
    }
}

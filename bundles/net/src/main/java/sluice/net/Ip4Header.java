package sluice.net;

/**
 * The header of an IPv4 packet (RFC 791, 3.1).
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------+-------+---------------+-------------------------------+
 * |Version|  IHL  |Type of Service|          Total Length         |
 * +-------+-------+---------------+-----+-------------------------+
 * |         Identification        |Flags|      Fragment Offset    |
 * +---------------+---------------+-----+-------------------------+
 * |  Time to Live |    Protocol   |         Header Checksum       |
 * +---------------+---------------+-------------------------------+
 * |                         Source Address                        |
 * +---------------------------------------------------------------+
 * |                      Destination Address                      |
 * +---------------------------------------------------------------+
 * |                       Options, 0..40 bytes                    |
 * +---------------------------------------------------------------+
 * </pre>
 *
 * @param typeOfService 8 bits: DSCP and ECN (RFC 2474, 3168)
 * @param identification 16 bits
 * @param fragment flags and fragment offset as on the wire, 16 bits
 * @param timeToLive hops, 0..255
 * @param protocol 8 bits
 * @param source who sent it
 * @param destination whom it is for
 * @param options 0..40 bytes, a multiple of four
 * @param payloadLength bytes behind the header
 */
public record Ip4Header(
        int typeOfService,
        int identification,
        int fragment,
        int timeToLive,
        int protocol,
        Ip4 source,
        Ip4 destination,
        Bytes options,
        int payloadLength) {
    /** Protocol number of ICMP. */
    public static final int ICMP = 1;

    /** Protocol number of TCP. */
    public static final int TCP = 6;

    /** Protocol number of UDP. */
    public static final int UDP = 17;

    /** Bytes of a header without options. */
    public static final int LENGTH_MIN = 20;

    private static final int OPTIONS_MAX = 40;
    private static final int CHECKSUM_AT = 10;
    private static final int DONT_FRAGMENT = 0x4000;
    private static final int TIME_TO_LIVE = 64;

    public Ip4Header {
        if (options.length() > OPTIONS_MAX || options.length() % 4 != 0) {
            throw new IllegalArgumentException(options.length() + " bytes of options, expected 0..40 by four");
        }
        checkBits("type of service", typeOfService, 8);
        checkBits("identification", identification, 16);
        checkBits("fragment", fragment, 16);
        checkBits("time to live", timeToLive, 8);
        checkBits("protocol", protocol, 8);
        if (payloadLength < 0 || LENGTH_MIN + options.length() + payloadLength > 0xffff) {
            throw new IllegalArgumentException("payload of " + payloadLength + " bytes does not fit");
        }
    }

    /** The header of a whole packet of our own: 64 hops, not to be fragmented, no options. */
    public static Ip4Header of(int protocol, Ip4 source, Ip4 destination, int payloadLength) {
        return new Ip4Header(
                0, 0, DONT_FRAGMENT, TIME_TO_LIVE, protocol, source, destination, Bytes.EMPTY, payloadLength);
    }

    /**
     * Reads the header and leaves the reader at the payload. Bytes behind the packet (Ethernet padding) are not looked
     * at.
     *
     * @throws MalformedPacket wrong version, header or total length, checksum, or a packet that ends too early
     */
    public static Ip4Header decode(WireReader in) throws MalformedPacket {
        int available = in.remaining();
        int start = in.offset();
        Bytes header = in.bytes(LENGTH_MIN);
        WireReader fields = new WireReader(header);
        int versionAndLength = fields.u8();
        if (versionAndLength >>> 4 != 4) {
            throw new MalformedPacket(WireFault.BAD_VERSION, start);
        }
        int headerLength = (versionAndLength & 0xf) * 4;
        int typeOfService = fields.u8();
        int totalLength = fields.u16();
        if (headerLength < LENGTH_MIN || totalLength < headerLength) {
            throw new MalformedPacket(WireFault.BAD_LENGTH, start);
        }
        if (totalLength > available) {
            throw new MalformedPacket(WireFault.TRUNCATED, start + available);
        }
        int identification = fields.u16();
        int fragment = fields.u16();
        int timeToLive = fields.u8();
        int protocol = fields.u8();
        fields.skip(2);
        Ip4 source = fields.ip4();
        Ip4 destination = fields.ip4();
        Bytes options = in.bytes(headerLength - LENGTH_MIN);
        if (InternetChecksum.finish(InternetChecksum.sum(InternetChecksum.sum(0, header), options)) != 0) {
            throw new MalformedPacket(WireFault.BAD_CHECKSUM, start + CHECKSUM_AT);
        }
        return new Ip4Header(
                typeOfService,
                identification,
                fragment,
                timeToLive,
                protocol,
                source,
                destination,
                options,
                totalLength - headerLength);
    }

    /** Bytes of the header, options included. */
    public int length() {
        return LENGTH_MIN + options.length();
    }

    /** Writes the header with its checksum. */
    public void encode(WireWriter out) {
        int start = out.length();
        out.u8(0x40 | length() / 4).u8(typeOfService).u16(length() + payloadLength);
        out.u16(identification).u16(fragment).u8(timeToLive).u8(protocol).u16(0);
        out.ip4(source).ip4(destination).bytes(options);
        out.patch16(start + CHECKSUM_AT, InternetChecksum.finish(out.sumFrom(start, 0)));
    }

    /** True for a piece of a larger packet: more fragments follow, or this is not the first. */
    public boolean isFragment() {
        return (fragment & 0x3fff) != 0;
    }

    private static void checkBits(String name, int value, int bits) {
        if (value >>> bits != 0) {
            throw new IllegalArgumentException(name + " " + value + ", expected " + bits + " bits");
        }
    }
}

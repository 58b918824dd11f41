package sluice.net;

/**
 * A UDP datagram over IPv4 (RFC 768).
 *
 * <pre>
 * +-------------------------------+-------------------------------+
 * |          source port          |       destination port        |
 * +-------------------------------+-------------------------------+
 * |            length             |           checksum            |
 * +-------------------------------+-------------------------------+
 * |                            payload                            |
 * </pre>
 *
 * @param sourcePort 0..65535
 * @param destinationPort 0..65535
 * @param payload at most 65,507 bytes
 */
public record UdpDatagram(int sourcePort, int destinationPort, Bytes payload) {
    /** Bytes before the payload. */
    public static final int HEADER_LENGTH = 8;

    private static final int PAYLOAD_MAX = 65_507;
    private static final int CHECKSUM_AT = 6;

    public UdpDatagram {
        if (sourcePort >>> 16 != 0 || destinationPort >>> 16 != 0) {
            throw new IllegalArgumentException("ports " + sourcePort + ", " + destinationPort + ", expected 0..65535");
        }
        if (payload.length() > PAYLOAD_MAX) {
            throw new IllegalArgumentException(payload.length() + " bytes, expected at most " + PAYLOAD_MAX);
        }
    }

    /**
     * The datagram in the payload of the packet; bytes behind its length are ignored.
     *
     * @param header of the packet it came in, for the pseudo header
     * @param in at the first byte behind that header
     * @throws MalformedPacket it ends too early, its length is wrong, or its checksum (unless 0, which means none)
     */
    public static UdpDatagram decode(Ip4Header header, WireReader in) throws MalformedPacket {
        int start = in.offset();
        Bytes packet = in.bytes(header.payloadLength());
        WireReader fields = new WireReader(packet);
        int sourcePort = fields.u16();
        int destinationPort = fields.u16();
        int length = fields.u16();
        int checksum = fields.u16();
        if (length < HEADER_LENGTH || length > packet.length()) {
            throw new MalformedPacket(WireFault.BAD_LENGTH, start + 4);
        }
        Bytes datagram = packet.slice(0, length);
        long pseudo = InternetChecksum.pseudoHeader(header.source(), header.destination(), Ip4Header.UDP, length);
        if (checksum != 0 && InternetChecksum.finish(InternetChecksum.sum(pseudo, datagram)) != 0) {
            throw new MalformedPacket(WireFault.BAD_CHECKSUM, start + CHECKSUM_AT);
        }
        return new UdpDatagram(sourcePort, destinationPort, datagram.slice(HEADER_LENGTH));
    }

    /** Bytes on the wire, header included. */
    public int length() {
        return HEADER_LENGTH + payload.length();
    }

    /** Writes the datagram with its checksum as it travels between the two addresses. */
    public void encode(Ip4 source, Ip4 destination, WireWriter out) {
        int start = out.length();
        out.u16(sourcePort).u16(destinationPort).u16(length()).u16(0).bytes(payload);
        long pseudo = InternetChecksum.pseudoHeader(source, destination, Ip4Header.UDP, length());
        int checksum = InternetChecksum.finish(out.sumFrom(start, pseudo));
        out.patch16(start + CHECKSUM_AT, checksum == 0 ? 0xffff : checksum);
    }

    /** The datagram in a packet of its own, ready to be the payload of a frame. */
    public Bytes toPacket(Ip4 source, Ip4 destination) {
        WireWriter out = new WireWriter(Ip4Header.LENGTH_MIN + length());
        Ip4Header.of(Ip4Header.UDP, source, destination, length()).encode(out);
        encode(source, destination, out);
        return out.toBytes();
    }
}

package sluice.dhcp;

import java.util.List;
import java.util.Optional;
import sluice.dhcp.DhcpOption.MessageType;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;

/**
 * A DHCP message (RFC 2131, 2).
 *
 * <pre>
 *  0                   1                   2                   3
 * +---------------+---------------+---------------+---------------+
 * |     op (1)    |   htype (1)   |   hlen (1)    |   hops (1)    |
 * +---------------+---------------+---------------+---------------+
 * |                            xid (4)                            |
 * +-------------------------------+-------------------------------+
 * |           secs (2)            |           flags (2)           |
 * +-------------------------------+-------------------------------+
 * |   ciaddr (4), yiaddr (4), siaddr (4), giaddr (4), chaddr (16) |
 * +---------------------------------------------------------------+
 * |          sname (64), file (128), magic cookie (4)             |
 * +---------------------------------------------------------------+
 * |                      options (variable)                       |
 * +---------------------------------------------------------------+
 * </pre>
 *
 * @param op {@link #REQUEST} or {@link #REPLY}
 * @param hops relays on the way, 0..255
 * @param xid the client's number for the exchange
 * @param secs since the client began, 0..65535
 * @param flags 16 bits, the highest is {@link #BROADCAST}
 * @param ciaddr the client's address, when it has one and can answer for it
 * @param yiaddr the address for the client
 * @param siaddr the next server of the boot process
 * @param giaddr the relay
 * @param chaddr the client's hardware address
 * @param sname server name without the zeros behind it, at most 64 bytes, empty when the field carried options
 * @param file boot file without the zeros behind it, at most 128 bytes, empty when the field carried options
 * @param options in the order of the wire, each code once, a message type among them
 */
record DhcpMessage(
        int op,
        int hops,
        int xid,
        int secs,
        int flags,
        Ip4 ciaddr,
        Ip4 yiaddr,
        Ip4 siaddr,
        Ip4 giaddr,
        MacAddress chaddr,
        Bytes sname,
        Bytes file,
        List<DhcpOption> options) {
    static final int REQUEST = 1;
    static final int REPLY = 2;
    static final int BROADCAST = 0x8000;
    static final int SNAME_LENGTH = 64;
    static final int FILE_LENGTH = 128;

    /** Bytes before the options, cookie included. */
    static final int HEADER_LENGTH = 240;

    /** No message is shorter on the wire (RFC 951; clients older than DHCP refuse less). */
    static final int LENGTH_MIN = 300;

    private static final int COOKIE = 0x63825363;
    private static final int ETHERNET = 1;
    private static final int CHADDR_PADDING = 10;

    DhcpMessage {
        options = List.copyOf(options);
        if (op != REQUEST && op != REPLY || hops >>> 8 != 0 || secs >>> 16 != 0 || flags >>> 16 != 0) {
            throw new IllegalArgumentException("Field out of range in the header of a DHCP message");
        }
        if (sname.length() > SNAME_LENGTH || file.length() > FILE_LENGTH) {
            throw new IllegalArgumentException("Server name or boot file too long");
        }
    }

    /**
     * The message in the payload of a datagram.
     *
     * @throws MalformedPacket when it ends too early, is not for Ethernet, has no cookie, no message type or a bad
     *     option
     */
    static DhcpMessage decode(Bytes payload) throws MalformedPacket {
        WireReader in = new WireReader(payload);
        int op = in.u8();
        if (op != REQUEST && op != REPLY) {
            throw in.malformed(DhcpFault.BAD_OPERATION);
        }
        if (in.u8() != ETHERNET || in.u8() != MacAddress.LENGTH) {
            throw in.malformed(DhcpFault.BAD_HARDWARE);
        }
        int hops = in.u8();
        int xid = in.i32();
        int secs = in.u16();
        int flags = in.u16();
        Ip4 ciaddr = in.ip4();
        Ip4 yiaddr = in.ip4();
        Ip4 siaddr = in.ip4();
        Ip4 giaddr = in.ip4();
        MacAddress chaddr = in.mac();
        in.skip(CHADDR_PADDING);
        Bytes sname = in.bytes(SNAME_LENGTH);
        Bytes file = in.bytes(FILE_LENGTH);
        if (in.i32() != COOKIE) {
            throw in.malformed(DhcpFault.NO_COOKIE);
        }
        OptionReader options = OptionReader.read(in.rest(), sname, file);
        DhcpMessage message = new DhcpMessage(
                op,
                hops,
                xid,
                secs,
                flags,
                ciaddr,
                yiaddr,
                siaddr,
                giaddr,
                chaddr,
                options.snameIsOptions() ? Bytes.EMPTY : trimmed(sname),
                options.fileIsOptions() ? Bytes.EMPTY : trimmed(file),
                options.decoded());
        if (message.option(MessageType.class).isEmpty()) {
            throw in.malformed(DhcpFault.NO_MESSAGE_TYPE);
        }
        return message;
    }

    /** The option of that kind. */
    <T extends DhcpOption> Optional<T> option(Class<T> type) {
        for (DhcpOption option : options) {
            if (type.isInstance(option)) {
                return Optional.of(type.cast(option));
            }
        }
        return Optional.empty();
    }

    /** What the message is, see the constants of {@link MessageType}; 0 when it does not say. */
    int type() {
        return option(MessageType.class).map(MessageType::type).orElse(0);
    }

    /** True when the client cannot take a unicast before it has an address. */
    boolean wantsBroadcast() {
        return (flags & BROADCAST) != 0;
    }

    /**
     * The message on the wire.
     *
     * @param payload padded to {@link #LENGTH_MIN}
     * @param leftOut codes of the options for which there was no room
     */
    record Encoded(Bytes payload, List<Integer> leftOut) {
        Encoded {
            leftOut = List.copyOf(leftOut);
        }
    }

    /**
     * Encodes into at most {@code sizeMax} bytes. What does not fit behind the header goes into file and sname (RFC
     * 2132, 9.3) when these are empty; what does not fit there either is left out, the last options first.
     */
    Encoded encode(int sizeMax) {
        OptionWriter packed = OptionWriter.pack(options, sizeMax - HEADER_LENGTH, file.isEmpty(), sname.isEmpty());
        WireWriter out = new WireWriter(
                Math.max(LENGTH_MIN, HEADER_LENGTH + packed.main().length()));
        out.u8(op)
                .u8(ETHERNET)
                .u8(MacAddress.LENGTH)
                .u8(hops)
                .i32(xid)
                .u16(secs)
                .u16(flags);
        out.ip4(ciaddr).ip4(yiaddr).ip4(siaddr).ip4(giaddr).mac(chaddr).zeros(CHADDR_PADDING);
        field(out, packed.sname().isEmpty() ? sname : packed.sname(), SNAME_LENGTH);
        field(out, packed.file().isEmpty() ? file : packed.file(), FILE_LENGTH);
        out.i32(COOKIE).bytes(packed.main());
        out.zeros(Math.max(0, LENGTH_MIN - out.length()));
        return new Encoded(out.toBytes(), packed.leftOut());
    }

    private static void field(WireWriter out, Bytes value, int length) {
        out.bytes(value).zeros(length - value.length());
    }

    private static Bytes trimmed(Bytes field) {
        int length = field.length();
        while (length > 0 && field.at(length - 1) == 0) {
            length--;
        }
        return field.slice(0, length);
    }
}

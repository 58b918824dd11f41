package sluice.dhcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;

/**
 * What an access node or relay says of the line (option 82, RFC 3046), echoed byte for byte in every reply.
 *
 * <pre>
 * +--------+--------+----------------+--------+--------+---
 * |  code  | length | value          |  code  | length | ...
 * +--------+--------+----------------+--------+--------+---
 * </pre>
 *
 * @param parts sub-options in the order of the wire, unknown ones too
 */
record RelayAgent(List<Part> parts) implements DhcpOption {
    static final int CIRCUIT_ID = 1;
    static final int REMOTE_ID = 2;
    static final int LINK_SELECTION = 5;
    static final int SUBSCRIBER_ID = 6;
    static final int VENDOR = 9;

    RelayAgent {
        parts = List.copyOf(parts);
    }

    /**
     * One sub-option.
     *
     * @param code 0..255
     * @param value at most 255 bytes
     */
    record Part(int code, Bytes value) {
        Part {
            if (code >>> 8 != 0 || value.length() > 255) {
                throw new IllegalArgumentException("Sub-option " + code + " of " + value.length() + " bytes");
            }
        }
    }

    static RelayAgent decode(Bytes value) throws MalformedPacket {
        WireReader in = new WireReader(value);
        List<Part> parts = new ArrayList<>(4);
        while (in.hasRemaining()) {
            int code = in.u8();
            if (!in.hasRemaining()) {
                throw in.malformed(DhcpFault.BAD_OPTION);
            }
            int length = in.u8();
            if (length > in.remaining()) {
                throw in.malformed(DhcpFault.BAD_OPTION);
            }
            if (code == LINK_SELECTION && length != Ip4.LENGTH) {
                throw in.malformed(DhcpFault.BAD_OPTION);
            }
            parts.add(new Part(code, in.bytes(length)));
        }
        return new RelayAgent(parts);
    }

    /** Agent circuit id (RFC 3046, 3.1), empty when there is none. */
    Bytes circuitId() {
        return part(CIRCUIT_ID);
    }

    /** Agent remote id (RFC 3046, 3.2), empty when there is none. */
    Bytes remoteId() {
        return part(REMOTE_ID);
    }

    /** Subscriber id (RFC 3993), empty when there is none. */
    Bytes subscriberId() {
        return part(SUBSCRIBER_ID);
    }

    /** Vendor information (RFC 4243), empty when there is none. */
    Bytes vendor() {
        return part(VENDOR);
    }

    /** An address of the network in which the client is, when the relay's own address is in another (RFC 3527). */
    Optional<Ip4> linkSelection() {
        Bytes link = part(LINK_SELECTION);
        return link.isEmpty()
                ? Optional.empty()
                : Optional.of(new Ip4(link.at(0) << 24 | link.at(1) << 16 | link.at(2) << 8 | link.at(3)));
    }

    @Override
    public int code() {
        return RELAY_AGENT;
    }

    @Override
    public void encodeValue(WireWriter out) {
        for (Part part : parts) {
            out.u8(part.code).u8(part.value.length()).bytes(part.value);
        }
    }

    private Bytes part(int code) {
        for (Part part : parts) {
            if (part.code == code) {
                return part.value;
            }
        }
        return Bytes.EMPTY;
    }
}

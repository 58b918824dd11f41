package sluice.net;

import java.util.List;

/**
 * An Ethernet frame with at most two VLAN tags (IEEE 802.3, 802.1Q), without preamble and check sequence.
 *
 * <pre>
 * +----------------+----------------+- - - - - - -+- - - - - - -+-----------+---------
 * | destination 6  |    source 6    | outer tag 4 | inner tag 4 |  type 2   | payload
 * +----------------+----------------+- - - - - - -+- - - - - - -+-----------+---------
 * </pre>
 *
 * @param destination station or group it goes to
 * @param source station it comes from
 * @param tags outermost first, at most two
 * @param etherType 16 bits; below 0x600 it is the length of an 802.3 frame, which nothing here speaks
 * @param payload everything behind the type, padding included
 */
public record EthernetFrame(
        MacAddress destination, MacAddress source, List<VlanTag> tags, int etherType, Bytes payload) {
    /** EtherType of IPv4. */
    public static final int IP4 = 0x0800;

    /** EtherType of ARP. */
    public static final int ARP = 0x0806;

    /** EtherType of IPv6. */
    public static final int IP6 = 0x86dd;

    /** Most tags a frame may have. */
    public static final int TAGS_MAX = 2;

    /** Bytes before the payload of an untagged frame. */
    public static final int HEADER_LENGTH = 14;

    public EthernetFrame {
        tags = List.copyOf(tags);
        if (tags.size() > TAGS_MAX) {
            throw new IllegalArgumentException(tags.size() + " VLAN tags, expected at most " + TAGS_MAX);
        }
        if (etherType >>> 16 != 0 || VlanTag.isTpid(etherType)) {
            throw new IllegalArgumentException("EtherType 0x" + Integer.toHexString(etherType));
        }
    }

    /**
     * The frame in the bytes.
     *
     * @throws MalformedPacket {@link WireFault#TRUNCATED} or {@link WireFault#TOO_MANY_TAGS}
     */
    public static EthernetFrame decode(Bytes frame) throws MalformedPacket {
        WireReader in = new WireReader(frame);
        MacAddress destination = in.mac();
        MacAddress source = in.mac();
        int type = in.u16();
        if (!VlanTag.isTpid(type)) {
            return new EthernetFrame(destination, source, List.of(), type, in.rest());
        }
        VlanTag outer = new VlanTag(type, in.u16());
        type = in.u16();
        if (!VlanTag.isTpid(type)) {
            return new EthernetFrame(destination, source, List.of(outer), type, in.rest());
        }
        VlanTag inner = new VlanTag(type, in.u16());
        type = in.u16();
        if (VlanTag.isTpid(type)) {
            throw in.malformed(WireFault.TOO_MANY_TAGS);
        }
        return new EthernetFrame(destination, source, List.of(outer, inner), type, in.rest());
    }

    /** Where the payload begins in the encoded frame, bytes. */
    public int payloadOffset() {
        return HEADER_LENGTH + VlanTag.LENGTH * tags.size();
    }

    /** The frame as it stands on the wire; not padded to the Ethernet minimum, which is the device's task. */
    public Bytes encode() {
        WireWriter out = new WireWriter(payloadOffset() + payload.length());
        encodeHeader(out);
        return out.bytes(payload).toBytes();
    }

    /** Writes everything before the payload. */
    public void encodeHeader(WireWriter out) {
        out.mac(destination).mac(source);
        for (VlanTag tag : tags) {
            out.u16(tag.tpid()).u16(tag.tci());
        }
        out.u16(etherType);
    }
}

package sluice.dataplane.xdp;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Treatment;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.MacAddress;
import sluice.net.VlanTag;

/**
 * A subscriber's line of the tests: how its frames look.
 *
 * @param tags outermost first
 * @param pppoe session id, 0 for IPoE
 */
record Line(List<VlanTag> tags, int pppoe) {

    static final long SESSION = 42;
    static final int MAGIC = 0x5eed_f00d;

    private static final int PPPOE_SESSION = 0x8864;
    private static final int PPPOE_DISCOVERY = 0x8863;
    private static final int PPP_BYTES = 2;

    /** Every access shape, with IPoE and with PPPoE. */
    static List<Line> all() {
        List<Line> lines = new ArrayList<>();
        for (int pppoe : List.of(0, 0x1234)) {
            for (List<VlanTag> tags : List.of(
                    Packets.UNTAGGED, Packets.SINGLE, Packets.DOUBLE, Packets.OLD_DOUBLE, twice(), tagged9100())) {
                lines.add(new Line(tags, pppoe));
            }
        }
        return lines;
    }

    private static List<VlanTag> twice() {
        return List.of(new VlanTag(VlanTag.S_TAG, 7), new VlanTag(VlanTag.C_TAG, 7));
    }

    private static List<VlanTag> tagged9100() {
        return List.of(new VlanTag(VlanTag.OLD_S_TAG, 4094), new VlanTag(VlanTag.C_TAG, 1));
    }

    static final Line IPOE = new Line(Packets.DOUBLE, 0);
    static final Line PPPOE = new Line(Packets.DOUBLE, 0x1234);

    SubscriberEntry entry(Policer upload, Policer download, Treatment treatment) {
        return new SubscriberEntry(
                SESSION,
                0,
                tags,
                Packets.SUBSCRIBER_MAC,
                pppoe,
                pppoe == 0 ? 0 : MAGIC,
                Packets.SUBSCRIBER,
                List.of(),
                upload,
                download,
                treatment);
    }

    SubscriberEntry entry(Treatment treatment) {
        return entry(Policer.UNLIMITED, Policer.UNLIMITED, treatment);
    }

    SubscriberEntry entry() {
        return entry(Treatment.PLAIN);
    }

    /** The same line with other priority bits in each tag. */
    Line withPriority(int priority) {
        return new Line(
                tags.stream()
                        .map(tag -> new VlanTag(tag.tpid(), tag.vid() | priority << 13))
                        .toList(),
                pppoe);
    }

    /** Bytes of tags and PPPoE. */
    int overhead() {
        return tags.size() * VlanTag.LENGTH + (pppoe == 0 ? 0 : 8);
    }

    /** The largest IP packet that a port carries to this line. */
    int mtu(int portMtu) {
        return portMtu - (tags.size() > 1 ? VlanTag.LENGTH : 0) - (pppoe == 0 ? 0 : 8);
    }

    /** A frame of the subscriber. */
    Bytes up(Bytes packet) {
        return frame(Packets.GATEWAY_MAC, Packets.SUBSCRIBER_MAC, packet);
    }

    /** A frame to the subscriber. */
    Bytes down(Bytes packet) {
        return frame(Packets.SUBSCRIBER_MAC, Packets.GATEWAY_MAC, packet);
    }

    private Bytes frame(MacAddress to, MacAddress from, Bytes packet) {
        return pppoe == 0
                ? new EthernetFrame(to, from, tags, EthernetFrame.IP4, packet).encode()
                : new EthernetFrame(to, from, tags, PPPOE_SESSION, session(pppoe, 0x0021, packet)).encode();
    }

    /** A frame of the subscriber's session with any PPP protocol. */
    Bytes ppp(int protocol, Bytes payload) {
        return new EthernetFrame(
                        Packets.GATEWAY_MAC,
                        Packets.SUBSCRIBER_MAC,
                        tags,
                        PPPOE_SESSION,
                        session(pppoe, protocol, payload))
                .encode();
    }

    /** What the gateway answers with PPP. */
    Bytes pppAnswer(int protocol, Bytes payload) {
        return new EthernetFrame(
                        Packets.SUBSCRIBER_MAC,
                        Packets.GATEWAY_MAC,
                        tags,
                        PPPOE_SESSION,
                        session(pppoe, protocol, payload))
                .encode();
    }

    /** A frame of PPPoE discovery (RFC 2516, 5). */
    Bytes discovery(MacAddress to) {
        return new EthernetFrame(
                        to, Packets.SUBSCRIBER_MAC, tags, PPPOE_DISCOVERY, Bytes.fromHex("11090000000401010000"))
                .encode();
    }

    /** RFC 2516, 4: version and type, code, session, length; then RFC 1661, 2. */
    private static Bytes session(int id, int protocol, Bytes payload) {
        return Bytes.of(0x11, 0)
                .plus(u16(id))
                .plus(u16(payload.length() + PPP_BYTES))
                .plus(u16(protocol))
                .plus(payload);
    }

    static Bytes u16(int value) {
        return Bytes.of(value >> 8 & 0xff, value & 0xff);
    }

    /** A frame of the core for the subscriber. */
    static Bytes fromCore(Bytes packet) {
        return Packets.ip(Packets.CORE_MAC, Packets.NEXT_HOP_MAC, Packets.UNTAGGED, packet);
    }

    /** A frame to the router in the core. */
    static Bytes toCore(Bytes packet) {
        return Packets.ip(Packets.NEXT_HOP_MAC, Packets.CORE_MAC, Packets.UNTAGGED, packet);
    }

    static Treatment marking(OptionalInt up, OptionalInt down, boolean priority) {
        return new Treatment(Treatment.Identity.STRICT, Treatment.Access.OPEN, 0, up, down, priority, 0);
    }

    /** Sends nothing larger than this to the subscriber. */
    static Treatment mtuOf(int mtu) {
        return new Treatment(
                Treatment.Identity.STRICT,
                Treatment.Access.OPEN,
                0,
                OptionalInt.empty(),
                OptionalInt.empty(),
                false,
                0,
                mtu);
    }

    /** Clamps TCP segments. */
    static Treatment segments(int most) {
        return new Treatment(
                Treatment.Identity.STRICT,
                Treatment.Access.OPEN,
                0,
                OptionalInt.empty(),
                OptionalInt.empty(),
                false,
                most);
    }

    /** Between two ends, with any IPv4 header. */
    static Bytes upPacket(Ip4Fields fields, Bytes payload) {
        return fields.packet(Packets.SUBSCRIBER, Packets.SERVER, payload);
    }

    static Bytes downPacket(Ip4Fields fields, Bytes payload) {
        return fields.packet(Packets.SERVER, Packets.SUBSCRIBER, payload);
    }
}

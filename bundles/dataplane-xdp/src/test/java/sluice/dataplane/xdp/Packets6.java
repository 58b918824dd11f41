package sluice.dataplane.xdp;

import java.util.Arrays;
import java.util.List;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Treatment;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.InternetChecksum;
import sluice.net.Ip6;
import sluice.net.Ip6Prefix;
import sluice.net.MacAddress;
import sluice.net.VlanTag;
import sluice.net.WireWriter;

/** IPv6 packets of the tests (RFC 8200), and who exchanges them. */
final class Packets6 {

    static final Ip6 HOST = Ip6.parse("2001:db8:1::10");
    static final Ip6 ON_LINK = Ip6.parse("2001:db8:2:1:ff:fe00:101:1");
    static final Ip6 DELEGATED = Ip6.parse("2001:db8:56:12ff::9");
    static final Ip6 SERVER = Ip6.parse("2001:db8:ffff::7");
    static final Ip6 CORE = Ip6.parse("2001:db8:99::1");
    static final Ip6 SUBSCRIBER_LINK_LOCAL = Ip6.parse("fe80::ff:fe00:101");
    static final Ip6 GATEWAY_LINK_LOCAL = Ip6.parse("fe80::ff:fe00:fe");
    static final Ip6 ALL_ROUTERS = Ip6.parse("ff02::2");
    static final Ip6 ALL_DHCP_SERVERS = Ip6.parse("ff02::1:2");

    /** One subscriber's host, link and delegation. */
    static final List<Ip6Prefix> PREFIXES = List.of(
            Ip6Prefix.parse("2001:db8:1::10/128"),
            Ip6Prefix.parse("2001:db8:2:1::/64"),
            Ip6Prefix.parse("2001:db8:56:1200::/56"));

    static final int HEADER = 40;
    static final int UDP = 17;
    static final int TCP = 6;
    static final int ICMP = 58;
    static final int HOP_BY_HOP = 0;
    static final int ROUTING = 43;
    static final int FRAGMENT = 44;
    static final int OPTIONS = 60;

    private static final int PPP_IP6 = 0x0057;

    private static final int CHECKSUM_AT_UDP = 6;
    private static final int CHECKSUM_AT_ICMP = 2;
    private static final int CHECKSUM_AT_TCP = 16;

    private Packets6() {}

    static Bytes packet(Ip6 source, Ip6 destination, int next, int hops, Bytes payload) {
        return new WireWriter()
                .u32(6L << 28)
                .u16(payload.length())
                .u8(next)
                .u8(hops)
                .ip6(source)
                .ip6(destination)
                .bytes(payload)
                .toBytes();
    }

    /** UDP with a payload of so many bytes. */
    static Bytes udp(Ip6 source, Ip6 destination, int port, int payload) {
        return packet(source, destination, UDP, 64, datagram(source, destination, port, payload));
    }

    static Bytes datagram(Ip6 source, Ip6 destination, int port, int payload) {
        byte[] data = new byte[payload];
        Arrays.fill(data, (byte) 'x');
        Bytes datagram = new WireWriter()
                .u16(40000)
                .u16(port)
                .u16(8 + payload)
                .u16(0)
                .bytes(Bytes.adopt(data))
                .toBytes();
        return summed(source, destination, UDP, CHECKSUM_AT_UDP, datagram);
    }

    /** An ICMPv6 message in a packet (RFC 4443). */
    static Bytes icmp(Ip6 source, Ip6 destination, int hops, int type, int code, Bytes body) {
        return packet(source, destination, ICMP, hops, message(source, destination, type, code, body));
    }

    static Bytes message(Ip6 source, Ip6 destination, int type, int code, Bytes body) {
        Bytes message = Bytes.of(type, code, 0, 0).plus(body);
        return summed(source, destination, ICMP, CHECKSUM_AT_ICMP, message);
    }

    /** The first segment of a TCP connection with a maximum segment size (RFC 9293, 3.1, 3.7.1). */
    static Bytes syn(Ip6 source, Ip6 destination, int segment) {
        Bytes tcp = new WireWriter()
                .u16(40000)
                .u16(443)
                .u32(1)
                .u32(0)
                .u16(0x6002)
                .u16(0xffff)
                .u32(0)
                .u8(2)
                .u8(4)
                .u16(segment)
                .toBytes();
        return packet(source, destination, TCP, 64, summed(source, destination, TCP, CHECKSUM_AT_TCP, tcp));
    }

    /** The message with the checksum over it and the pseudo header (RFC 8200, 8.1). */
    private static Bytes summed(Ip6 source, Ip6 destination, int next, int at, Bytes message) {
        WireWriter all = new WireWriter()
                .ip6(source)
                .ip6(destination)
                .u32(message.length())
                .u32(next)
                .bytes(message);
        WireWriter out = new WireWriter().bytes(message);
        out.patch16(at, InternetChecksum.of(all.toBytes()));
        return out.toBytes();
    }

    /** The packet with an extension header of so many bytes (RFC 8200, 4) behind its fixed header. */
    static Bytes extended(Bytes packet, int kind, int bytes) {
        WireWriter out = new WireWriter();
        out.bytes(packet.slice(0, HEADER)).u8(packet.at(6)).u8(bytes / 8 - 1).zeros(bytes - 2);
        out.bytes(packet.slice(HEADER));
        out.patch16(4, packet.length() - HEADER + bytes);
        out.patch8(6, kind);
        return out.toBytes();
    }

    /** The packet as a fragment (RFC 8200, 4.5). */
    static Bytes fragment(Bytes packet, int offset, boolean more) {
        WireWriter out = new WireWriter();
        out.bytes(extended(packet, FRAGMENT, 8));
        out.patch8(HEADER + 1, 0);
        out.patch16(HEADER + 2, offset << 3 | (more ? 1 : 0));
        return out.toBytes();
    }

    static Bytes frame(MacAddress destination, MacAddress source, List<VlanTag> tags, Bytes packet) {
        return new EthernetFrame(destination, source, tags, EthernetFrame.IP6, packet).encode();
    }

    /** One with these prefixes and the IPv4 address of the tests. */
    static SubscriberEntry entry(Line line, Policer upload, Policer download, Treatment treatment) {
        return new SubscriberEntry(
                Line.SESSION,
                0,
                line.tags(),
                Packets.SUBSCRIBER_MAC,
                line.pppoe(),
                line.pppoe() == 0 ? 0 : Line.MAGIC,
                Packets.SUBSCRIBER,
                PREFIXES,
                upload,
                download,
                treatment);
    }

    static SubscriberEntry entry(Line line) {
        return entry(line, Policer.UNLIMITED, Policer.UNLIMITED, Treatment.PLAIN);
    }

    /** From the subscriber to the gateway's station. */
    static Bytes up(Line line, Bytes packet) {
        return line.pppoe() == 0
                ? frame(Packets.GATEWAY_MAC, Packets.SUBSCRIBER_MAC, line.tags(), packet)
                : line.ppp(PPP_IP6, packet);
    }

    /** From the gateway to the subscriber. */
    static Bytes toLine(Line line, Bytes packet) {
        return line.pppoe() == 0
                ? frame(Packets.SUBSCRIBER_MAC, Packets.GATEWAY_MAC, line.tags(), packet)
                : line.pppAnswer(PPP_IP6, packet);
    }

    /** From the subscriber to a group of the link (RFC 2464, 7); PPP knows no groups. */
    static Bytes group(Line line, Bytes packet) {
        if (line.pppoe() != 0) {
            return up(line, packet);
        }
        Ip6 destination = new Ip6(0, 0);
        for (int i = 24; i < HEADER; i++) {
            destination = new Ip6(
                    destination.high() << 8 | destination.low() >>> 56, destination.low() << 8 | packet.at(i) & 0xff);
        }
        MacAddress mac = new MacAddress(0x3333_0000_0000L | destination.low() & 0xffff_ffffL);
        return frame(mac, Packets.SUBSCRIBER_MAC, line.tags(), packet);
    }

    /** From the core. */
    static Bytes down(Bytes packet) {
        return frame(Packets.CORE_MAC, Packets.NEXT_HOP_MAC, Packets.UNTAGGED, packet);
    }

    /** The packet one hop further on. */
    static Bytes hop(Bytes packet) {
        return Packets.with(packet, 7, (packet.at(7) & 0xff) - 1);
    }
}

package sluice.dataplane.xdp;

import java.util.Arrays;
import java.util.List;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.net.UdpDatagram;
import sluice.net.VlanId;
import sluice.net.VlanTag;

/** Frames of the tests, and the stations that exchange them. */
final class Packets {

    static final MacAddress GATEWAY_MAC = MacAddress.parse("02:00:00:00:00:fe");
    static final MacAddress CORE_MAC = MacAddress.parse("02:00:00:00:00:fd");
    static final MacAddress NEXT_HOP_MAC = MacAddress.parse("02:00:00:00:00:fc");
    static final MacAddress SUBSCRIBER_MAC = MacAddress.parse("02:00:00:00:01:01");

    static final Ip4 GATEWAY = Ip4.parse("10.64.0.1");
    static final Ip4 SUBSCRIBER = Ip4.parse("10.64.0.10");
    static final Ip4 SERVER = Ip4.parse("198.51.100.7");

    static final List<VlanTag> UNTAGGED = List.of();
    static final List<VlanTag> SINGLE = List.of(VlanTag.customer(new VlanId(7)));
    static final List<VlanTag> DOUBLE = List.of(VlanTag.service(new VlanId(100)), VlanTag.customer(new VlanId(7)));
    static final List<VlanTag> OLD_DOUBLE = List.of(VlanTag.customer(new VlanId(100)), VlanTag.customer(new VlanId(7)));

    private Packets() {}

    /** UDP over IPv4 with a payload of so many bytes. */
    static Bytes udp(Ip4 source, Ip4 destination, int port, int payload) {
        byte[] data = new byte[payload];
        Arrays.fill(data, (byte) 'x');
        return new UdpDatagram(40000, port, Bytes.adopt(data)).toPacket(source, destination);
    }

    static Bytes ip(MacAddress destination, MacAddress source, List<VlanTag> tags, Bytes packet) {
        return new EthernetFrame(destination, source, tags, EthernetFrame.IP4, packet).encode();
    }

    /** From the subscriber towards the core. */
    static Bytes up(List<VlanTag> tags, int payload) {
        return ip(GATEWAY_MAC, SUBSCRIBER_MAC, tags, udp(SUBSCRIBER, SERVER, 9000, payload));
    }

    /** From the core towards the subscriber. */
    static Bytes down(int payload) {
        return ip(CORE_MAC, NEXT_HOP_MAC, UNTAGGED, udp(SERVER, SUBSCRIBER, 9000, payload));
    }

    /** What a DHCP client without an address sends. */
    static Bytes dhcp(List<VlanTag> tags, int payload) {
        return ip(MacAddress.BROADCAST, SUBSCRIBER_MAC, tags, udp(Ip4.ANY, Ip4.BROADCAST, 67, payload));
    }

    /** RFC 826, from the subscriber. */
    static Bytes arp(MacAddress to, List<VlanTag> tags, int operation, Ip4 sender, Ip4 target) {
        Bytes message = Bytes.fromHex("000108000604")
                .plus(Bytes.of(0, operation))
                .plus(SUBSCRIBER_MAC.toBytes())
                .plus(sender.toBytes())
                .plus(MacAddress.ZERO.toBytes())
                .plus(target.toBytes());
        return new EthernetFrame(to, SUBSCRIBER_MAC, tags, EthernetFrame.ARP, message).encode();
    }

    /** The frame with one byte changed. */
    static Bytes with(Bytes frame, int offset, int value) {
        byte[] bytes = frame.toArray();
        bytes[offset] = (byte) value;
        return Bytes.adopt(bytes);
    }

    /** The packet of a router one hop further on: a lower TTL and the checksum that goes with it. */
    static Bytes hop(Bytes packet) {
        byte[] bytes = packet.toArray();
        bytes[8]--;
        bytes[10] = 0;
        bytes[11] = 0;
        int header = (bytes[0] & 0xf) * 4;
        int checksum = sluice.net.InternetChecksum.of(Bytes.copyOf(bytes, 0, header));
        bytes[10] = (byte) (checksum >> 8);
        bytes[11] = (byte) checksum;
        return Bytes.adopt(bytes);
    }
}

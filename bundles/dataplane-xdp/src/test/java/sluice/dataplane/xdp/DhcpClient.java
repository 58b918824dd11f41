package sluice.dataplane.xdp;

import java.util.ArrayList;
import java.util.List;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.net.UdpDatagram;
import sluice.net.VlanTag;
import sluice.net.WireWriter;

/** A DHCP message of a client, byte by byte; fields are public for a test to spoil. */
final class DhcpClient {

    static final int DISCOVER = 1;
    static final int REQUEST = 3;

    MacAddress mac = Packets.SUBSCRIBER_MAC;
    MacAddress sender = Packets.SUBSCRIBER_MAC;
    List<VlanTag> tags = Packets.DOUBLE;
    int operation = 1;
    int hops;
    int xid = 0x12345678;
    int secs;
    int flags;
    Ip4 ciaddr = Ip4.ANY;
    Ip4 giaddr = Ip4.ANY;
    int cookie = 0x63825363;
    boolean unicast;
    int size;
    final List<Bytes> options = new ArrayList<>();

    DhcpClient(int type) {
        option(53, Bytes.of(type));
    }

    DhcpClient option(int code, Bytes value) {
        options.add(Bytes.of(code, value.length()).plus(value));
        return this;
    }

    DhcpClient raw(Bytes bytes) {
        options.add(bytes);
        return this;
    }

    /** The message as a frame, padded behind its end to the wanted size. */
    Bytes frame() {
        WireWriter out = new WireWriter(600);
        out.u8(operation).u8(1).u8(6).u8(hops).i32(xid).u16(secs).u16(flags);
        out.ip4(ciaddr).ip4(Ip4.ANY).ip4(Ip4.ANY).ip4(giaddr).mac(mac).zeros(10);
        out.zeros(64).zeros(128).i32(cookie);
        options.forEach(out::bytes);
        out.u8(255);
        out.zeros(Math.max(0, size - out.length()));
        Ip4 source = ciaddr;
        Ip4 destination = unicast ? Packets.GATEWAY : Ip4.BROADCAST;
        Bytes packet = new UdpDatagram(68, 67, out.toBytes()).toPacket(source, destination);
        MacAddress station = unicast ? Packets.GATEWAY_MAC : MacAddress.BROADCAST;
        return new EthernetFrame(station, sender, tags, EthernetFrame.IP4, packet).encode();
    }
}

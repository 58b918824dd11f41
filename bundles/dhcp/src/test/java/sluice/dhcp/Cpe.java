package sluice.dhcp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import sluice.dataplane.api.Frame;
import sluice.dhcp.DhcpOption.MessageType;
import sluice.dhcp.DhcpOption.RequestedAddress;
import sluice.dhcp.DhcpOption.ServerIdentifier;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.Ip4;
import sluice.net.Ip4Header;
import sluice.net.MacAddress;
import sluice.net.MalformedPacket;
import sluice.net.UdpDatagram;
import sluice.net.VlanId;
import sluice.net.VlanTag;
import sluice.net.WireReader;

/** A client on a line: makes the frames of its messages and reads what comes back. */
final class Cpe {
    static final Ip4 GATEWAY = Ip4.parse("10.64.0.1");

    final MacAddress mac;
    final List<VlanTag> tags;
    private final List<DhcpOption> always;
    private int xid = 1;

    Cpe(String mac, int cvlan, DhcpOption... always) {
        this.mac = MacAddress.parse(mac);
        this.tags = List.of(VlanTag.service(new VlanId(100)), VlanTag.customer(new VlanId(cvlan)));
        this.always = List.of(always);
    }

    Frame discover(DhcpOption... options) {
        return broadcast(message(MessageType.DISCOVER, Ip4.ANY, options));
    }

    Frame select(Ip4 server, Ip4 address) {
        return broadcast(
                message(MessageType.REQUEST, Ip4.ANY, new ServerIdentifier(server), new RequestedAddress(address)));
    }

    Frame reboot(Ip4 address) {
        return broadcast(message(MessageType.REQUEST, Ip4.ANY, new RequestedAddress(address)));
    }

    Frame renew(Ip4 address) {
        return unicast(message(MessageType.REQUEST, address));
    }

    Frame rebind(Ip4 address) {
        return broadcast(message(MessageType.REQUEST, address));
    }

    Frame release(Ip4 address) {
        return unicast(message(MessageType.RELEASE, address, new ServerIdentifier(GATEWAY)));
    }

    Frame decline(Ip4 address) {
        return broadcast(
                message(MessageType.DECLINE, Ip4.ANY, new ServerIdentifier(GATEWAY), new RequestedAddress(address)));
    }

    Frame inform(Ip4 address) {
        return unicast(message(MessageType.INFORM, address));
    }

    DhcpMessage message(int type, Ip4 ciaddr, DhcpOption... options) {
        return message(type, ciaddr, Ip4.ANY, 0, options);
    }

    DhcpMessage message(int type, Ip4 ciaddr, Ip4 giaddr, int flags, DhcpOption... options) {
        List<DhcpOption> all = new ArrayList<>();
        all.add(new MessageType(type));
        all.addAll(Arrays.asList(options));
        all.addAll(always);
        return new DhcpMessage(
                DhcpMessage.REQUEST,
                giaddr.isAny() ? 0 : 1,
                xid++,
                0,
                flags,
                ciaddr,
                Ip4.ANY,
                Ip4.ANY,
                giaddr,
                mac,
                Bytes.EMPTY,
                Bytes.EMPTY,
                all);
    }

    Frame broadcast(DhcpMessage message) {
        return frame(mac, message.ciaddr(), Ip4.BROADCAST, message.encode(1472).payload());
    }

    Frame unicast(DhcpMessage message) {
        return frame(mac, message.ciaddr(), GATEWAY, message.encode(1472).payload());
    }

    Frame frame(MacAddress source, Ip4 from, Ip4 to, Bytes payload) {
        Bytes packet = new UdpDatagram(DhcpRequest.CLIENT_PORT, DhcpRequest.SERVER_PORT, payload).toPacket(from, to);
        EthernetFrame frame = new EthernetFrame(MacAddress.BROADCAST, source, tags, EthernetFrame.IP4, packet);
        return new Frame(0, frame.encode());
    }

    /** What came back, as it stands on the wire. */
    record Answer(EthernetFrame ethernet, Ip4 from, Ip4 to, int port, int length, DhcpMessage message) {
        static Answer of(Frame frame) throws MalformedPacket {
            EthernetFrame ethernet = EthernetFrame.decode(frame.bytes());
            WireReader in = new WireReader(ethernet.payload());
            Ip4Header ip = Ip4Header.decode(in);
            UdpDatagram udp = UdpDatagram.decode(ip, in);
            return new Answer(
                    ethernet,
                    ip.source(),
                    ip.destination(),
                    udp.destinationPort(),
                    udp.payload().length(),
                    DhcpMessage.decode(udp.payload()));
        }
    }
}

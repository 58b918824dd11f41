package sluice.dhcp;

import java.util.Optional;
import sluice.dataplane.api.Frame;
import sluice.dhcp.DhcpOption.MaximumSize;
import sluice.dhcp.DhcpOption.RequestedAddress;
import sluice.dhcp.DhcpOption.ServerIdentifier;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.Ip4;
import sluice.net.Ip4Header;
import sluice.net.LineId;
import sluice.net.MalformedPacket;
import sluice.net.UdpDatagram;
import sluice.net.WireReader;

/**
 * A message of a client as it came in a frame: what it says, and the way it came.
 *
 * @param port access port of the gateway
 * @param ethernet the frame; its payload is the IP packet
 * @param destination address to which the packet was sent, 255.255.255.255 unless the client knew the server
 * @param message a BOOTREQUEST
 */
record DhcpRequest(int port, EthernetFrame ethernet, Ip4 destination, DhcpMessage message) {
    static final int SERVER_PORT = 67;
    static final int CLIENT_PORT = 68;

    private static final int IP_UDP_LENGTH = Ip4Header.LENGTH_MIN + UdpDatagram.HEADER_LENGTH;
    private static final int SIZE_MIN = 576;
    private static final int SIZE_MAX = 1500;

    /** What a client that sends REQUEST wants (RFC 2131, 4.3.2). */
    enum Kind {
        /** One of the offers it got; it says whose. */
        SELECTING,
        /** To learn whether the address it had before it was switched off is still good. */
        INIT_REBOOT,
        /** More time, from the server that gave the lease. */
        RENEWING,
        /** More time, from any server. */
        REBINDING,
        /** Nothing that could be understood: the request names no address. */
        UNCLEAR
    }

    /**
     * The request in the frame.
     *
     * @throws MalformedPacket when any layer is not what it should be, see {@link DhcpFault}
     */
    static DhcpRequest decode(Frame frame) throws MalformedPacket {
        EthernetFrame ethernet = EthernetFrame.decode(frame.bytes());
        if (ethernet.etherType() != EthernetFrame.IP4) {
            throw new MalformedPacket(DhcpFault.NOT_DHCP, ethernet.payloadOffset());
        }
        WireReader in = new WireReader(ethernet.payload());
        Ip4Header ip = Ip4Header.decode(in);
        if (ip.isFragment()) {
            throw in.malformed(DhcpFault.FRAGMENT);
        }
        if (ip.protocol() != Ip4Header.UDP) {
            throw in.malformed(DhcpFault.NOT_DHCP);
        }
        UdpDatagram udp = UdpDatagram.decode(ip, in);
        if (udp.destinationPort() != SERVER_PORT) {
            throw in.malformed(DhcpFault.NOT_DHCP);
        }
        DhcpMessage message = DhcpMessage.decode(udp.payload());
        if (message.op() != DhcpMessage.REQUEST) {
            throw new MalformedPacket(DhcpFault.BAD_OPERATION, 0);
        }
        if (!message.chaddr().isStation() || !ethernet.source().isStation()) {
            throw new MalformedPacket(DhcpFault.BAD_STATION, 0);
        }
        return new DhcpRequest(frame.port(), ethernet, ip.destination(), message);
    }

    /** The line the frame came from; ids keep nothing of the frame alive. */
    LineId line() {
        Optional<RelayAgent> relay = relayAgent();
        Bytes circuit = relay.map(RelayAgent::circuitId).orElse(Bytes.EMPTY);
        Bytes remote = relay.map(RelayAgent::remoteId).orElse(Bytes.EMPTY);
        return LineId.of(port, ethernet.tags(), circuit.compact(), remote.compact());
    }

    /** What access node or relay say of the line. */
    Optional<RelayAgent> relayAgent() {
        return message.option(RelayAgent.class);
    }

    /** True when a relay with an address of its own forwarded the message (RFC 2131, 4.1). */
    boolean isRelayed() {
        return !message.giaddr().isAny();
    }

    /** An address of the network in which the client is, as its relay says (RFC 3527, RFC 2131, 4.3.1). */
    Optional<Ip4> link() {
        Optional<Ip4> selected = relayAgent().flatMap(RelayAgent::linkSelection);
        return selected.isPresent() || !isRelayed() ? selected : Optional.of(message.giaddr());
    }

    /** The server that the client means. */
    Optional<Ip4> server() {
        return message.option(ServerIdentifier.class).map(ServerIdentifier::address);
    }

    /** The address that the client asks for by option 50. */
    Optional<Ip4> requested() {
        return message.option(RequestedAddress.class).map(RequestedAddress::address);
    }

    /** Which of the four a REQUEST is. */
    Kind kind() {
        boolean hasAddress = !message.ciaddr().isAny();
        if (server().isPresent() && !hasAddress) {
            return requested().isPresent() ? Kind.SELECTING : Kind.UNCLEAR;
        }
        if (hasAddress) {
            return destination.isBroadcast() || isRelayed() ? Kind.REBINDING : Kind.RENEWING;
        }
        return requested().isPresent() ? Kind.INIT_REBOOT : Kind.UNCLEAR;
    }

    /** The address that a REQUEST, DECLINE or RELEASE is about, 0.0.0.0 when it names none. */
    Ip4 address() {
        return message.ciaddr().isAny() ? requested().orElse(Ip4.ANY) : message.ciaddr();
    }

    /** Longest message that may be the answer, bytes without IP and UDP headers (RFC 2132, 9.10). */
    int replyMax() {
        int size = message.option(MaximumSize.class).map(MaximumSize::bytes).orElse(SIZE_MIN);
        return Math.clamp(size, SIZE_MIN, SIZE_MAX) - IP_UDP_LENGTH;
    }
}

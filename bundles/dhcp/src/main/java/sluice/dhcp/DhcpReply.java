package sluice.dhcp;

import java.util.ArrayList;
import java.util.List;
import sluice.dataplane.api.Frame;
import sluice.dhcp.DhcpOption.ClientIdentifier;
import sluice.dhcp.DhcpOption.Message;
import sluice.dhcp.DhcpOption.MessageType;
import sluice.dhcp.DhcpOption.ParameterRequestList;
import sluice.dhcp.DhcpOption.ServerIdentifier;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.net.UdpDatagram;
import sluice.net.VlanTag;

/**
 * An answer to a request, and where it goes (RFC 2131, 4.1 and 4.3.1).
 *
 * @param request what is answered
 * @param server who answers: option 54 and the source address
 * @param message the answer
 */
record DhcpReply(DhcpRequest request, Ip4 server, DhcpMessage message) {
    private static final int VLAN_BITS = 0xfff;

    /** An offer of the address. */
    static DhcpReply offer(DhcpRequest request, Ip4 server, Ip4 address, Terms terms) {
        return grant(MessageType.OFFER, request, server, address, terms);
    }

    /** The confirmation that the address is the client's. */
    static DhcpReply ack(DhcpRequest request, Ip4 server, Ip4 address, Terms terms) {
        return grant(MessageType.ACK, request, server, address, terms);
    }

    /** Parameters without an address, for a client that has one (RFC 2131, 4.3.5). */
    static DhcpReply inform(DhcpRequest request, Ip4 server, Terms terms) {
        List<DhcpOption> options = begin(MessageType.ACK, server);
        terms.addParameters(options, request.message().option(ParameterRequestList.class));
        return finish(request, server, Ip4.ANY, request.message().flags(), options);
    }

    /** The refusal of an address, upon which the client begins again (RFC 2131, 4.3.2). */
    static DhcpReply nak(DhcpRequest request, Ip4 server, String reason) {
        List<DhcpOption> options = begin(MessageType.NAK, server);
        options.add(new Message(Bytes.utf8(reason)));
        int flags = request.message().flags();
        return finish(request, server, Ip4.ANY, request.isRelayed() ? flags | DhcpMessage.BROADCAST : flags, options);
    }

    private static DhcpReply grant(int type, DhcpRequest request, Ip4 server, Ip4 address, Terms terms) {
        List<DhcpOption> options = begin(type, server);
        options.addAll(granted(request, terms));
        return finish(request, server, address, request.message().flags(), options);
    }

    /** Lease time and parameters: what an OFFER or ACK says that is the same for all who ask alike. */
    static List<DhcpOption> granted(DhcpRequest request, Terms terms) {
        List<DhcpOption> options = new ArrayList<>(16);
        terms.addTimes(options);
        terms.addParameters(options, request.message().option(ParameterRequestList.class));
        return options;
    }

    private static List<DhcpOption> begin(int type, Ip4 server) {
        List<DhcpOption> options = new ArrayList<>(16);
        options.add(new MessageType(type));
        options.add(new ServerIdentifier(server));
        return options;
    }

    /** Echoes what every reply echoes: option 61 (RFC 6842), and option 82 as the last one (RFC 3046, 2.2). */
    private static DhcpReply finish(DhcpRequest request, Ip4 server, Ip4 yiaddr, int flags, List<DhcpOption> options) {
        DhcpMessage asked = request.message();
        int at = Math.min(2, options.size());
        asked.option(ClientIdentifier.class).ifPresent(identifier -> options.add(at, identifier));
        request.relayAgent().ifPresent(options::add);
        int type = ((MessageType) options.getFirst()).type();
        Ip4 ciaddr = type == MessageType.ACK ? asked.ciaddr() : Ip4.ANY;
        DhcpMessage message = new DhcpMessage(
                DhcpMessage.REPLY,
                0,
                asked.xid(),
                0,
                flags,
                ciaddr,
                yiaddr,
                Ip4.ANY,
                asked.giaddr(),
                asked.chaddr(),
                Bytes.EMPTY,
                Bytes.EMPTY,
                options);
        return new DhcpReply(request, server, message);
    }

    /**
     * The frame that carries the answer, on the tags of the request with priority 0. Its source address is zero; the
     * frame sink puts that of the port there.
     */
    Frame frame(DhcpMessage.Encoded encoded) {
        Way way = way();
        Bytes packet =
                new UdpDatagram(DhcpRequest.SERVER_PORT, way.port, encoded.payload()).toPacket(server, way.address);
        EthernetFrame frame = new EthernetFrame(way.station, MacAddress.ZERO, tags(request), EthernetFrame.IP4, packet);
        return new Frame(request.port(), frame.encode());
    }

    /** The tags by which the client is reached. */
    static List<VlanTag> tags(DhcpRequest request) {
        return request.ethernet().tags().stream()
                .map(tag -> new VlanTag(tag.tpid(), tag.tci() & VLAN_BITS))
                .toList();
    }

    /** Where an answer goes: station, address and UDP port. */
    private record Way(MacAddress station, Ip4 address, int port) {}

    private Way way() {
        DhcpMessage asked = request.message();
        MacAddress sender = request.ethernet().source();
        if (request.isRelayed()) {
            return new Way(sender, asked.giaddr(), DhcpRequest.SERVER_PORT);
        }
        Way everybody = new Way(MacAddress.BROADCAST, Ip4.BROADCAST, DhcpRequest.CLIENT_PORT);
        if (message.type() == MessageType.NAK) {
            return everybody;
        }
        if (!asked.ciaddr().isAny()) {
            return new Way(sender, asked.ciaddr(), DhcpRequest.CLIENT_PORT);
        }
        return asked.wantsBroadcast() ? everybody : new Way(asked.chaddr(), message.yiaddr(), DhcpRequest.CLIENT_PORT);
    }
}

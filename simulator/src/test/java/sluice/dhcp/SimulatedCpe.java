package sluice.dhcp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import sluice.dataplane.api.Frame;
import sluice.dhcp.DhcpOption.LeaseTime;
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
import sluice.session.Subscriber;
import sluice.session.api.AccessProtocol;

/**
 * A subscriber's router: a DHCP client that believes what it is told, and an access node before it that inserts option
 * 82 into what is broadcast and not into what is unicast.
 */
public final class SimulatedCpe implements Subscriber {

    private static final Ip4 GATEWAY = Ip4.parse("10.64.0.1");

    private final MacAddress mac;
    private final int cvlan;
    private int xid;
    private Optional<Ip4> offered = Optional.empty();
    private Optional<Ip4> bound = Optional.empty();
    private long leaseEnds;
    private int refusals;

    /** A line of its own for every number. */
    public SimulatedCpe(int number) {
        mac = new MacAddress(0x0200_0000_0000L + number);
        cvlan = number + 1;
        xid = number << 16;
    }

    /** The server under test, with its usual settings. */
    public static AccessProtocol server() {
        return new DhcpServer(
                new DhcpSettings(
                        true,
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(60),
                        DhcpSettings.RelayOption.TRUSTED,
                        Optional.empty()),
                new DhcpCounters());
    }

    @Override
    public MacAddress mac() {
        return mac;
    }

    /** C-VLAN of its line. */
    public int cvlan() {
        return cvlan;
    }

    @Override
    public Optional<Ip4> bound(long now) {
        return now < leaseEnds ? bound : Optional.empty();
    }

    /** How often it was told no. */
    public int refusals() {
        return refusals;
    }

    /** Comes up, goes on, goes, or finds that somebody else has its address. */
    @Override
    public Frame act(RandomGenerator random, long now) {
        if (bound(now).isPresent()) {
            Ip4 address = bound.get();
            return switch (random.nextInt(20)) {
                case 0 -> release(address);
                case 1 -> decline(address);
                case 2, 3 -> broadcast(message(MessageType.REQUEST, Ip4.ANY, new RequestedAddress(address)));
                case 4 -> broadcast(message(MessageType.REQUEST, address));
                case 5 -> broadcast(message(MessageType.DISCOVER, Ip4.ANY));
                default -> unicast(message(MessageType.REQUEST, address));
            };
        }
        if (offered.isPresent() && random.nextInt(4) != 0) {
            return broadcast(message(
                    MessageType.REQUEST, Ip4.ANY, new ServerIdentifier(GATEWAY), new RequestedAddress(offered.get())));
        }
        offered = Optional.empty();
        return broadcast(message(MessageType.DISCOVER, Ip4.ANY));
    }

    /** Gives its address back, if it has one. */
    @Override
    public Optional<Frame> leave(long now) {
        return bound(now).map(this::release);
    }

    @Override
    public List<Frame> hear(Frame frame, long now) throws MalformedPacket {
        WireReader in = new WireReader(EthernetFrame.decode(frame.bytes()).payload());
        Ip4Header ip = Ip4Header.decode(in);
        DhcpMessage message = DhcpMessage.decode(UdpDatagram.decode(ip, in).payload());
        if (!message.chaddr().equals(mac)) {
            throw new IllegalStateException("an answer for " + message.chaddr() + " came to " + mac);
        }
        switch (message.type()) {
            case MessageType.OFFER -> offered = Optional.of(message.yiaddr());
            case MessageType.ACK -> {
                bound = Optional.of(message.yiaddr());
                offered = Optional.empty();
                leaseEnds = now
                        + message.option(LeaseTime.class).orElseThrow().time().toMillis();
            }
            default -> {
                refusals++;
                bound = Optional.empty();
                offered = Optional.empty();
                leaseEnds = 0;
            }
        }
        return List.of();
    }

    @Override
    public List<VlanTag> tags() {
        return List.of(VlanTag.service(new VlanId(100)), VlanTag.customer(new VlanId(cvlan)));
    }

    private Frame release(Ip4 address) {
        leaseEnds = 0;
        return unicast(message(MessageType.RELEASE, address, new ServerIdentifier(GATEWAY)));
    }

    private Frame decline(Ip4 address) {
        leaseEnds = 0;
        return broadcast(
                message(MessageType.DECLINE, Ip4.ANY, new ServerIdentifier(GATEWAY), new RequestedAddress(address)));
    }

    private DhcpMessage message(int type, Ip4 ciaddr, DhcpOption... options) {
        List<DhcpOption> all = new ArrayList<>(List.of(new MessageType(type)));
        all.addAll(List.of(options));
        return new DhcpMessage(
                DhcpMessage.REQUEST,
                0,
                xid++,
                0,
                DhcpMessage.BROADCAST,
                ciaddr,
                Ip4.ANY,
                Ip4.ANY,
                Ip4.ANY,
                mac,
                Bytes.EMPTY,
                Bytes.EMPTY,
                all);
    }

    private Frame broadcast(DhcpMessage message) {
        List<DhcpOption> options = new ArrayList<>(message.options());
        options.add(new RelayAgent(List.of(
                new RelayAgent.Part(RelayAgent.CIRCUIT_ID, Bytes.utf8("1/0/" + cvlan)),
                new RelayAgent.Part(RelayAgent.REMOTE_ID, Bytes.utf8("cstm-relay-01")))));
        DhcpMessage inserted = new DhcpMessage(
                message.op(),
                message.hops(),
                message.xid(),
                message.secs(),
                message.flags(),
                message.ciaddr(),
                message.yiaddr(),
                message.siaddr(),
                message.giaddr(),
                message.chaddr(),
                message.sname(),
                message.file(),
                options);
        return frame(message.ciaddr(), Ip4.BROADCAST, inserted);
    }

    private Frame unicast(DhcpMessage message) {
        return frame(message.ciaddr(), GATEWAY, message);
    }

    private Frame frame(Ip4 from, Ip4 to, DhcpMessage message) {
        Bytes packet = new UdpDatagram(
                        DhcpRequest.CLIENT_PORT,
                        DhcpRequest.SERVER_PORT,
                        message.encode(1472).payload())
                .toPacket(from, to);
        return new Frame(0, new EthernetFrame(MacAddress.BROADCAST, mac, tags(), EthernetFrame.IP4, packet).encode());
    }
}

package sluice.pppoe;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import sluice.dataplane.api.Frame;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.net.MacAddress;
import sluice.net.MalformedPacket;
import sluice.net.VlanId;
import sluice.net.VlanTag;
import sluice.net.WireReader;
import sluice.net.WireWriter;
import sluice.session.Subscriber;
import sluice.session.api.AccessProtocol;
import sluice.session.api.Addressing;
import sluice.session.api.Authorization;

/**
 * A subscriber's router that dials: it agrees to everything, proves itself by CHAP, and now and then begins anew
 * without a word, as after a power cut.
 */
public final class SimulatedDialer implements Subscriber {

    private static final MacAddress GATEWAY = MacAddress.parse("02:00:00:00:ff:01");
    private static final int MAGIC = 0x1122_3344;

    private final MacAddress mac;
    private final int number;
    private int attempts;
    private int session;
    private Ip4 address = Ip4.ANY;
    private boolean open;
    private boolean sixOpen;
    private boolean gone;

    /** A line of its own for every number. */
    public SimulatedDialer(int number) {
        this.number = number;
        mac = new MacAddress(0x0200_0000_0000L + number);
    }

    /** The server under test, with its usual settings. */
    public static AccessProtocol server(RandomGenerator random) {
        DiscoveryTerms discovery =
                new DiscoveryTerms("sluice", List.of(), PadoLadder.parse("100:200"), 0, DiscoveryTerms.PAYLOAD_USUAL);
        return new PppoeServer(
                new PppoeSettings(discovery, LinkSettings.DEFAULT),
                new Cookies(random),
                new PppoeCounters(),
                new Negotiations(InstantSource.system()),
                random);
    }

    @Override
    public MacAddress mac() {
        return mac;
    }

    @Override
    public List<VlanTag> tags() {
        return List.of(VlanTag.service(new VlanId(100)), VlanTag.customer(new VlanId(number + 1)));
    }

    @Override
    public Optional<Ip4> bound(long now) {
        return open ? Optional.of(address) : Optional.empty();
    }

    /** Dials, asks again for what is missing, looks whether the gateway is there, or goes. */
    @Override
    public Frame act(RandomGenerator random, long now) {
        int dice = random.nextInt(30);
        if (session == 0 || dice == 0) {
            hangUp();
            attempts++;
            return discovery(PppoeFrame.PADI, 0, tagsWith(List.of()));
        }
        if (dice == 1) {
            Frame farewell = discovery(PppoeFrame.PADT, session, List.of());
            hangUp();
            return farewell;
        }
        if (speaksSix() && !sixOpen) {
            return ask(PppProtocol.IPV6CP);
        }
        return open
                ? say(PppProtocol.LCP, ControlPacket.ECHO_REQUEST, Bytes.fromHex("11223344"))
                : ask(dice % 2 == 0 ? PppProtocol.LCP : PppProtocol.IPCP);
    }

    /** Every third one has IPv6 first and IPv4 later. */
    private boolean speaksSix() {
        return number % 3 == 0;
    }

    /** Every second prefix is named, the others are from a pool. */
    @Override
    public Authorization granted() {
        Addressing addressing = Addressing.NONE;
        if (speaksSix() && number % 2 == 0) {
            Ip6Prefix named = Ip6Prefix.parse("2001:db8:0:%x::/64".formatted(number + 1));
            addressing = addressing.withPrefixes(Optional.empty(), Optional.of(named));
        } else if (speaksSix()) {
            addressing = addressing.withPrefixPools(Optional.empty(), Optional.of("home"));
        }
        return Authorization.DEFAULT.withAddressing(addressing);
    }

    @Override
    public Optional<Frame> leave(long now) {
        gone = true;
        return session == 0 ? Optional.empty() : Optional.of(discovery(PppoeFrame.PADT, session, List.of()));
    }

    @Override
    public List<Frame> hear(Frame frame, long now) throws MalformedPacket {
        if (gone) {
            return List.of();
        }
        WireReader in = new WireReader(EthernetFrame.decode(frame.bytes()).payload());
        in.skip(1);
        int code = in.u8();
        int id = in.u16();
        Bytes payload = in.bytes(in.u16());
        switch (code) {
            case PppoeFrame.PADO -> {
                return session == 0 ? List.of(padr(payload)) : List.of();
            }
            case PppoeFrame.PADS -> session = session == 0 ? id : session;
            case PppoeFrame.PADT -> {
                if (id == session) {
                    hangUp();
                }
            }
            default -> {
                return id == session ? hear(PppFrame.decode(payload)) : List.of();
            }
        }
        return List.of();
    }

    private List<Frame> hear(PppFrame frame) throws MalformedPacket {
        ControlPacket packet = ControlPacket.decode(frame.information());
        return switch (frame.protocol()) {
            case PppProtocol.CHAP -> packet.code() == ChapPacket.CHALLENGE ? List.of(proof(packet)) : List.of();
            case PppProtocol.LCP -> negotiate(frame.protocol(), packet);
            case PppProtocol.IPV6CP -> speaksSix() ? negotiate(frame.protocol(), packet) : List.of();
            case PppProtocol.IPCP -> speaksSix() && !sixOpen ? List.of() : negotiate(frame.protocol(), packet);
            default -> List.of();
        };
    }

    private List<Frame> negotiate(int protocol, ControlPacket packet) throws MalformedPacket {
        switch (packet.code()) {
            case ControlPacket.CONFIGURE_REQUEST -> {
                return List.of(
                        say(protocol, new ControlPacket(ControlPacket.CONFIGURE_ACK, packet.id(), packet.data())),
                        ask(protocol));
            }
            case ControlPacket.CONFIGURE_NAK -> {
                for (PppOption option : PppOption.decodeAll(packet.data())) {
                    if (protocol == PppProtocol.IPCP && option.type() == IpcpOptions.ADDRESS) {
                        address = new Ip4((int) option.number());
                    }
                }
                return List.of(ask(protocol));
            }
            case ControlPacket.CONFIGURE_ACK -> {
                open |= protocol == PppProtocol.IPCP && !address.isAny();
                sixOpen |= protocol == PppProtocol.IPV6CP;
            }
            case ControlPacket.ECHO_REQUEST -> {
                return List.of(say(
                        protocol, new ControlPacket(ControlPacket.ECHO_REPLY, packet.id(), Bytes.fromHex("11223344"))));
            }
            case ControlPacket.TERMINATE_REQUEST -> {
                Frame answer = say(protocol, new ControlPacket(ControlPacket.TERMINATE_ACK, packet.id(), Bytes.EMPTY));
                hangUp();
                return List.of(answer);
            }
            default -> {}
        }
        return List.of();
    }

    private void hangUp() {
        session = 0;
        open = false;
        sixOpen = false;
        address = Ip4.ANY;
    }

    private Frame padr(Bytes pado) throws MalformedPacket {
        List<PppoeTag> cookie = DiscoveryMessage.tags(pado).stream()
                .filter(tag -> tag.type() == PppoeTag.AC_COOKIE)
                .toList();
        return discovery(PppoeFrame.PADR, 0, tagsWith(cookie));
    }

    private Frame ask(int protocol) {
        List<PppOption> options = switch (protocol) {
            case PppProtocol.LCP ->
                List.of(PppOption.u16(LcpOptions.MRU, 1492), PppOption.i32(LcpOptions.MAGIC, MAGIC));
            case PppProtocol.IPV6CP -> List.of(PppOption.u64(Ipv6cpOptions.INTERFACE_ID, 0x1000L + number));
            default -> List.of(PppOption.ip4(IpcpOptions.ADDRESS, address));
        };
        return say(protocol, ControlPacket.CONFIGURE_REQUEST, PppOption.encodeAll(options));
    }

    private Frame proof(ControlPacket challenge) {
        Bytes value = new WireWriter(64)
                .u8(16)
                .zeros(16)
                .bytes(Bytes.utf8("user-" + number + "@home"))
                .toBytes();
        return say(PppProtocol.CHAP, new ControlPacket(ChapPacket.RESPONSE, challenge.id(), value));
    }

    private Frame say(int protocol, int code, Bytes data) {
        return say(protocol, new ControlPacket(code, 5, data));
    }

    private Frame say(int protocol, ControlPacket packet) {
        return frame(PppoeFrame.DATA, session, packet.in(protocol));
    }

    private List<PppoeTag> tagsWith(List<PppoeTag> more) {
        List<PppoeTag> all = new ArrayList<>();
        all.add(new PppoeTag(PppoeTag.SERVICE_NAME, Bytes.EMPTY));
        all.add(new PppoeTag(PppoeTag.HOST_UNIQ, new WireWriter(4).u32(attempts).toBytes()));
        all.addAll(more);
        return all;
    }

    private Frame discovery(int code, int id, List<PppoeTag> with) {
        return frame(code, id, DiscoveryMessage.encode(with));
    }

    private Frame frame(int code, int id, Bytes payload) {
        Bytes packet = new WireWriter(64)
                .u8(0x11)
                .u8(code)
                .u16(id)
                .u16(payload.length())
                .bytes(payload)
                .toBytes();
        int type = code == PppoeFrame.DATA ? PppoeFrame.SESSION : PppoeFrame.DISCOVERY;
        return new Frame(0, new EthernetFrame(GATEWAY, mac, tags(), type, packet).encode());
    }
}

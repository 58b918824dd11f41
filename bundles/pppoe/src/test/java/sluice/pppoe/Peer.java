package sluice.pppoe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import sluice.dataplane.api.Frame;
import sluice.net.Bytes;
import sluice.net.EthernetFrame;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.net.MalformedPacket;
import sluice.net.VlanId;
import sluice.net.VlanTag;
import sluice.net.WireReader;
import sluice.net.WireWriter;

/** A subscriber's device that does what most do: it dials, agrees to everything, and proves itself as it is asked. */
final class Peer {
    static final String USER = "alice@home";

    private final FakeEngine engine;
    private final MacAddress mac = MacAddress.parse("02:00:00:00:00:17");
    private final List<VlanTag> tags = List.of(VlanTag.service(new VlanId(100)), VlanTag.customer(new VlanId(7)));
    final List<String> heard = new ArrayList<>();
    boolean speaksIp4 = true;
    boolean speaksIp6 = true;
    boolean answersEchoes = true;
    /** What the access node adds to discovery. */
    List<PppoeTag> access = List.of();

    int session;
    Ip4 address = Ip4.ANY;
    private Frame padr = new Frame(0, Bytes.EMPTY);
    private AuthenticationMethod method = AuthenticationMethod.PAP;
    private boolean acked;
    private boolean asked;

    Peer(FakeEngine engine) {
        this.engine = engine;
    }

    /** Dials and talks until both are silent. */
    void dial(PppoeTag... more) {
        engine.receive(discovery(PppoeFrame.PADI, 0, tagsWith(more)));
        talk();
    }

    /** Answers whatever the gateway says. */
    void talk() {
        while (!engine.sent.isEmpty()) {
            try {
                hear(engine.sent.remove());
            } catch (MalformedPacket e) {
                throw new AssertionError("the gateway sent what nobody can read", e);
            }
        }
    }

    /** The PADR with which the session began, once more. */
    Frame padr() {
        return padr;
    }

    Frame padt() {
        return discovery(PppoeFrame.PADT, session, List.of());
    }

    Frame data(int protocol, ControlPacket packet) {
        return frame(PppoeFrame.DATA, session, packet.in(protocol));
    }

    private void hear(Frame frame) throws MalformedPacket {
        EthernetFrame ethernet = EthernetFrame.decode(frame.bytes());
        WireReader in = new WireReader(ethernet.payload());
        in.skip(1);
        int code = in.u8();
        int id = in.u16();
        Bytes payload = in.bytes(in.u16());
        heard.add(PacketText.of(code, payload));
        switch (code) {
            case PppoeFrame.PADO -> {
                List<PppoeTag> answer = tagsWith();
                DiscoveryMessage.tags(payload).stream()
                        .filter(tag -> tag.type() == PppoeTag.AC_COOKIE || tag.type() == PppoeTag.PPP_MAX_PAYLOAD)
                        .forEach(answer::add);
                padr = discovery(PppoeFrame.PADR, 0, answer);
                engine.receive(padr);
            }
            case PppoeFrame.PADS -> session = id;
            case PppoeFrame.PADT -> session = 0;
            default -> hear(PppFrame.decode(payload));
        }
    }

    private void hear(PppFrame frame) throws MalformedPacket {
        ControlPacket packet = ControlPacket.decode(frame.information());
        boolean refused = frame.protocol() == PppProtocol.IPCP && !speaksIp4
                || frame.protocol() == PppProtocol.IPV6CP && !speaksIp6;
        if (refused) {
            Bytes rejected = new WireWriter(64)
                    .u16(frame.protocol())
                    .bytes(frame.information())
                    .toBytes();
            say(PppProtocol.LCP, new ControlPacket(ControlPacket.PROTOCOL_REJECT, 9, rejected));
            return;
        }
        switch (frame.protocol()) {
            case PppProtocol.PAP, PppProtocol.CHAP -> prove(packet);
            default -> negotiate(frame.protocol(), packet);
        }
    }

    private void negotiate(int protocol, ControlPacket packet) throws MalformedPacket {
        switch (packet.code()) {
            case ControlPacket.CONFIGURE_REQUEST -> {
                if (protocol == PppProtocol.LCP) {
                    method = PppOption.decodeAll(packet.data()).stream()
                            .map(AuthenticationMethod::of)
                            .flatMap(Optional::stream)
                            .findFirst()
                            .orElse(method);
                    acked = true;
                }
                say(protocol, new ControlPacket(ControlPacket.CONFIGURE_ACK, packet.id(), packet.data()));
                ask(protocol);
            }
            case ControlPacket.CONFIGURE_ACK -> {
                if (protocol == PppProtocol.LCP && acked && method == AuthenticationMethod.PAP && !asked) {
                    asked = true;
                    say(
                            PppProtocol.PAP,
                            new ControlPacket(
                                    1,
                                    1,
                                    new WireWriter(32)
                                            .u8(USER.length())
                                            .bytes(Bytes.utf8(USER))
                                            .u8(6)
                                            .bytes(Bytes.utf8("secret"))
                                            .toBytes()));
                }
            }
            case ControlPacket.CONFIGURE_NAK -> {
                for (PppOption option : PppOption.decodeAll(packet.data())) {
                    if (protocol == PppProtocol.IPCP && option.type() == 3) {
                        address = new Ip4((int) option.number());
                    }
                }
                ask(protocol);
            }
            case ControlPacket.ECHO_REQUEST -> {
                if (answersEchoes) {
                    say(protocol, new ControlPacket(ControlPacket.ECHO_REPLY, packet.id(), Bytes.fromHex("11223344")));
                }
            }
            case ControlPacket.TERMINATE_REQUEST ->
                say(protocol, new ControlPacket(ControlPacket.TERMINATE_ACK, packet.id(), Bytes.EMPTY));
            default -> {}
        }
    }

    private void ask(int protocol) {
        List<PppOption> options = switch (protocol) {
            case PppProtocol.LCP -> List.of(PppOption.u16(1, 1492), PppOption.i32(5, 0x11223344));
            case PppProtocol.IPCP -> List.of(PppOption.ip4(3, address));
            default -> List.of(PppOption.u64(1, 0x1234));
        };
        say(protocol, new ControlPacket(ControlPacket.CONFIGURE_REQUEST, 5, PppOption.encodeAll(options)));
    }

    private void prove(ControlPacket packet) {
        if (packet.code() == 1 && method == AuthenticationMethod.CHAP_MD5) {
            Bytes proof =
                    new WireWriter(64).u8(16).zeros(16).bytes(Bytes.utf8(USER)).toBytes();
            say(PppProtocol.CHAP, new ControlPacket(2, packet.id(), proof));
        }
    }

    private void say(int protocol, ControlPacket packet) {
        engine.receive(data(protocol, packet));
    }

    private List<PppoeTag> tagsWith(PppoeTag... more) {
        List<PppoeTag> all = new ArrayList<>();
        all.add(new PppoeTag(PppoeTag.SERVICE_NAME, Bytes.EMPTY));
        all.add(new PppoeTag(PppoeTag.HOST_UNIQ, Bytes.of(1, 2)));
        all.addAll(Arrays.asList(more));
        all.addAll(access);
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
        MacAddress gateway = MacAddress.parse("02:00:00:00:00:01");
        return new Frame(0, new EthernetFrame(gateway, mac, tags, type, packet).encode());
    }
}

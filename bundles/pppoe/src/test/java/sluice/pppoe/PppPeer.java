package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MalformedPacket;

/** A link and the hands of its peer: packets written out, answers taken from what the link sends. */
final class PppPeer {
    static final long SEED = 20_260_201;
    static final int LIMIT = 1492;
    static final Ip4 ADDRESS = Ip4.parse("10.64.0.9");
    static final Ip4 GATEWAY = Ip4.parse("10.64.0.1");
    static final Ip4 DNS_1 = Ip4.parse("192.0.2.53");
    static final Ip4 DNS_2 = Ip4.parse("192.0.2.54");
    static final int MAGIC = 0x11223344;
    static final long INTERFACE_ID = 0x0011_2233_4455_6677L;

    LinkSettings settings;
    OptionalLong received = OptionalLong.empty();
    Link link;
    final List<LinkAction> done = new ArrayList<>();
    final Deque<ControlPacketOf> sent = new ArrayDeque<>();
    final Map<LinkTimer, Boolean> armed = new EnumMap<>(LinkTimer.class);
    private final SplittableRandom random = new SplittableRandom(SEED);

    /** A packet with the protocol it came in. */
    record ControlPacketOf(int protocol, ControlPacket packet) {}

    PppPeer(LinkSettings settings) {
        this.settings = settings;
        this.link = Link.begin(LIMIT, context());
    }

    LinkContext context() {
        return new LinkContext(settings, random, received);
    }

    /** What the link wanted done in this step; frames are also queued in {@link #sent}. */
    List<LinkAction> on(LinkEvent event) {
        try {
            Link.Step step = link.on(event, context());
            link = step.link();
            done.addAll(step.actions());
            for (LinkAction action : step.actions()) {
                switch (action) {
                    case LinkAction.Transmit(Bytes payload) -> {
                        PppFrame frame = PppFrame.decode(payload);
                        sent.add(new ControlPacketOf(frame.protocol(), ControlPacket.decode(frame.information())));
                    }
                    case LinkAction.Arm arm -> armed.put(arm.timer(), true);
                    case LinkAction.Disarm disarm -> armed.remove(disarm.timer());
                    default -> {}
                }
            }
            return step.actions();
        } catch (MalformedPacket e) {
            throw new AssertionError(e);
        }
    }

    List<LinkAction> send(int protocol, int code, int id, Bytes data) {
        return on(new LinkEvent.Received(new ControlPacket(code, id, data).in(protocol)));
    }

    List<LinkAction> send(int protocol, int code, int id, PppOption... options) {
        return send(protocol, code, id, PppOption.encodeAll(List.of(options)));
    }

    List<LinkAction> due(LinkTimer timer) {
        armed.remove(timer);
        return on(new LinkEvent.Due(timer));
    }

    /** The next packet that the link sent. */
    ControlPacket next(int protocol, int code) {
        assertThat(sent).isNotEmpty();
        ControlPacketOf first = sent.removeFirst();
        assertThat(PppProtocol.name(first.protocol())).isEqualTo(PppProtocol.name(protocol));
        assertThat(first.packet().code()).as("code of %s", first).isEqualTo(code);
        return first.packet();
    }

    /** Acknowledges the request that is next. */
    ControlPacket ack(int protocol) {
        ControlPacket request = next(protocol, ControlPacket.CONFIGURE_REQUEST);
        send(protocol, ControlPacket.CONFIGURE_ACK, request.id(), request.data());
        return request;
    }

    PppPeer begun() {
        on(new LinkEvent.Begun());
        return this;
    }

    /** LCP is opened; the link's first packet of authentication is next. */
    PppPeer established() {
        begun();
        ack(PppProtocol.LCP);
        send(
                PppProtocol.LCP,
                ControlPacket.CONFIGURE_REQUEST,
                7,
                PppOption.u16(LcpOptions.MRU, LIMIT),
                PppOption.i32(LcpOptions.MAGIC, MAGIC));
        next(PppProtocol.LCP, ControlPacket.CONFIGURE_ACK);
        return this;
    }

    /** The peer is known by CHAP with MD5, and the link begins its network protocols. */
    PppPeer authenticated() {
        established();
        ControlPacket challenge = next(PppProtocol.CHAP, ChapPacket.CHALLENGE);
        respond(challenge.id(), "alice");
        on(accept());
        next(PppProtocol.CHAP, ChapPacket.SUCCESS);
        return this;
    }

    void respond(int id, String name) {
        Bytes value = Bytes.of(16).plus(Bytes.adopt(new byte[16])).plus(Bytes.utf8(name));
        send(PppProtocol.CHAP, ChapPacket.RESPONSE, id, value);
    }

    static LinkEvent.Accepted accept() {
        return new LinkEvent.Accepted(
                java.util.Optional.of("Welcome"), java.util.Optional.empty(), OptionalLong.empty());
    }

    static LinkEvent.AddressGranted grant() {
        return new LinkEvent.AddressGranted(ADDRESS, GATEWAY, List.of(DNS_1, DNS_2));
    }

    /** Both network protocols are opened. */
    PppPeer opened() {
        authenticated();
        if (settings.families().hasIp6()) {
            openIpv6cp();
        }
        if (settings.families().hasIp4()) {
            on(grant());
            openIpcp();
        }
        return this;
    }

    void openIpv6cp() {
        ack(PppProtocol.IPV6CP);
        send(
                PppProtocol.IPV6CP,
                ControlPacket.CONFIGURE_REQUEST,
                1,
                PppOption.u64(Ipv6cpOptions.INTERFACE_ID, INTERFACE_ID));
        next(PppProtocol.IPV6CP, ControlPacket.CONFIGURE_ACK);
    }

    void openIpcp() {
        ack(PppProtocol.IPCP);
        send(
                PppProtocol.IPCP,
                ControlPacket.CONFIGURE_REQUEST,
                1,
                PppOption.ip4(IpcpOptions.ADDRESS, ADDRESS),
                PppOption.ip4(IpcpOptions.PRIMARY_DNS, DNS_1));
        next(PppProtocol.IPCP, ControlPacket.CONFIGURE_ACK);
    }

    /** As after a new negotiation of LCP, when IPCP has its address and asks first. */
    void openIpv6cpAfterIpcp() {
        ControlPacketOf six = sent.removeFirst();
        assertThat(six.protocol()).isEqualTo(PppProtocol.IPV6CP);
        openIpcp();
        sent.addFirst(six);
        openIpv6cp();
    }

    static LinkSettings with(List<AuthenticationMethod> methods, boolean noneAllowed, Families families) {
        LinkSettings given = LinkSettings.DEFAULT;
        return new LinkSettings(
                methods,
                noneAllowed,
                families,
                given.name(),
                given.restart(),
                given.maxConfigure(),
                given.maxTerminate(),
                given.maxFailure(),
                given.papFailures(),
                java.time.Duration.ofMinutes(10),
                given.echo(),
                given.echoMisses(),
                given.setup());
    }

    /** All actions of that kind so far. */
    <T extends LinkAction> List<T> done(Class<T> kind) {
        return done.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    List<LinkCounter> counted() {
        return done(LinkAction.Count.class).stream()
                .map(LinkAction.Count::counter)
                .toList();
    }
}

package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.session.api.IncompatibleState;
import sluice.session.api.TerminateCause;

/** Nothing that a peer sends, in any order, does more than is bounded or throws anything but the named error. */
class LinkRandomTest {
    private static final int LINKS = 1_000;
    private static final int STEPS = 120;
    private static final int ACTIONS_MAX = 24;
    private static final int[] PROTOCOLS = {
        PppProtocol.LCP,
        PppProtocol.LCP,
        PppProtocol.LCP,
        PppProtocol.PAP,
        PppProtocol.CHAP,
        PppProtocol.IPCP,
        PppProtocol.IPV6CP,
        PppProtocol.IP4,
        0x80fd,
        0xc025
    };

    private final SplittableRandom random = new SplittableRandom(PppPeer.SEED);

    @Test
    void randomEventsAreBoundedAndEndInANamedErrorOrAStep() throws IncompatibleState {
        int ended = 0;
        int open = 0;
        for (int run = 0; run < LINKS; run++) {
            PppPeer peer = new PppPeer(settings());
            Link link = peer.link;
            boolean willing = random.nextInt(3) > 0;
            List<LinkAction> last = List.of();
            for (int step = 0; step < STEPS && link.phase() != Link.Phase.DEAD; step++) {
                LinkEvent event = willing && random.nextInt(10) > 0 ? sensible(link, last) : any(link);
                try {
                    Link.Step next = link.on(event, peer.context());
                    check(next);
                    link = next.link();
                    last = next.actions();
                } catch (MalformedPacket named) {
                    assertThat(named.reason().id()).isNotBlank();
                }
                Bytes frozen = FrozenLink.freeze(link);
                assertThat(FrozenLink.freeze(FrozenLink.thaw(frozen))).isEqualTo(frozen);
                open += link.open() ? 1 : 0;
            }
            ended += link.phase() == Link.Phase.DEAD ? 1 : 0;
        }
        assertThat(ended).as("links that ended, of %s", LINKS).isGreaterThan(LINKS / 10);
        assertThat(open).as("steps of open links").isGreaterThan(1_000);
    }

    private LinkSettings settings() {
        List<AuthenticationMethod> methods = switch (random.nextInt(4)) {
            case 0 -> List.of();
            case 1 -> List.of(AuthenticationMethod.PAP);
            case 2 -> List.of(AuthenticationMethod.MS_CHAP2, AuthenticationMethod.PAP);
            default -> LinkSettings.DEFAULT.methods();
        };
        return PppPeer.with(methods, methods.isEmpty(), Families.values()[random.nextInt(3)]);
    }

    private static void check(Link.Step step) {
        assertThat(step.actions()).hasSizeLessThan(ACTIONS_MAX);
        for (LinkAction action : step.actions()) {
            boolean last = action.equals(step.actions().getLast());
            switch (action) {
                case LinkAction.Transmit(Bytes payload) -> {
                    assertThat(payload.length()).isLessThanOrEqualTo(2 + LcpOptions.MRU_DEFAULT);
                    assertThat(PppTrace.line(payload)).doesNotContain("?");
                }
                case LinkAction.NeedAddress need -> assertThat(last).isTrue();
                case LinkAction.Close close -> {
                    assertThat(last).isTrue();
                    assertThat(step.link().phase()).isEqualTo(Link.Phase.DEAD);
                }
                default -> {}
            }
        }
    }

    /** What a peer or engine would do that wants the link. */
    private LinkEvent sensible(Link link, List<LinkAction> last) {
        if (link.phase() == Link.Phase.BEGUN) {
            return new LinkEvent.Begun();
        }
        for (LinkAction action : last) {
            switch (action) {
                case LinkAction.Authenticate ask -> {
                    return accepted();
                }
                case LinkAction.NeedAddress need -> {
                    return PppPeer.grant();
                }
                case LinkAction.Transmit(Bytes payload)
                when random.nextBoolean() -> {
                    return answerTo(payload);
                }
                default -> {}
            }
        }
        return switch (random.nextInt(6)) {
            case 0 -> packet(PppProtocol.LCP, 1, PppOption.i32(LcpOptions.MAGIC, random.nextInt()));
            case 1 -> packet(PppProtocol.IPCP, 1, PppOption.ip4(IpcpOptions.ADDRESS, PppPeer.ADDRESS));
            case 2 -> packet(PppProtocol.IPV6CP, 1, PppOption.u64(Ipv6cpOptions.INTERFACE_ID, 77));
            case 3 -> credentials(link);
            default -> new LinkEvent.Due(LinkTimer.values()[random.nextInt(LinkTimer.values().length - 1)]);
        };
    }

    private static LinkEvent accepted() {
        Bytes proof = Bytes.of(1).plus(Bytes.utf8("S=" + "0".repeat(40)));
        return new LinkEvent.Accepted(Optional.empty(), Optional.of(proof), OptionalLong.of(7));
    }

    private LinkEvent credentials(Link link) {
        Optional<AuthenticationMethod> method = link.authentication().method();
        if (method.isEmpty() || method.get() == AuthenticationMethod.PAP) {
            Bytes data = Bytes.of(1, 'a', 1, 'b');
            return new LinkEvent.Received(new ControlPacket(PapPacket.REQUEST, 1, data).in(PppProtocol.PAP));
        }
        int length = method.get() == AuthenticationMethod.MS_CHAP2 ? 49 : 16;
        Bytes data = Bytes.of(length).plus(Bytes.adopt(new byte[length])).plus(Bytes.utf8("a"));
        return new LinkEvent.Received(
                new ControlPacket(ChapPacket.RESPONSE, link.authentication().id(), data).in(PppProtocol.CHAP));
    }

    private LinkEvent answerTo(Bytes payload) {
        try {
            PppFrame frame = PppFrame.decode(payload);
            ControlPacket sent = ControlPacket.decode(frame.information());
            int code = sent.code() == ControlPacket.CONFIGURE_REQUEST && frame.protocol() != PppProtocol.CHAP
                    ? ControlPacket.CONFIGURE_ACK
                    : sent.code();
            return new LinkEvent.Received(new ControlPacket(code, sent.id(), sent.data()).in(frame.protocol()));
        } catch (MalformedPacket impossible) {
            throw new AssertionError(impossible);
        }
    }

    private LinkEvent packet(int protocol, int code, PppOption... options) {
        Bytes data = PppOption.encodeAll(List.of(options));
        return new LinkEvent.Received(new ControlPacket(code, random.nextInt(4), data).in(protocol));
    }

    private LinkEvent any(Link link) {
        return switch (random.nextInt(20)) {
            case 0 -> new LinkEvent.Begun();
            case 1 -> accepted();
            case 2 -> new LinkEvent.Rejected(Optional.of("no"), Optional.of(noise(30)));
            case 3 -> new LinkEvent.Unanswered();
            case 4 -> PppPeer.grant();
            case 5 -> new LinkEvent.AddressRefused(random.nextBoolean());
            case 6 ->
                random.nextInt(20) == 0 ? new LinkEvent.Terminate(TerminateCause.ADMIN_RESET) : new LinkEvent.Begun();
            case 7, 8 -> new LinkEvent.Due(LinkTimer.values()[random.nextInt(LinkTimer.values().length)]);
            case 9 -> new LinkEvent.Received(noise(20));
            default -> new LinkEvent.Received(lying(link));
        };
    }

    /** Nearly a packet: any code, any options, and every tenth with a length that lies. */
    private Bytes lying(Link link) {
        int protocol = PROTOCOLS[random.nextInt(PROTOCOLS.length)];
        Bytes data = switch (random.nextInt(4)) {
            case 0 -> noise(random.nextInt(40));
            case 1 -> link.lcp().request().options();
            case 2 -> link.ipcp().request().options();
            default ->
                PppOption.encodeAll(List.of(
                        new PppOption(random.nextInt(12), noise(random.nextInt(9))),
                        PppOption.i32(LcpOptions.MAGIC, link.magic())));
        };
        byte[] bytes = new ControlPacket(random.nextInt(16), random.nextInt(6), data)
                .in(protocol)
                .toArray();
        if (random.nextInt(10) == 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return Bytes.copyOf(bytes, 0, random.nextInt(10) == 0 ? random.nextInt(bytes.length) : bytes.length);
    }

    private Bytes noise(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return Bytes.adopt(bytes);
    }
}

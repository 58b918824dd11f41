package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sluice.net.Bytes;
import sluice.session.api.IncompatibleState;
import sluice.testkit.Golden;

/** A link survives its bundle. */
class FrozenLinkTest {
    private static PppPeer opened(AuthenticationMethod method) {
        PppPeer peer = new PppPeer(PppPeer.with(List.of(method), false, Families.DUAL));
        if (method == AuthenticationMethod.CHAP_MD5) {
            return peer.opened();
        }
        return peer.established();
    }

    @ParameterizedTest
    @EnumSource
    void linkComesBackInEveryStateItWentThrough(AuthenticationMethod method) throws IncompatibleState {
        PppPeer peer = opened(method);
        peer.due(LinkTimer.RECHALLENGE);
        assertThat(FrozenLink.thaw(FrozenLink.freeze(peer.link))).isEqualTo(peer.link);
        peer.on(new LinkEvent.Terminate(sluice.session.api.TerminateCause.ADMIN_RESET));
        assertThat(FrozenLink.thaw(FrozenLink.freeze(peer.link))).isEqualTo(peer.link);
        Link begun = Link.begin(1500, peer.context());
        assertThat(FrozenLink.thaw(FrozenLink.freeze(begun))).isEqualTo(begun);
    }

    @Test
    void firstVersionIsStillRead() throws IncompatibleState {
        Bytes golden = Golden.read(FrozenLinkTest.class, "frozen-link-v1.hex");
        Link link = FrozenLink.thaw(golden);
        assertThat(link.stage()).isEqualTo("open");
        assertThat(link.userName()).contains("alice");
        assertThat(link.ipcp().options().address()).isEqualTo(PppPeer.ADDRESS);
        assertThat(link.ipv6cp().options().peer()).isEqualTo(PppPeer.INTERFACE_ID);
        assertThat(FrozenLink.freeze(link)).isEqualTo(golden);
    }

    @Test
    void echoesChangeNothingThatIsFrozen() throws IncompatibleState {
        PppPeer peer = opened(AuthenticationMethod.CHAP_MD5);
        Bytes frozen = FrozenLink.freeze(peer.link);
        peer.due(LinkTimer.ECHO);
        ControlPacket request = peer.next(PppProtocol.LCP, ControlPacket.ECHO_REQUEST);
        assertThat(FrozenLink.freeze(peer.link)).isEqualTo(frozen);
        peer.send(PppProtocol.LCP, ControlPacket.ECHO_REPLY, request.id(), Bytes.adopt(new byte[4]));
        peer.received = java.util.OptionalLong.of(77);
        peer.due(LinkTimer.ECHO);
        assertThat(FrozenLink.freeze(peer.link)).isEqualTo(frozen);
        assertThat(FrozenLink.thaw(frozen).quality()).isEqualTo(LineQuality.UNKNOWN);
    }

    @Test
    void whatALaterVersionAddsIsPassedOver() throws IncompatibleState {
        Link link = opened(AuthenticationMethod.CHAP_MD5).link;
        assertThat(FrozenLink.thaw(FrozenLink.freeze(link).plus(Bytes.of(2, 3, 4))))
                .isEqualTo(link);
    }

    @Test
    void otherVersionsAndEveryTruncationAreRefusedByName() {
        Bytes frozen = FrozenLink.freeze(opened(AuthenticationMethod.CHAP_MD5).link);
        for (int length = 0; length < frozen.length(); length++) {
            Bytes cut = frozen.slice(0, length);
            assertThatExceptionOfType(IncompatibleState.class).isThrownBy(() -> FrozenLink.thaw(cut));
        }
        assertThatExceptionOfType(IncompatibleState.class)
                .isThrownBy(() -> FrozenLink.thaw(Bytes.of(2).plus(frozen.slice(1))));
    }

    @Test
    void damagedBytesAreALinkOrRefusedByName() {
        SplittableRandom random = new SplittableRandom(PppPeer.SEED);
        byte[] frozen =
                FrozenLink.freeze(opened(AuthenticationMethod.CHAP_MD5).link).toArray();
        for (int round = 0; round < 20_000; round++) {
            byte[] damaged = frozen.clone();
            for (int flip = 0; flip < 3; flip++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            assertThat(thawed(Bytes.adopt(damaged))).isNotNull();
        }
    }

    private static Optional<Link> thawed(Bytes frozen) {
        try {
            return Optional.of(FrozenLink.thaw(frozen));
        } catch (IncompatibleState refused) {
            return Optional.empty();
        }
    }
}

package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sluice.net.Ip6Prefix;
import sluice.session.api.Addressing;
import sluice.session.api.Authorization;
import sluice.session.api.Outcome;
import sluice.session.api.TerminateCause;

/** Links of peers that dial anew while their older session has not ended. */
class RedialTest {
    private static final LinkEvent.AddressRefused IN_USE = new LinkEvent.AddressRefused(true);

    private static PppPeer authenticated(Families families) {
        return new PppPeer(PppPeer.with(List.of(AuthenticationMethod.CHAP_MD5), false, families)).authenticated();
    }

    @Test
    void addressOfAnOlderSessionIsAskedForUntilItIsFree() {
        PppPeer peer = authenticated(Families.IP4);
        for (int tries = 0; tries < 3; tries++) {
            assertThat(peer.on(IN_USE)).noneMatch(LinkAction.NeedAddress.class::isInstance);
            assertThat(peer.due(LinkTimer.ADDRESS)).containsExactly(new LinkAction.NeedAddress());
        }
        peer.on(PppPeer.grant());
        peer.openIpcp();
        assertThat(peer.link.stage()).isEqualTo("open");
        assertThat(peer.due(LinkTimer.ADDRESS)).isEmpty();
    }

    @Test
    void addressThatDoesNotBecomeFreeInTimeIsNotTheFaultOfThePeer() {
        PppPeer peer = authenticated(Families.IP4);
        peer.on(IN_USE);
        peer.due(LinkTimer.SETUP);
        assertThat(peer.done.getLast()).isEqualTo(new LinkAction.Close(LinkEnd.NO_ADDRESS, TerminateCause.NAS_ERROR));
    }

    @Test
    void linkThatIsOpenAsksForTheAddressWhenThePeerDoes() {
        PppPeer peer = authenticated(Families.DUAL);
        peer.on(IN_USE);
        peer.openIpv6cp();
        assertThat(peer.due(LinkTimer.ADDRESS)).containsExactly(new LinkAction.NeedAddress());
        assertThat(peer.on(IN_USE)).as("not for ever").isEmpty();
        for (int request = 1; request < 3; request++) {
            assertThat(peer.send(PppProtocol.IPCP, ControlPacket.CONFIGURE_REQUEST, request))
                    .containsExactly(new LinkAction.NeedAddress());
            peer.on(IN_USE);
        }
        peer.send(PppProtocol.IPCP, ControlPacket.CONFIGURE_REQUEST, 3);
        peer.on(PppPeer.grant());
        peer.openIpcp();
        assertThat(peer.done(LinkAction.Open.class).getLast())
                .isEqualTo(new LinkAction.Open(peer.link.magic(), PppPeer.LIMIT, NetworkUse.OPEN, NetworkUse.OPEN));
    }

    @Test
    void otherPacketsOfIpcpAskForNothing() {
        PppPeer peer = authenticated(Families.DUAL);
        peer.on(new LinkEvent.AddressRefused(false));
        peer.openIpv6cp();
        peer.send(PppProtocol.IPCP, ControlPacket.TERMINATE_REQUEST, 1);
        assertThat(peer.done(LinkAction.NeedAddress.class)).hasSize(1);
        assertThat(peer.sent).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void subscriberWhoseOlderSessionHasTheAddressComesUpWithIt(Families families) {
        FakeEngine engine = PppoeServerTest.engine(AuthenticationMethod.PAP);
        engine.addressIsInUse = families.hasIp4();
        Peer peer = new Peer(engine);
        peer.speaksIp4 = families.hasIp4();
        peer.speaksIp6 = families.hasIp6();
        Addressing prefix =
                Addressing.NONE.withPrefixes(Optional.of(Ip6Prefix.parse("2001:db8::/64")), Optional.empty());
        engine.verdict = Optional.of(new Outcome.Accepted(Authorization.DEFAULT.withAddressing(prefix)));
        peer.dial();
        engine.advance(Duration.ofSeconds(3));
        engine.addressIsInUse = false;
        engine.advance(Duration.ofSeconds(1));
        peer.talk();
        assertThat(engine.closed).isEmpty();
        assertThat(engine.only().open).isTrue();
        assertThat(engine.opened.getLast().link().orElseThrow().ip4()).isEqualTo(families.hasIp4());
    }

    @Test
    void sessionWhoseOlderOneHasItsPlaceOpensWhenThatHasEnded() {
        FakeEngine engine = PppoeServerTest.engine(AuthenticationMethod.PAP);
        engine.placeIsInUse = true;
        Peer peer = new Peer(engine);
        peer.speaksIp6 = false;
        peer.dial();
        engine.advance(Duration.ofSeconds(5));
        assertThat(engine.only().open).isFalse();
        engine.placeIsInUse = false;
        engine.advance(Duration.ofSeconds(1));
        assertThat(engine.only().open).isTrue();
        assertThat(engine.counters.get(SessionEnd.OPEN_FAILED)).isZero();
    }
}

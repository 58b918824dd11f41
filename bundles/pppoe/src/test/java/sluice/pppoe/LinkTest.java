package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;
import sluice.session.api.Credentials;
import sluice.session.api.TerminateCause;

/** The phases of a link (RFC 1661, 3). */
class LinkTest {
    private static final LinkSettings DUAL = PppPeer.with(List.of(AuthenticationMethod.CHAP_MD5), false, Families.DUAL);
    private static final LinkSettings IP4 = PppPeer.with(List.of(AuthenticationMethod.CHAP_MD5), false, Families.IP4);
    private static final LinkSettings IP6 = PppPeer.with(List.of(AuthenticationMethod.CHAP_MD5), false, Families.IP6);

    @Test
    void dualStackLinkOpensOncePerFamily() {
        PppPeer peer = new PppPeer(DUAL).opened();
        assertThat(peer.link.stage()).isEqualTo("open");
        assertThat(peer.done(LinkAction.Open.class))
                .containsExactly(
                        new LinkAction.Open(peer.link.magic(), PppPeer.LIMIT, false, true),
                        new LinkAction.Open(peer.link.magic(), PppPeer.LIMIT, true, true));
        assertThat(peer.done(LinkAction.NeedAddress.class)).hasSize(1);
        assertThat(peer.link.userName()).contains("alice");
        assertThat(peer.armed).containsOnlyKeys(LinkTimer.ECHO, LinkTimer.RECHALLENGE);
    }

    @Test
    void openGoesBeforeTheAckThatTellsThePeerSo() {
        PppPeer peer = new PppPeer(IP4).authenticated();
        peer.on(PppPeer.grant());
        peer.ack(PppProtocol.IPCP);
        List<LinkAction> last = peer.send(
                PppProtocol.IPCP,
                ControlPacket.CONFIGURE_REQUEST,
                9,
                PppOption.ip4(IpcpOptions.ADDRESS, PppPeer.ADDRESS));
        assertThat(last.getFirst()).isInstanceOf(LinkAction.Open.class);
        assertThat(last).anyMatch(LinkAction.Transmit.class::isInstance);
    }

    @Test
    void addressIsAskedForLastAndOnlyWithIp4() {
        PppPeer both = new PppPeer(DUAL).authenticated();
        assertThat(both.done.getLast()).isEqualTo(new LinkAction.NeedAddress());
        PppPeer six = new PppPeer(IP6).opened();
        assertThat(six.done(LinkAction.NeedAddress.class)).isEmpty();
        assertThat(six.done(LinkAction.Open.class))
                .containsExactly(new LinkAction.Open(six.link.magic(), PppPeer.LIMIT, false, true));
    }

    @Test
    void credentialsGoToWhoeverKnows() {
        PppPeer peer = new PppPeer(DUAL).established();
        ControlPacket challenge = peer.next(PppProtocol.CHAP, ChapPacket.CHALLENGE);
        Bytes value = challenge.data().slice(1, 16);
        assertThat(challenge.data().slice(17).toUtf8()).isEqualTo("sluice");
        peer.respond(challenge.id(), "alice");
        assertThat(peer.done(LinkAction.Authenticate.class))
                .containsExactly(new LinkAction.Authenticate(
                        Optional.of("alice"),
                        Optional.of(new Credentials.Chap(challenge.id(), Bytes.adopt(new byte[16]), value))));
        assertThat(peer.link.stage()).isEqualTo("authentication");
    }

    @Test
    void peerThatTerminatesIsAcknowledgedAndGone() {
        PppPeer peer = new PppPeer(DUAL).opened();
        peer.send(PppProtocol.LCP, ControlPacket.TERMINATE_REQUEST, 77, Bytes.utf8("bye"));
        assertThat(peer.next(PppProtocol.LCP, ControlPacket.TERMINATE_ACK).id()).isEqualTo(77);
        assertThat(peer.done.getLast())
                .isEqualTo(new LinkAction.Close(LinkEnd.PEER_TERMINATED, TerminateCause.USER_REQUEST));
        assertThat(peer.link.stage()).isEqualTo("dead");
        assertThat(peer.due(LinkTimer.ECHO)).isEmpty();
    }

    @Test
    void orderToTerminateSaysGoodbyeAndEndsAtOnce() {
        PppPeer peer = new PppPeer(DUAL).opened();
        peer.on(new LinkEvent.Terminate(TerminateCause.SESSION_TIMEOUT));
        assertThat(peer.next(PppProtocol.LCP, ControlPacket.TERMINATE_REQUEST)
                        .data()
                        .toUtf8())
                .isEqualTo("Terminated by the gateway");
        assertThat(peer.done.getLast())
                .isEqualTo(new LinkAction.Close(LinkEnd.ORDERED, TerminateCause.SESSION_TIMEOUT));
    }
}

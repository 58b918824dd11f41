package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MalformedPacket;
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
                        new LinkAction.Open(peer.link.magic(), PppPeer.LIMIT, NetworkUse.COMING, NetworkUse.OPEN),
                        new LinkAction.Open(peer.link.magic(), PppPeer.LIMIT, NetworkUse.OPEN, NetworkUse.OPEN));
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
                .containsExactly(
                        new LinkAction.Open(six.link.magic(), PppPeer.LIMIT, NetworkUse.NONE, NetworkUse.OPEN));
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

    @Test
    void silentPeerIsAskedMaxConfigureTimesAndThenIsNone() {
        PppPeer peer = new PppPeer(DUAL).begun();
        int rounds = 0;
        while (peer.link.phase() != Link.Phase.DEAD && rounds < 100) {
            peer.due(LinkTimer.LCP);
            rounds++;
        }
        assertThat(rounds).isEqualTo(10);
        assertThat(peer.sent)
                .hasSize(10)
                .allMatch(sent -> sent.packet().equals(peer.sent.getFirst().packet()));
        assertThat(peer.done.getLast()).isEqualTo(new LinkAction.Close(LinkEnd.NO_ANSWER, TerminateCause.LOST_CARRIER));
    }

    @Test
    void linkThatIsNotOpenInTimeEnds() {
        PppPeer peer = new PppPeer(IP6).authenticated();
        peer.due(LinkTimer.SETUP);
        assertThat(peer.done.getLast())
                .isEqualTo(new LinkAction.Close(LinkEnd.SETUP_TIMEOUT, TerminateCause.USER_ERROR));
        PppPeer open = new PppPeer(DUAL).opened();
        assertThat(open.due(LinkTimer.SETUP)).isEmpty();
    }

    @Test
    void peerThatNegotiatesAnewKeepsItsAddressAndItsPackets() {
        PppPeer peer = new PppPeer(DUAL).opened();
        peer.send(PppProtocol.LCP, ControlPacket.CONFIGURE_REQUEST, 9, PppOption.i32(LcpOptions.MAGIC, 5));
        assertThat(peer.counted()).contains(LinkCounter.RENEGOTIATED);
        assertThat(peer.done(LinkAction.Close.class)).isEmpty();
        peer.ack(PppProtocol.LCP);
        peer.next(PppProtocol.LCP, ControlPacket.CONFIGURE_ACK);
        peer.respond(peer.next(PppProtocol.CHAP, ChapPacket.CHALLENGE).id(), "alice");
        peer.on(PppPeer.accept());
        peer.next(PppProtocol.CHAP, ChapPacket.SUCCESS);
        peer.openIpv6cpAfterIpcp();
        assertThat(peer.done(LinkAction.NeedAddress.class)).hasSize(1);
        assertThat(peer.link.stage()).isEqualTo("open");
        assertThat(peer.done(LinkAction.Open.class).getLast())
                .isEqualTo(new LinkAction.Open(peer.link.magic(), PppPeer.LIMIT, NetworkUse.OPEN, NetworkUse.OPEN));
    }

    @Test
    void peerThatNegotiatesAnewAgainAndAgainHasNoMoreTimeToProveItself() {
        PppPeer peer = new PppPeer(DUAL).opened();
        for (int round = 0; round < 5; round++) {
            peer.send(PppProtocol.LCP, ControlPacket.CONFIGURE_REQUEST, 10 + round, PppOption.i32(LcpOptions.MAGIC, 5));
            peer.ack(PppProtocol.LCP);
            peer.next(PppProtocol.LCP, ControlPacket.CONFIGURE_ACK);
            peer.next(PppProtocol.CHAP, ChapPacket.CHALLENGE);
        }
        assertThat(peer.done(LinkAction.Arm.class))
                .filteredOn(arm -> arm.timer() == LinkTimer.SETUP)
                .as("when it began, and when it began anew")
                .hasSize(2);
        peer.due(LinkTimer.SETUP);
        assertThat(peer.link.ending()).contains(LinkEnd.SETUP_TIMEOUT);
    }

    @Test
    void networkProtocolIsIgnoredBeforeAuthenticationAndRejectedWhenNotOffered() {
        PppPeer peer = new PppPeer(IP4).established();
        peer.sent.clear();
        for (int protocol : List.of(PppProtocol.IPCP, PppProtocol.IPV6CP, 0x80fd)) {
            peer.send(protocol, ControlPacket.CONFIGURE_REQUEST, 1);
        }
        assertThat(peer.sent).isEmpty();
        PppPeer open = new PppPeer(IP4).opened();
        open.send(PppProtocol.IPV6CP, ControlPacket.CONFIGURE_REQUEST, 1, PppOption.u64(1, 7));
        assertThat(open.next(PppProtocol.LCP, ControlPacket.PROTOCOL_REJECT)
                        .data()
                        .toHex())
                .isEqualTo("8057" + "0101000e" + "010a0000000000000007");
        open.send(0x80fd, ControlPacket.CONFIGURE_REQUEST, 1);
        assertThat(open.next(PppProtocol.LCP, ControlPacket.PROTOCOL_REJECT)
                        .data()
                        .toHex())
                .isEqualTo("80fd" + "01010004");
    }

    @Test
    void rejectedProtocolIsCutToWhatThePeerTakes() {
        PppPeer peer = new PppPeer(IP4).opened();
        peer.on(new LinkEvent.Received(new PppFrame(0x80fd, Bytes.adopt(new byte[1490])).encode()));
        ControlPacket reject = peer.next(PppProtocol.LCP, ControlPacket.PROTOCOL_REJECT);
        assertThat(reject.encode().length()).isEqualTo(PppPeer.LIMIT);
    }

    @Test
    void oneFamilyThatThePeerRejectsLeavesTheOther() {
        PppPeer peer = new PppPeer(DUAL).authenticated();
        peer.on(PppPeer.grant());
        peer.next(PppProtocol.IPV6CP, ControlPacket.CONFIGURE_REQUEST);
        peer.next(PppProtocol.IPCP, ControlPacket.CONFIGURE_REQUEST);
        peer.send(PppProtocol.LCP, ControlPacket.PROTOCOL_REJECT, 1, Bytes.fromHex("8021"));
        assertThat(peer.link.phase()).isEqualTo(Link.Phase.NETWORK);
        assertThat(peer.done(LinkAction.ReleaseAddress.class)).hasSize(1);
        peer.send(PppProtocol.LCP, ControlPacket.PROTOCOL_REJECT, 2, Bytes.fromHex("8057"));
        assertThat(peer.link.ending()).contains(LinkEnd.NO_NETWORK);
        peer.next(PppProtocol.LCP, ControlPacket.TERMINATE_REQUEST);
    }

    @Test
    void peerThatRejectedIpcpAndComesBackToItGetsAnAddressFirst() {
        PppPeer peer = new PppPeer(DUAL).authenticated();
        peer.on(PppPeer.grant());
        peer.next(PppProtocol.IPV6CP, ControlPacket.CONFIGURE_REQUEST);
        peer.next(PppProtocol.IPCP, ControlPacket.CONFIGURE_REQUEST);
        peer.send(PppProtocol.LCP, ControlPacket.PROTOCOL_REJECT, 1, Bytes.fromHex("8021"));
        PppOption nothing = PppOption.ip4(IpcpOptions.ADDRESS, Ip4.ANY);
        peer.send(PppProtocol.IPCP, ControlPacket.CONFIGURE_REQUEST, 1, nothing);
        assertThat(peer.sent).as("no address is acknowledged as one").isEmpty();
        assertThat(peer.done(LinkAction.NeedAddress.class)).hasSize(2);
        peer.on(PppPeer.grant());
        peer.ack(PppProtocol.IPCP);
        ControlPacket nak = peer.next(PppProtocol.IPCP, ControlPacket.CONFIGURE_NAK);
        peer.send(PppProtocol.IPCP, ControlPacket.CONFIGURE_REQUEST, 2, nak.data());
        peer.next(PppProtocol.IPCP, ControlPacket.CONFIGURE_ACK);
        assertThat(peer.link.stage()).isEqualTo("open");
    }

    @Test
    void peerThatRejectsLcpOrItsOwnAuthenticationIsNone() {
        PppPeer early = new PppPeer(DUAL).begun();
        early.send(PppProtocol.LCP, ControlPacket.CODE_REJECT, 1, Bytes.fromHex("01010004"));
        assertThat(early.link.ending()).contains(LinkEnd.PROTOCOL_REJECTED);
        for (String protocol : List.of("c021", "c223")) {
            PppPeer peer = new PppPeer(DUAL).established();
            peer.send(PppProtocol.LCP, ControlPacket.PROTOCOL_REJECT, 1, Bytes.fromHex(protocol));
            assertThat(peer.link.ending()).contains(LinkEnd.PROTOCOL_REJECTED);
        }
        PppPeer open = new PppPeer(DUAL).opened();
        open.send(PppProtocol.LCP, ControlPacket.CODE_REJECT, 1, Bytes.fromHex("01010004"));
        assertThat(open.done.getLast())
                .isEqualTo(new LinkAction.Close(LinkEnd.PROTOCOL_REJECTED, TerminateCause.USER_ERROR));
        PppPeer harmless = new PppPeer(DUAL).opened();
        harmless.send(PppProtocol.LCP, ControlPacket.PROTOCOL_REJECT, 1, Bytes.fromHex("80fd"));
        harmless.send(PppProtocol.LCP, ControlPacket.CODE_REJECT, 1, Bytes.fromHex("0c010004"));
        assertThat(harmless.link.stage()).isEqualTo("open");
    }

    @Test
    void withoutAnAddressOnlyIp6IsLeft() {
        PppPeer four = new PppPeer(IP4).authenticated();
        four.on(new LinkEvent.AddressRefused(false));
        assertThat(four.link.ending()).contains(LinkEnd.NO_ADDRESS);
        PppPeer both = new PppPeer(DUAL).authenticated();
        both.on(new LinkEvent.AddressRefused(false));
        both.openIpv6cp();
        assertThat(both.link.stage()).isEqualTo("open");
    }

    @Test
    void ipcpThatEndsGivesTheAddressBackAndIpv6GoesOn() {
        PppPeer peer = new PppPeer(DUAL).opened();
        List<LinkAction> step = peer.send(PppProtocol.IPCP, ControlPacket.TERMINATE_REQUEST, 3);
        assertThat(step.getFirst())
                .isEqualTo(new LinkAction.Open(peer.link.magic(), PppPeer.LIMIT, NetworkUse.NONE, NetworkUse.OPEN));
        peer.next(PppProtocol.IPCP, ControlPacket.TERMINATE_ACK);
        peer.due(LinkTimer.IPCP);
        assertThat(peer.link.stage()).isEqualTo("open");
        assertThat(peer.counted()).contains(LinkCounter.IPCP_ENDED);
    }

    @Test
    void ipcpThatBeginsAgainGetsAnAddressAgain() {
        PppPeer peer = new PppPeer(DUAL).opened();
        peer.send(PppProtocol.IPCP, ControlPacket.TERMINATE_REQUEST, 3);
        peer.next(PppProtocol.IPCP, ControlPacket.TERMINATE_ACK);
        peer.due(LinkTimer.IPCP);
        List<LinkAction> step = peer.send(
                PppProtocol.IPCP,
                ControlPacket.CONFIGURE_REQUEST,
                4,
                PppOption.ip4(IpcpOptions.ADDRESS, PppPeer.ADDRESS));
        assertThat(step).containsExactly(new LinkAction.NeedAddress());
        peer.on(PppPeer.grant());
        peer.ack(PppProtocol.IPCP);
        assertThat(peer.next(PppProtocol.IPCP, ControlPacket.CONFIGURE_ACK).id())
                .isEqualTo(4);
        assertThat(peer.done(LinkAction.Open.class).getLast())
                .isEqualTo(new LinkAction.Open(peer.link.magic(), PppPeer.LIMIT, NetworkUse.OPEN, NetworkUse.OPEN));
    }

    @Test
    void requestWhoseOptionsLieAsksForNoAddress() {
        PppPeer peer = new PppPeer(DUAL).opened();
        peer.send(PppProtocol.IPCP, ControlPacket.TERMINATE_REQUEST, 3);
        peer.due(LinkTimer.IPCP);
        Bytes lie = new ControlPacket(ControlPacket.CONFIGURE_REQUEST, 4, Bytes.of(3, 0)).in(PppProtocol.IPCP);
        assertThatExceptionOfType(MalformedPacket.class)
                .isThrownBy(() -> peer.link.on(new LinkEvent.Received(lie), peer.context()));
    }

    @Test
    void ipcpThatBeginsAgainWithoutAnAddressLeavesIpv6() {
        PppPeer peer = new PppPeer(DUAL).opened();
        peer.send(PppProtocol.IPCP, ControlPacket.TERMINATE_REQUEST, 3);
        peer.due(LinkTimer.IPCP);
        for (int request = 4; request < 6; request++) {
            List<LinkAction> step = peer.send(PppProtocol.IPCP, ControlPacket.CONFIGURE_REQUEST, request);
            assertThat(step).containsExactly(new LinkAction.NeedAddress());
            peer.on(new LinkEvent.AddressRefused(false));
        }
        assertThat(peer.link.stage()).isEqualTo("open");
    }

    @Test
    void ipcpThatIsNegotiatedAnewInVainGivesTheAddressBack() {
        PppPeer peer = new PppPeer(DUAL).opened();
        peer.send(PppProtocol.IPCP, ControlPacket.CONFIGURE_REQUEST, 9, PppOption.i32(IpcpOptions.ADDRESS, 0));
        int opens = peer.done(LinkAction.Open.class).size();
        for (int tries = 0; tries < 10; tries++) {
            assertThat(peer.done(LinkAction.Open.class)).hasSize(opens);
            peer.due(LinkTimer.IPCP);
        }
        assertThat(peer.done(LinkAction.Open.class).getLast().ip4()).isEqualTo(NetworkUse.NONE);
        assertThat(peer.link.stage()).isEqualTo("open");
    }

    @Test
    void ipv6cpThatEndsLeavesIpv4AndMayBeginAgain() {
        PppPeer peer = new PppPeer(DUAL).opened();
        List<LinkAction> step = peer.send(PppProtocol.IPV6CP, ControlPacket.TERMINATE_REQUEST, 3);
        assertThat(step.getFirst())
                .isEqualTo(new LinkAction.Open(peer.link.magic(), PppPeer.LIMIT, NetworkUse.OPEN, NetworkUse.NONE));
        peer.next(PppProtocol.IPV6CP, ControlPacket.TERMINATE_ACK);
        peer.due(LinkTimer.IPV6CP);
        PppOption id = PppOption.u64(Ipv6cpOptions.INTERFACE_ID, PppPeer.INTERFACE_ID);
        peer.send(PppProtocol.IPV6CP, ControlPacket.CONFIGURE_REQUEST, 4, id);
        peer.ack(PppProtocol.IPV6CP);
        assertThat(peer.done(LinkAction.Open.class).getLast().ip6()).isEqualTo(NetworkUse.OPEN);
    }

    @Test
    void linkWithoutANetworkProtocolEndsAtOnce() {
        PppPeer four = new PppPeer(IP4).opened();
        four.send(PppProtocol.IPCP, ControlPacket.TERMINATE_REQUEST, 3);
        assertThat(four.done.getLast()).isEqualTo(new LinkAction.Close(LinkEnd.NO_NETWORK, TerminateCause.USER_ERROR));
        four.next(PppProtocol.IPCP, ControlPacket.TERMINATE_ACK);
        four.next(PppProtocol.LCP, ControlPacket.TERMINATE_REQUEST);
        PppPeer both = new PppPeer(DUAL).opened();
        both.send(PppProtocol.IPCP, ControlPacket.TERMINATE_REQUEST, 3);
        both.send(PppProtocol.IPV6CP, ControlPacket.TERMINATE_REQUEST, 3);
        assertThat(both.done.getLast()).isEqualTo(new LinkAction.Close(LinkEnd.NO_NETWORK, TerminateCause.USER_ERROR));
    }

    @Test
    void loopedLinkEnds() {
        PppPeer peer = new PppPeer(DUAL).begun();
        int rounds = 0;
        while (!peer.sent.isEmpty() && rounds < 200) {
            PppPeer.ControlPacketOf echoed = peer.sent.removeFirst();
            peer.on(new LinkEvent.Received(echoed.packet().in(echoed.protocol())));
            rounds++;
        }
        assertThat(peer.link.ending()).contains(LinkEnd.LOOPED);
        assertThat(rounds).isLessThan(50);
    }

    @Test
    void peerThatNeverAgreesToItsAddressIsNotNakkedForEver() {
        PppPeer peer = new PppPeer(IP4).authenticated();
        peer.on(PppPeer.grant());
        peer.ack(PppProtocol.IPCP);
        PppOption own = PppOption.ip4(IpcpOptions.ADDRESS, PppPeer.DNS_1);
        for (int round = 0; round < 5; round++) {
            peer.send(PppProtocol.IPCP, ControlPacket.CONFIGURE_REQUEST, round, own);
            peer.next(PppProtocol.IPCP, ControlPacket.CONFIGURE_NAK);
        }
        peer.send(PppProtocol.IPCP, ControlPacket.CONFIGURE_REQUEST, 6, own);
        assertThat(peer.next(PppProtocol.IPCP, ControlPacket.CONFIGURE_REJECT).data())
                .isEqualTo(PppOption.encodeAll(List.of(own)));
    }

    @Test
    void mruOfDiscoveryIsAskedForAndTheSmallerOneHolds() {
        LinkContext context = new PppPeer(IP4).context();
        assertThat(Link.begin(1500, context).lcp().options().request()).contains(PppOption.u16(LcpOptions.MRU, 1500));
        PppPeer peer = new PppPeer(IP4).begun();
        peer.ack(PppProtocol.LCP);
        peer.send(PppProtocol.LCP, ControlPacket.CONFIGURE_REQUEST, 1, PppOption.u16(LcpOptions.MRU, 1480));
        assertThat(peer.link.peerMru()).isEqualTo(1480);
    }

    @Test
    void repetitionsOfOneRequestCountAsOneWrongAddress() {
        PppPeer peer = new PppPeer(IP4).authenticated();
        peer.on(PppPeer.grant());
        peer.ack(PppProtocol.IPCP);
        PppOption none = PppOption.i32(IpcpOptions.ADDRESS, 0);
        for (int repeat = 0; repeat < 10; repeat++) {
            peer.send(PppProtocol.IPCP, ControlPacket.CONFIGURE_REQUEST, 1, none);
            peer.next(PppProtocol.IPCP, ControlPacket.CONFIGURE_NAK);
        }
        int naks = 10;
        while (naks < 100) {
            peer.send(PppProtocol.IPCP, ControlPacket.CONFIGURE_REQUEST, 1, none);
            if (peer.sent.removeFirst().packet().code() != ControlPacket.CONFIGURE_NAK) {
                break;
            }
            naks++;
        }
        assertThat(naks).as("but not for ever").isEqualTo(5 * 11);
    }
}

package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sluice.net.Bytes;
import sluice.session.api.IncompatibleState;
import sluice.session.api.TerminateCause;

/** Open links whose peers begin anew (RFC 1661, 3.4 and 3.5). */
class RenegotiationTest {

    private static final LinkEvent.Unanswered UNANSWERED = new LinkEvent.Unanswered();

    private static PppPeer opened(AuthenticationMethod method) {
        PppPeer peer = new PppPeer(PppPeer.with(List.of(method), false, Families.IP4)).established();
        prove(peer, method);
        peer.on(accept());
        peer.sent.clear();
        peer.on(PppPeer.grant());
        peer.openIpcp();
        assertThat(peer.link.stage()).isEqualTo("open");
        return peer;
    }

    /** The peer proves itself as far as it was asked to, and the question goes out. */
    private static void prove(PppPeer peer, AuthenticationMethod method) {
        switch (method) {
            case PAP -> peer.send(PppProtocol.PAP, PapPacket.REQUEST, 3, Bytes.of(1, 'a', 1, 'b'));
            case CHAP_MD5 ->
                peer.respond(peer.next(PppProtocol.CHAP, ChapPacket.CHALLENGE).id(), "a");
            case MS_CHAP2 -> {
                int id = peer.next(PppProtocol.CHAP, ChapPacket.CHALLENGE).id();
                Bytes value = Bytes.of(49).plus(Bytes.adopt(new byte[49])).plus(Bytes.utf8("a"));
                peer.send(PppProtocol.CHAP, ChapPacket.RESPONSE, id, value);
            }
        }
    }

    private static LinkEvent.Accepted accept() {
        Bytes proof = Bytes.of(1).plus(Bytes.utf8("S=" + "0".repeat(40)));
        return new LinkEvent.Accepted(Optional.empty(), Optional.of(proof), java.util.OptionalLong.empty());
    }

    private static void negotiateLcp(PppPeer peer) {
        peer.send(PppProtocol.LCP, ControlPacket.CONFIGURE_REQUEST, 9, PppOption.i32(LcpOptions.MAGIC, 5));
        peer.ack(PppProtocol.LCP);
        peer.next(PppProtocol.LCP, ControlPacket.CONFIGURE_ACK);
    }

    private static long questions(PppPeer peer) {
        return peer.done(LinkAction.Authenticate.class).size();
    }

    @ParameterizedTest
    @EnumSource
    void peerAboutWhomNobodyAnswersProvesItselfOnceMoreBeforeAnyNetworkProtocol(AuthenticationMethod method) {
        PppPeer peer = opened(method);
        negotiateLcp(peer);
        prove(peer, method);
        peer.on(UNANSWERED);
        assertThat(peer.sent).as("packets that the peer would drop").isEmpty();
        assertThat(peer.link.phase()).isEqualTo(Link.Phase.AUTHENTICATE);
        peer.due(LinkTimer.AUTHENTICATION);
        prove(peer, method);
        assertThat(questions(peer)).isEqualTo(3);
        peer.on(accept());
        boolean pap = method == AuthenticationMethod.PAP;
        peer.next(pap ? PppProtocol.PAP : PppProtocol.CHAP, pap ? PapPacket.ACK : ChapPacket.SUCCESS);
        peer.openIpcp();
        assertThat(peer.done(LinkAction.Close.class)).isEmpty();
        assertThat(peer.link.stage()).isEqualTo("open");
    }

    @Test
    void challengeAfterNoAnswerIsAnotherOneAndNotAtOnce() {
        PppPeer peer = opened(AuthenticationMethod.CHAP_MD5);
        negotiateLcp(peer);
        ControlPacket first = peer.next(PppProtocol.CHAP, ChapPacket.CHALLENGE);
        peer.respond(first.id(), "a");
        peer.on(UNANSWERED);
        peer.respond(first.id(), "a");
        assertThat(questions(peer)).as("a repeated response proves nothing").isEqualTo(2);
        peer.due(LinkTimer.AUTHENTICATION);
        ControlPacket second = peer.next(PppProtocol.CHAP, ChapPacket.CHALLENGE);
        assertThat(second.id()).isNotEqualTo(first.id());
        assertThat(second.data()).isNotEqualTo(first.data());
    }

    @ParameterizedTest
    @EnumSource
    void peerAboutWhomNobodyAnswersInTimeIsNotSaidToBeAtFault(AuthenticationMethod method) {
        PppPeer asking = opened(method);
        negotiateLcp(asking);
        prove(asking, method);
        PppPeer waiting = opened(method);
        negotiateLcp(waiting);
        prove(waiting, method);
        waiting.on(UNANSWERED);
        for (PppPeer peer : List.of(asking, waiting)) {
            assertThat(peer.armed).containsKey(LinkTimer.SETUP);
            peer.due(LinkTimer.SETUP);
            assertThat(peer.done.getLast())
                    .isEqualTo(new LinkAction.Close(LinkEnd.AUTHENTICATION_UNANSWERED, TerminateCause.NAS_ERROR));
        }
    }

    @Test
    void peerThatBeganAnewWhileAQuestionWasLostProvesItselfOnceMore() throws IncompatibleState {
        PppPeer peer = opened(AuthenticationMethod.CHAP_MD5);
        peer.due(LinkTimer.RECHALLENGE);
        prove(peer, AuthenticationMethod.CHAP_MD5);
        peer.link = FrozenLink.thaw(FrozenLink.freeze(peer.link));
        negotiateLcp(peer);
        assertThat(peer.sent).as("while an answer is awaited").isEmpty();
        peer.on(UNANSWERED);
        prove(peer, AuthenticationMethod.CHAP_MD5);
        peer.on(accept());
        peer.next(PppProtocol.CHAP, ChapPacket.SUCCESS);
        peer.openIpcp();
        assertThat(peer.link.stage()).isEqualTo("open");
    }

    @Test
    void lineThatIsTheProofNeedsNoAnswer() {
        PppPeer peer = new PppPeer(PppPeer.with(List.of(), true, Families.IP4)).established();
        peer.on(PppPeer.accept());
        peer.on(PppPeer.grant());
        peer.openIpcp();
        negotiateLcp(peer);
        peer.on(UNANSWERED);
        peer.openIpcp();
        assertThat(peer.link.stage()).isEqualTo("open");
    }

    @Test
    void peerThatTerminatesWhileItNegotiatesAnewIsGoneAtOnce() {
        PppPeer peer = opened(AuthenticationMethod.CHAP_MD5);
        peer.send(PppProtocol.LCP, ControlPacket.CONFIGURE_REQUEST, 9, PppOption.i32(LcpOptions.MAGIC, 5));
        peer.sent.clear();
        peer.send(PppProtocol.LCP, ControlPacket.TERMINATE_REQUEST, 10, Bytes.utf8("bye"));
        assertThat(peer.next(PppProtocol.LCP, ControlPacket.TERMINATE_ACK).id()).isEqualTo(10);
        assertThat(peer.done.getLast())
                .isEqualTo(new LinkAction.Close(LinkEnd.PEER_TERMINATED, TerminateCause.USER_REQUEST));
    }

    @Test
    void peerThatTerminatesBeforeItsLinkWasEverOpenMayNegotiateOn() {
        PppPeer peer = new PppPeer(PppPeer.with(List.of(AuthenticationMethod.PAP), false, Families.IP4)).begun();
        peer.send(PppProtocol.LCP, ControlPacket.TERMINATE_REQUEST, 10, Bytes.utf8("of before"));
        assertThat(peer.done(LinkAction.Close.class)).isEmpty();
    }
}

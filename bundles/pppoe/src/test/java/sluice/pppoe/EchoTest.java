package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.net.Bytes;
import sluice.net.WireWriter;
import sluice.session.api.TerminateCause;

/** Echoes of LCP (RFC 1661, 5.8) and the codes that want no answer (5.9; RFC 1570). */
class EchoTest {
    private static PppPeer opened() {
        return new PppPeer(PppPeer.with(List.of(AuthenticationMethod.CHAP_MD5), false, Families.IP4)).opened();
    }

    private static Bytes magic(int number) {
        return new WireWriter(4).i32(number).toBytes();
    }

    @Test
    void echoOfThePeerComesBackWithOurMagicNumber() {
        PppPeer peer = opened();
        peer.send(
                PppProtocol.LCP,
                ControlPacket.ECHO_REQUEST,
                200,
                magic(PppPeer.MAGIC).plus(Bytes.utf8("abc")));
        ControlPacket reply = peer.next(PppProtocol.LCP, ControlPacket.ECHO_REPLY);
        assertThat(reply.id()).isEqualTo(200);
        assertThat(reply.data()).isEqualTo(magic(peer.link.magic()).plus(Bytes.utf8("abc")));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void echoShorterThanItsMagicNumberIsIgnored(int length) {
        PppPeer peer = opened();
        peer.send(PppProtocol.LCP, ControlPacket.ECHO_REQUEST, 1, Bytes.adopt(new byte[length]));
        peer.send(PppProtocol.LCP, ControlPacket.ECHO_REPLY, 1, Bytes.adopt(new byte[length]));
        assertThat(peer.sent).isEmpty();
        assertThat(peer.counted().stream().filter(LinkCounter.SHORT_ECHO::equals))
                .hasSize(2);
    }

    @Test
    void ownEchoIsNotAnswered() {
        PppPeer peer = opened();
        peer.send(PppProtocol.LCP, ControlPacket.ECHO_REQUEST, 1, magic(peer.link.magic()));
        assertThat(peer.sent).isEmpty();
        assertThat(peer.counted()).contains(LinkCounter.LOOPS);
    }

    @Test
    void peerThatAnswersLives() {
        PppPeer peer = opened();
        for (int round = 0; round < 20; round++) {
            peer.due(LinkTimer.ECHO);
            ControlPacket request = peer.next(PppProtocol.LCP, ControlPacket.ECHO_REQUEST);
            assertThat(request.data()).isEqualTo(magic(peer.link.magic()));
            peer.send(PppProtocol.LCP, ControlPacket.ECHO_REPLY, request.id(), magic(PppPeer.MAGIC));
        }
        assertThat(peer.link.quality().sent()).isEqualTo(20);
        assertThat(peer.link.quality().answered()).isEqualTo(20);
        assertThat(peer.link.quality().lost()).isZero();
    }

    @Test
    void peerThatDoesNotAnswerThreeTimesIsDead() {
        PppPeer peer = opened();
        for (int round = 0; round < 3; round++) {
            peer.due(LinkTimer.ECHO);
            assertThat(peer.link.stage()).isEqualTo("open");
            peer.next(PppProtocol.LCP, ControlPacket.ECHO_REQUEST);
        }
        peer.due(LinkTimer.ECHO);
        peer.next(PppProtocol.LCP, ControlPacket.TERMINATE_REQUEST);
        assertThat(peer.done.getLast()).isEqualTo(new LinkAction.Close(LinkEnd.DEAD_PEER, TerminateCause.LOST_CARRIER));
        assertThat(peer.link.quality().lost()).isEqualTo(3);
    }

    @Test
    void oneAnswerForgivesTheMissesBefore() {
        PppPeer peer = opened();
        for (int round = 0; round < 30; round++) {
            peer.due(LinkTimer.ECHO);
            ControlPacket request = peer.next(PppProtocol.LCP, ControlPacket.ECHO_REQUEST);
            if (round % 3 == 2) {
                peer.send(PppProtocol.LCP, ControlPacket.ECHO_REPLY, request.id(), magic(0));
            }
        }
        assertThat(peer.link.stage()).isEqualTo("open");
    }

    @Test
    void replyToAnotherRequestIsNone() {
        PppPeer peer = opened();
        peer.due(LinkTimer.ECHO);
        int id = peer.next(PppProtocol.LCP, ControlPacket.ECHO_REQUEST).id();
        peer.send(PppProtocol.LCP, ControlPacket.ECHO_REPLY, id ^ 1, magic(0));
        assertThat(peer.counted()).contains(LinkCounter.STALE_ECHO);
        assertThat(peer.link.quality().answered()).isZero();
    }

    @Test
    void trafficIsAsGoodAsAnAnswer() {
        PppPeer peer = opened();
        for (int round = 0; round < 10; round++) {
            peer.received = OptionalLong.of(100L + round);
            peer.due(LinkTimer.ECHO);
            assertThat(peer.link.stage()).isEqualTo("open");
        }
        assertThat(peer.link.quality().sent()).as("only before the first count").isEqualTo(1);
        for (int round = 0; round < 4; round++) {
            peer.due(LinkTimer.ECHO);
        }
        assertThat(peer.link.stage()).isEqualTo("dead");
    }

    @ParameterizedTest
    @ValueSource(ints = {ControlPacket.DISCARD_REQUEST, ControlPacket.IDENTIFICATION, ControlPacket.TIME_REMAINING})
    void codesThatWantNoAnswerGetNone(int code) {
        PppPeer peer = opened();
        assertThat(peer.send(PppProtocol.LCP, code, 1, magic(PppPeer.MAGIC))).isEmpty();
        assertThat(peer.send(PppProtocol.LCP, code, 1, Bytes.EMPTY)).isEmpty();
    }

    @Test
    void unknownCodeIsRejected() {
        PppPeer peer = opened();
        peer.send(PppProtocol.LCP, 14, 5, Bytes.utf8("x"));
        assertThat(peer.next(PppProtocol.LCP, ControlPacket.CODE_REJECT).data().toHex())
                .isEqualTo("0e05000578");
        peer.send(PppProtocol.IPCP, ControlPacket.ECHO_REQUEST, 5, magic(0));
        assertThat(peer.next(PppProtocol.IPCP, ControlPacket.CODE_REJECT).data().toHex())
                .isEqualTo("0905000800000000");
    }
}

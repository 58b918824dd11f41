package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.net.Bytes;
import sluice.session.api.Credentials;
import sluice.session.api.IncompatibleState;
import sluice.session.api.TerminateCause;

/** PAP (RFC 1334), CHAP with MD5 (RFC 1994) and MS-CHAPv2 (RFC 2759). */
class AuthenticationTest {
    private static final Bytes PROOF = Bytes.of(9).plus(Bytes.utf8("S=" + "0123456789ABCDEF".repeat(2) + "01234567"));
    private static final LinkEvent.Rejected REJECTED =
            new LinkEvent.Rejected(Optional.of("Ask at the desk"), Optional.empty());

    private static PppPeer with(AuthenticationMethod method) {
        return new PppPeer(PppPeer.with(List.of(method), false, Families.IP4));
    }

    private static Bytes papRequest(String name, String password) {
        Bytes user = Bytes.utf8(name);
        Bytes secret = Bytes.utf8(password);
        return Bytes.of(user.length())
                .plus(user)
                .plus(Bytes.of(secret.length()))
                .plus(secret);
    }

    private static Bytes response(int length, String name) {
        byte[] value = new byte[length];
        for (int i = 0; i < length; i++) {
            value[i] = (byte) i;
        }
        return Bytes.of(length).plus(Bytes.adopt(value)).plus(Bytes.utf8(name));
    }

    private static LinkEvent.Accepted accept(Optional<Bytes> proof) {
        return new LinkEvent.Accepted(Optional.of("Welcome"), proof, OptionalLong.empty());
    }

    private static PppPeer asking(AuthenticationMethod method) {
        PppPeer peer = with(method).established();
        switch (method) {
            case PAP -> peer.send(PppProtocol.PAP, PapPacket.REQUEST, 3, papRequest("alice", "secret"));
            case CHAP_MD5, MS_CHAP2 -> {
                int id = peer.next(PppProtocol.CHAP, ChapPacket.CHALLENGE).id();
                int length = method == AuthenticationMethod.CHAP_MD5 ? 16 : 49;
                peer.send(PppProtocol.CHAP, ChapPacket.RESPONSE, id, response(length, "alice"));
            }
        }
        return peer;
    }

    @Test
    void papPasswordGoesOutAndTheReplyMessageComesBack() {
        PppPeer peer = asking(AuthenticationMethod.PAP);
        assertThat(peer.done(LinkAction.Authenticate.class))
                .containsExactly(new LinkAction.Authenticate(
                        Optional.of("alice"), Optional.of(new Credentials.Pap(Bytes.utf8("secret")))));
        peer.on(PppPeer.accept());
        ControlPacket ack = peer.next(PppProtocol.PAP, PapPacket.ACK);
        assertThat(ack.id()).isEqualTo(3);
        assertThat(ack.data().toHex()).isEqualTo("07" + Bytes.utf8("Welcome").toHex());
        assertThat(peer.link.phase()).isEqualTo(Link.Phase.NETWORK);
    }

    @Test
    void papRequestsMeanwhileAndAfterwardsAreAnsweredAsTheLast() {
        PppPeer peer = asking(AuthenticationMethod.PAP);
        peer.send(PppProtocol.PAP, PapPacket.REQUEST, 4, papRequest("alice", "secret"));
        peer.on(PppPeer.accept());
        assertThat(peer.next(PppProtocol.PAP, PapPacket.ACK).id()).isEqualTo(4);
        peer.send(PppProtocol.PAP, PapPacket.REQUEST, 5, papRequest("alice", "nonsense"));
        assertThat(peer.next(PppProtocol.PAP, PapPacket.ACK).id()).isEqualTo(5);
        assertThat(peer.done(LinkAction.Authenticate.class)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void refusedPeerReadsWhyAndIsSentAway(AuthenticationMethod method) {
        PppPeer peer = asking(method);
        peer.on(REJECTED);
        ControlPacket no = method == AuthenticationMethod.PAP
                ? peer.next(PppProtocol.PAP, PapPacket.NAK)
                : peer.next(PppProtocol.CHAP, ChapPacket.FAILURE);
        assertThat(no.data().toUtf8()).endsWith("Ask at the desk");
        ControlPacket bye = peer.next(PppProtocol.LCP, ControlPacket.TERMINATE_REQUEST);
        peer.send(PppProtocol.LCP, ControlPacket.TERMINATE_ACK, bye.id());
        assertThat(peer.done.getLast())
                .isEqualTo(new LinkAction.Close(LinkEnd.AUTHENTICATION_FAILED, TerminateCause.USER_ERROR));
    }

    @ParameterizedTest
    @EnumSource
    void nobodyIsAcceptedWithoutAnAnswer(AuthenticationMethod method) {
        PppPeer peer = asking(method);
        peer.on(new LinkEvent.Unanswered());
        assertThat(peer.link.phase()).isEqualTo(Link.Phase.TERMINATE);
        assertThat(peer.link.ending()).contains(LinkEnd.AUTHENTICATION_UNANSWERED);
        assertThat(peer.counted()).doesNotContain(LinkCounter.AUTHENTICATED);
    }

    @ParameterizedTest
    @EnumSource
    void answerThatNobodyWaitsForChangesNothing(AuthenticationMethod method) {
        PppPeer peer = with(method).established();
        assertThat(peer.on(accept(Optional.of(PROOF)))).isEmpty();
        assertThat(peer.on(REJECTED)).isEmpty();
        assertThat(peer.link.phase()).isEqualTo(Link.Phase.AUTHENTICATE);
    }

    @Test
    void papMayBeTriedAgainAsOftenAsTheOperatorSays() {
        LinkSettings given = LinkSettings.DEFAULT;
        LinkSettings twice = new LinkSettings(
                List.of(AuthenticationMethod.PAP),
                false,
                Families.IP4,
                "sluice",
                given.restart(),
                10,
                2,
                5,
                2,
                Duration.ZERO,
                given.echo(),
                3,
                given.setup());
        PppPeer peer = new PppPeer(twice).established();
        peer.send(PppProtocol.PAP, PapPacket.REQUEST, 3, papRequest("alice", "wrong"));
        peer.on(REJECTED);
        peer.next(PppProtocol.PAP, PapPacket.NAK);
        assertThat(peer.link.phase()).isEqualTo(Link.Phase.AUTHENTICATE);
        peer.send(PppProtocol.PAP, PapPacket.REQUEST, 4, papRequest("alice", "wrong again"));
        peer.on(REJECTED);
        assertThat(peer.next(PppProtocol.PAP, PapPacket.NAK).id()).isEqualTo(4);
        assertThat(peer.link.ending()).contains(LinkEnd.AUTHENTICATION_FAILED);
    }

    @Test
    void msChap2CarriesTheProofOfTheServer() {
        PppPeer peer = asking(AuthenticationMethod.MS_CHAP2);
        Credentials.MsChap2 asked = (Credentials.MsChap2) peer.done(LinkAction.Authenticate.class)
                .getFirst()
                .credentials()
                .orElseThrow();
        assertThat(asked.response().toHex())
                .isEqualTo("0000" + response(49, "").slice(1, 48).toHex());
        assertThat(asked.challenge()).isEqualTo(peer.link.authentication().challenge());
        peer.on(accept(Optional.of(PROOF)));
        assertThat(peer.next(PppProtocol.CHAP, ChapPacket.SUCCESS).data().toUtf8())
                .isEqualTo("S=0123456789ABCDEF0123456789ABCDEF01234567 M=Welcome");
    }

    @Test
    void msChap2WithoutProofOfTheServerFails() {
        for (Optional<Bytes> proof : List.of(
                Optional.<Bytes>empty(),
                Optional.of(Bytes.EMPTY),
                Optional.of(PROOF.slice(0, 42)),
                Optional.of(Bytes.adopt(new byte[43])))) {
            PppPeer peer = asking(AuthenticationMethod.MS_CHAP2);
            peer.on(accept(proof));
            peer.next(PppProtocol.CHAP, ChapPacket.FAILURE);
            assertThat(peer.link.ending()).contains(LinkEnd.AUTHENTICATION_UNANSWERED);
        }
    }

    @Test
    void msChap2FailureNamesErrorChallengeAndMessage() {
        PppPeer peer = asking(AuthenticationMethod.MS_CHAP2);
        String challenge = peer.link.authentication().challenge().toHex().toUpperCase(java.util.Locale.ROOT);
        Bytes error = Bytes.of(7).plus(Bytes.utf8("E=648 R=1 C=00 V=3 M=Password expired"));
        peer.on(new LinkEvent.Rejected(Optional.empty(), Optional.of(error)));
        assertThat(peer.next(PppProtocol.CHAP, ChapPacket.FAILURE).data().toUtf8())
                .isEqualTo("E=648 R=0 C=" + challenge + " V=3 M=Authentication failed");
        PppPeer plain = asking(AuthenticationMethod.MS_CHAP2);
        plain.on(REJECTED);
        assertThat(plain.next(PppProtocol.CHAP, ChapPacket.FAILURE).data().toUtf8())
                .startsWith("E=691 R=0 C=")
                .endsWith(" V=3 M=Ask at the desk");
    }

    @Test
    void chapResponseIsGoodForTheLastChallengeOnlyAndRepeatsGetTheSameAnswer() {
        PppPeer peer = with(AuthenticationMethod.CHAP_MD5).established();
        int id = peer.next(PppProtocol.CHAP, ChapPacket.CHALLENGE).id();
        peer.send(PppProtocol.CHAP, ChapPacket.RESPONSE, id + 1, response(16, "alice"));
        assertThat(peer.counted()).contains(LinkCounter.STALE_RESPONSE);
        assertThat(peer.done(LinkAction.Authenticate.class)).isEmpty();
        peer.send(PppProtocol.CHAP, ChapPacket.RESPONSE, id, response(16, "alice"));
        peer.send(PppProtocol.CHAP, ChapPacket.RESPONSE, id, response(16, "alice"));
        assertThat(peer.done(LinkAction.Authenticate.class)).hasSize(1);
        peer.on(PppPeer.accept());
        ControlPacket first = peer.next(PppProtocol.CHAP, ChapPacket.SUCCESS);
        peer.send(PppProtocol.CHAP, ChapPacket.RESPONSE, id, response(16, "mallory"));
        assertThat(peer.next(PppProtocol.CHAP, ChapPacket.SUCCESS)).isEqualTo(first);
        assertThat(peer.done(LinkAction.Authenticate.class)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void answerThatGotLostIsGivenAgainWithoutAQuestionAlsoOfAnOpenLinkAfterARestart(AuthenticationMethod method)
            throws IncompatibleState {
        PppPeer peer = asking(method);
        peer.on(accept(Optional.of(PROOF)));
        ControlPacket lost = peer.sent.removeFirst().packet();
        repeat(peer, method, lost.id());
        assertThat(peer.sent.removeFirst().packet()).as("before IPCP").isEqualTo(lost);
        peer.on(PppPeer.grant());
        peer.openIpcp();
        peer.link = FrozenLink.thaw(FrozenLink.freeze(peer.link));
        repeat(peer, method, lost.id());
        assertThat(peer.sent.removeFirst().packet()).as("of an open link").isEqualTo(lost);
        assertThat(peer.done(LinkAction.Authenticate.class)).hasSize(1);
        assertThat(peer.link.stage()).isEqualTo("open");
    }

    private static void repeat(PppPeer peer, AuthenticationMethod method, int id) {
        switch (method) {
            case PAP -> peer.send(PppProtocol.PAP, PapPacket.REQUEST, id, papRequest("alice", "secret"));
            case CHAP_MD5 -> peer.send(PppProtocol.CHAP, ChapPacket.RESPONSE, id, response(16, "alice"));
            case MS_CHAP2 -> peer.send(PppProtocol.CHAP, ChapPacket.RESPONSE, id, response(49, "alice"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void silentPeerIsGivenUp(AuthenticationMethod method) {
        PppPeer peer = with(method).established();
        int rounds = 0;
        while (peer.link.phase() == Link.Phase.AUTHENTICATE && rounds < 100) {
            peer.due(LinkTimer.AUTHENTICATION);
            rounds++;
        }
        assertThat(rounds).isEqualTo(LinkSettings.DEFAULT.maxConfigure());
        assertThat(peer.link.ending()).contains(LinkEnd.AUTHENTICATION_TIMEOUT);
        long challenges = peer.sent.stream()
                .filter(sent -> sent.protocol() == PppProtocol.CHAP)
                .map(sent -> sent.packet().data())
                .distinct()
                .count();
        assertThat(challenges).isEqualTo(method == AuthenticationMethod.PAP ? 0 : 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "61620a", "fffe", "7f", "c285"})
    void nameThatCannotBeAskedForIsRefusedUnasked(String hex) {
        PppPeer peer = with(AuthenticationMethod.PAP).established();
        Bytes name = Bytes.fromHex(hex);
        Bytes data = Bytes.of(name.length()).plus(name).plus(Bytes.of(0));
        peer.send(PppProtocol.PAP, PapPacket.REQUEST, 1, data);
        peer.next(PppProtocol.PAP, PapPacket.NAK);
        assertThat(peer.done(LinkAction.Authenticate.class)).isEmpty();
        assertThat(peer.counted()).contains(LinkCounter.BAD_NAME);
    }

    @Test
    void lineIsTheProofWhenNothingIsAsked() {
        PppPeer peer = new PppPeer(PppPeer.with(List.of(), true, Families.IP4)).established();
        assertThat(peer.done(LinkAction.Authenticate.class))
                .containsExactly(new LinkAction.Authenticate(Optional.empty(), Optional.empty()));
        peer.on(PppPeer.accept());
        assertThat(peer.sent).isEmpty();
        assertThat(peer.link.phase()).isEqualTo(Link.Phase.NETWORK);
    }

    @Test
    void openLinkIsChallengedAnewAndGoesOn() {
        PppPeer peer = new PppPeer(PppPeer.with(List.of(AuthenticationMethod.CHAP_MD5), false, Families.IP4)).opened();
        Bytes before = peer.link.authentication().challenge();
        peer.due(LinkTimer.RECHALLENGE);
        ControlPacket challenge = peer.next(PppProtocol.CHAP, ChapPacket.CHALLENGE);
        assertThat(challenge.data().slice(1, 16)).isNotEqualTo(before);
        peer.respond(challenge.id(), "alice");
        assertThat(peer.done(LinkAction.Authenticate.class)).hasSize(2);
        peer.on(PppPeer.accept());
        peer.next(PppProtocol.CHAP, ChapPacket.SUCCESS);
        assertThat(peer.sent).isEmpty();
        assertThat(peer.link.stage()).isEqualTo("open");
        assertThat(peer.armed).containsKeys(LinkTimer.RECHALLENGE, LinkTimer.ECHO);
        assertThat(peer.done(LinkAction.Open.class)).hasSize(1);
    }

    @Test
    void openLinkEndsWhenTheNewAnswerIsWrong() {
        PppPeer peer = new PppPeer(PppPeer.with(List.of(AuthenticationMethod.CHAP_MD5), false, Families.IP4)).opened();
        peer.due(LinkTimer.RECHALLENGE);
        peer.respond(peer.next(PppProtocol.CHAP, ChapPacket.CHALLENGE).id(), "alice");
        peer.on(REJECTED);
        peer.next(PppProtocol.CHAP, ChapPacket.FAILURE);
        peer.next(PppProtocol.LCP, ControlPacket.TERMINATE_REQUEST);
        assertThat(peer.done.getLast())
                .isEqualTo(
                        new LinkAction.Close(LinkEnd.REAUTHENTICATION_FAILED, TerminateCause.REAUTHENTICATION_FAILURE));
    }

    @Test
    void openLinkOutlivesAServerThatIsAway() {
        PppPeer peer = new PppPeer(PppPeer.with(List.of(AuthenticationMethod.CHAP_MD5), false, Families.IP4)).opened();
        peer.due(LinkTimer.RECHALLENGE);
        peer.respond(peer.next(PppProtocol.CHAP, ChapPacket.CHALLENGE).id(), "alice");
        peer.on(new LinkEvent.Unanswered());
        assertThat(peer.link.stage()).isEqualTo("open");
        assertThat(peer.armed).containsKey(LinkTimer.RECHALLENGE);
    }

    @Test
    void openLinkIsNobodyElses() {
        PppPeer peer = new PppPeer(PppPeer.with(List.of(AuthenticationMethod.CHAP_MD5), false, Families.IP4)).opened();
        peer.due(LinkTimer.RECHALLENGE);
        peer.respond(peer.next(PppProtocol.CHAP, ChapPacket.CHALLENGE).id(), "bob");
        assertThat(peer.done(LinkAction.Authenticate.class)).hasSize(1);
        assertThat(peer.done.getLast()).isEqualTo(new LinkAction.Close(LinkEnd.OTHER_USER, TerminateCause.USER_ERROR));
    }

    @Test
    void answerToTheQuestionOfBeforeIsThrownAway() {
        PppPeer peer = asking(AuthenticationMethod.CHAP_MD5);
        peer.send(PppProtocol.LCP, ControlPacket.CONFIGURE_REQUEST, 8);
        peer.ack(PppProtocol.LCP);
        peer.next(PppProtocol.LCP, ControlPacket.CONFIGURE_ACK);
        assertThat(peer.link.phase()).isEqualTo(Link.Phase.AUTHENTICATE);
        assertThat(peer.sent).as("no challenge while the old question is open").isEmpty();
        peer.on(PppPeer.accept());
        ControlPacket challenge = peer.next(PppProtocol.CHAP, ChapPacket.CHALLENGE);
        assertThat(peer.link.phase()).isEqualTo(Link.Phase.AUTHENTICATE);
        peer.respond(challenge.id(), "alice");
        peer.on(PppPeer.accept());
        assertThat(peer.link.phase()).isEqualTo(Link.Phase.NETWORK);
    }

    @Test
    void longMessageIsCutBetweenCharacters() {
        String words = "x" + "\u00e4".repeat(200);
        Bytes data = PapPacket.message(words);
        assertThat(data.length()).isEqualTo(1 + 255);
        assertThat(data.at(0)).isEqualTo(255);
        assertThat(ChapPacket.text("x" + words, 255).length()).isEqualTo(254);
    }

    @Test
    void secretsAreNotShown() {
        assertThat(new PapPacket.Request(Bytes.utf8("a"), Bytes.utf8("secret")).toString())
                .doesNotContain(Bytes.utf8("secret").toHex());
        assertThat(new ChapPacket.Response(Bytes.utf8("secret"), Bytes.utf8("a")).toString())
                .doesNotContain(Bytes.utf8("secret").toHex());
    }
}

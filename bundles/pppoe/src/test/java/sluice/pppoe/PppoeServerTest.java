package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sluice.dataplane.api.Frame;
import sluice.net.Bytes;
import sluice.net.Ip6Prefix;
import sluice.net.VlanTag;
import sluice.platform.api.Table;
import sluice.session.api.Addressing;
import sluice.session.api.Authorization;
import sluice.session.api.Credentials;
import sluice.session.api.Effect;
import sluice.session.api.IncompatibleState;
import sluice.session.api.Outcome;
import sluice.session.api.PppLink;
import sluice.session.api.TerminateCause;

class PppoeServerTest {
    @ParameterizedTest
    @EnumSource(
            value = AuthenticationMethod.class,
            names = {"PAP", "CHAP_MD5"})
    void subscriberComesUp(AuthenticationMethod method) {
        FakeEngine engine = engine(method);
        Peer peer = new Peer(engine);
        peer.dial();
        assertThat(engine.only().stage()).isEqualTo("open");
        assertThat(peer.address).isEqualTo(FakeEngine.ADDRESS);
        assertThat(engine.questions)
                .singleElement()
                .satisfies(question -> assertThat(question.userName()).contains(Peer.USER));
        Effect.Open open = engine.opened.getLast();
        assertThat(open.tags()).containsExactly(new VlanTag(VlanTag.S_TAG, 100), new VlanTag(VlanTag.C_TAG, 7));
        assertThat(open.nextHop()).isEqualTo(engine.only().key().mac());
        assertThat(open.lease()).isEmpty();
        assertThat(open.link()).hasValueSatisfying(link -> {
            assertThat(link.magic()).isNotZero();
            assertThat(link.mru()).isEqualTo(1492);
        });
    }

    @Test
    void gatewayIsReadyBeforeTheSubscriberKnows() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        Peer peer = new Peer(engine);
        peer.speaksIp6 = false;
        peer.dial();
        assertThat(engine.opened).hasSize(1);
        assertThat(engine.counters.get(LinkCounter.IPCP_OPENED)).isEqualTo(1);
    }

    @Test
    void passwordGoesToRadiusAndIntoNoTrace() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        new Peer(engine).dial();
        assertThat(engine.questions.getFirst().credentials()).contains(new Credentials.Pap(Bytes.utf8("secret")));
        Table trace = engine.negotiations.table();
        assertThat(trace.rows().stream().map(row -> row.get(6)))
                .anyMatch(line -> line.startsWith("PADS"))
                .contains("PAP AuthReq id=0x1 user=\"" + Peer.USER + "\" password=<hidden>")
                .noneMatch(line -> line.contains("secret") || line.contains("736563726574"));
    }

    @Test
    void lineRatesGoToRadius() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        Peer peer = new Peer(engine);
        peer.access = List.of(
                new PppoeTag(PppoeTag.VENDOR_SPECIFIC, Bytes.fromHex("00000de9" + "0105312f302f33" + "810400002710")));
        peer.dial();
        assertThat(engine.questions.getFirst().attributes()).isEqualTo(Map.of("Actual-Data-Rate-Upstream", "10000000"));
        assertThat(engine.only().key().line()).hasToString("0:100.7 1/0/3@");
    }

    @Test
    void wrongPasswordIsToldAndEndsTheSession() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        engine.verdict = Optional.of(new Outcome.Rejected("Unknown user"));
        Peer peer = new Peer(engine);
        peer.dial();
        assertThat(peer.heard).anyMatch(line -> line.startsWith("PAP AuthNak") && line.contains("Unknown"));
        assertThat(peer.heard).anyMatch(line -> line.startsWith("LCP TermReq"));
        assertThat(peer.heard.getLast()).isEqualTo("PADT");
        assertThat(engine.sessions).isEmpty();
        assertThat(engine.opened).isEmpty();
        assertThat(engine.counters.get(LinkEnd.AUTHENTICATION_FAILED)).isEqualTo(1);
    }

    @Test
    void nobodyIsLetInWhileRadiusIsSilent() {
        FakeEngine engine = engine(AuthenticationMethod.CHAP_MD5);
        engine.verdict = Optional.of(new Outcome.Unanswered("no server"));
        Peer peer = new Peer(engine);
        peer.dial();
        assertThat(engine.opened).isEmpty();
        assertThat(engine.sessions).isEmpty();
        assertThat(peer.heard.getLast()).isEqualTo("PADT");
    }

    @ParameterizedTest
    @EnumSource(
            value = AuthenticationMethod.class,
            names = {"PAP", "CHAP_MD5"})
    void subscriberWhoWaitsForRadiusIsToldWhenTheWaitIsOver(AuthenticationMethod method) {
        FakeEngine engine = engine(method);
        Peer peer = waiting(engine);
        engine.tell(engine.only(), new Outcome.Unanswered("no RADIUS server answered in time"));
        peer.talk();
        assertThat(peer.heard)
                .anyMatch(line -> (line.startsWith("PAP AuthNak") || line.startsWith("CHAP Failure"))
                        && line.contains("Authentication is not possible now"));
        assertThat(engine.counters.get(LinkEnd.AUTHENTICATION_UNANSWERED)).isEqualTo(1);
        assertThat(engine.counters.get(LinkEnd.SETUP_TIMEOUT)).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = AuthenticationMethod.class,
            names = {"PAP", "CHAP_MD5"})
    void subscriberWhoWaitsForRadiusComesUpWhenAServerIsBack(AuthenticationMethod method) {
        FakeEngine engine = engine(method);
        Peer peer = waiting(engine);
        engine.tell(engine.only(), new Outcome.Accepted(Authorization.DEFAULT));
        peer.talk();
        assertThat(engine.only().stage()).isEqualTo("open");
        assertThat(engine.questions).hasSize(1);
    }

    /** Nobody answers for longer than a set-up takes, as with a queue. */
    private static Peer waiting(FakeEngine engine) {
        engine.verdict = Optional.empty();
        Peer peer = new Peer(engine);
        peer.dial();
        peer.heard.clear();
        for (int i = 0; i < 10; i++) {
            engine.advance(Duration.ofSeconds(30));
            peer.talk();
        }
        assertThat(peer.heard).allMatch(line -> line.startsWith("LCP EchoReq"));
        return peer;
    }

    @Test
    void repeatedRequestGetsTheSameConfirmation() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        engine.verdict = Optional.empty();
        Peer peer = new Peer(engine);
        peer.dial();
        int session = peer.session;
        peer.heard.clear();
        engine.receive(peer.padr());
        peer.talk();
        assertThat(peer.heard).containsExactly("PADS service=\"\" host-uniq=0102");
        assertThat(peer.session).isEqualTo(session);
        assertThat(engine.sessions).hasSize(1);
    }

    @Test
    void requestWithTheCookieOfAnotherSessionDoesNotEndThisOne() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        Peer peer = new Peer(engine);
        peer.dial();
        byte[] forged = peer.padr().bytes().toArray();
        forged[forged.length - 1] ^= 1;
        engine.receive(new Frame(0, Bytes.adopt(forged)));
        assertThat(engine.sent).isEmpty();
        assertThat(engine.only().isOpen()).isTrue();
    }

    @Test
    void subscriberWhoHangsUpEndsTheSession() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        Peer peer = new Peer(engine);
        peer.dial();
        engine.receive(peer.padt());
        assertThat(engine.closed).containsExactly(TerminateCause.USER_REQUEST);
        assertThat(engine.sessions).isEmpty();
        assertThat(engine.sent).isEmpty();
        assertThat(engine.counters.get(SessionEnd.PADT)).isEqualTo(1);
    }

    @Test
    void subscriberWhoTerminatesTheLinkGetsAnAckAndTheEnd() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        Peer peer = new Peer(engine);
        peer.dial();
        peer.heard.clear();
        engine.receive(peer.data(PppProtocol.LCP, new ControlPacket(ControlPacket.TERMINATE_REQUEST, 7, Bytes.EMPTY)));
        peer.talk();
        assertThat(peer.heard).containsExactly("LCP TermAck id=0x7", "PADT");
        assertThat(engine.closed).containsExactly(TerminateCause.USER_REQUEST);
    }

    @Test
    void operatorEndsTheSessionWithTerminateAndPadt() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        Peer peer = new Peer(engine);
        peer.dial();
        peer.heard.clear();
        engine.tell(engine.only(), new Outcome.Disconnect(TerminateCause.ADMIN_RESET));
        peer.talk();
        assertThat(peer.heard).hasSize(2).last().isEqualTo("PADT");
        assertThat(peer.heard.getFirst()).startsWith("LCP TermReq");
        assertThat(engine.closed).containsExactly(TerminateCause.ADMIN_RESET);
    }

    @Test
    void silentSubscriberIsFoundByItsEchoes() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        Peer peer = new Peer(engine);
        peer.dial();
        peer.answersEchoes = true;
        for (int minute = 0; minute < 5; minute++) {
            engine.advance(Duration.ofSeconds(30));
            peer.talk();
        }
        assertThat(engine.only().isOpen()).isTrue();
        assertThat(engine.server.details(engine.only().state().orElseThrow()))
                .containsEntry("echo_sent", "5")
                .containsEntry("echo_answered", "5")
                .containsEntry("echo_lost", "0")
                .containsEntry("authentication", "pap")
                .containsEntry("ipcp", "opened")
                .containsEntry("interface_id", "0000000000001234");
        engine.advance(Duration.ofSeconds(65));
        assertThat(engine.server.details(engine.only().state().orElseThrow()))
                .containsEntry("echo_sent", "7")
                .containsEntry("echo_lost", "1");
        engine.advance(Duration.ofSeconds(60));
        assertThat(engine.closed).containsExactly(TerminateCause.LOST_CARRIER);
        assertThat(engine.counters.get(LinkEnd.DEAD_PEER)).isEqualTo(1);
    }

    @Test
    void trafficProvesThatTheSubscriberIsThere() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        new Peer(engine).dial();
        for (int packets = 1; packets <= 10; packets++) {
            engine.received = OptionalLong.of(packets);
            engine.advance(Duration.ofSeconds(30));
        }
        assertThat(engine.only().isOpen()).isTrue();
    }

    @Test
    void openSessionGoesOnAfterAnUpgrade() throws IncompatibleState {
        FakeEngine engine = engine(AuthenticationMethod.CHAP_MD5);
        Peer peer = new Peer(engine);
        peer.dial();
        engine.received = OptionalLong.of(200);
        engine.upgrade();
        for (int echo = 0; echo < 3; echo++) {
            peer.heard.clear();
            engine.advance(Duration.ofSeconds(30));
            peer.talk();
            assertThat(peer.heard).singleElement().asString().startsWith("LCP EchoReq");
        }
        assertThat(engine.only().stage()).isEqualTo("open");
        engine.receive(peer.padt());
        assertThat(engine.closed).containsExactly(TerminateCause.USER_REQUEST);
    }

    @Test
    void frameOfASessionThatIsGoneIsAnsweredWithTheEnd() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        Peer peer = new Peer(engine);
        peer.dial();
        int session = peer.session;
        engine.receive(peer.padt());
        peer.heard.clear();
        peer.session = session;
        engine.receive(peer.data(
                PppProtocol.LCP, new ControlPacket(ControlPacket.ECHO_REQUEST, 1, Bytes.fromHex("11223344"))));
        peer.talk();
        assertThat(peer.heard).containsExactly("PADT");
    }

    @Test
    void withoutAddressThereIsNoSession() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        engine.hasAddresses = false;
        Peer peer = new Peer(engine);
        peer.speaksIp6 = false;
        peer.dial();
        assertThat(engine.opened).isEmpty();
        assertThat(engine.sessions).isEmpty();
        assertThat(engine.counters.get(LinkEnd.NO_ADDRESS) + engine.counters.get(LinkEnd.NO_NETWORK))
                .isEqualTo(1);
    }

    @Test
    void subscriberOfIpv6AloneWithoutAPrefixIsNotKept() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        Peer peer = new Peer(engine);
        peer.speaksIp4 = false;
        peer.dial();
        assertThat(engine.opened).isEmpty();
        for (int i = 0; i < 5 && !engine.sessions.isEmpty(); i++) {
            engine.advance(Duration.ofSeconds(30));
            peer.talk();
        }
        assertThat(engine.sessions).isEmpty();
        assertThat(engine.counters.get(SessionEnd.NO_PREFIX)).isEqualTo(1);
    }

    @Test
    void subscriberWhoEndsIpcpKeepsHisPrefixAndGivesHisAddressBack() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        engine.verdict = Optional.of(new Outcome.Accepted(Authorization.DEFAULT.withAddressing(
                Addressing.NONE.withPrefixes(Optional.of(Ip6Prefix.parse("2001:db8::/64")), Optional.empty()))));
        Peer peer = new Peer(engine);
        peer.dial();
        peer.heard.clear();
        engine.receive(peer.data(PppProtocol.IPCP, new ControlPacket(ControlPacket.TERMINATE_REQUEST, 7, Bytes.EMPTY)));
        peer.talk();
        assertThat(peer.heard).containsExactly("IPCP TermAck id=0x7");
        PppLink link = engine.opened.getLast().link().orElseThrow();
        assertThat(link.ip4()).isFalse();
        assertThat(link.ip6()).isTrue();
        assertThat(engine.only().address()).isEmpty();
        assertThat(engine.only().isOpen()).isTrue();
    }

    @Test
    void subscriberWhoEndsIpcpAndHasNoPrefixIsEnded() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        Peer peer = new Peer(engine);
        peer.dial();
        engine.receive(peer.data(PppProtocol.IPCP, new ControlPacket(ControlPacket.TERMINATE_REQUEST, 7, Bytes.EMPTY)));
        peer.talk();
        assertThat(peer.heard.getLast()).isEqualTo("PADT");
        assertThat(engine.closed).containsExactly(TerminateCause.SERVICE_UNAVAILABLE);
        assertThat(engine.counters.get(SessionEnd.NO_PREFIX)).isEqualTo(1);
    }

    @Test
    void subscriberToWhomRadiusGrantsAnotherAddressDialsAnew() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        Peer peer = new Peer(engine);
        peer.dial();
        engine.only().move();
        engine.advance(Duration.ofSeconds(30));
        peer.talk();
        assertThat(engine.closed).containsExactly(TerminateCause.NAS_REQUEST);
        assertThat(peer.heard.getLast()).isEqualTo("PADT");
        assertThat(engine.counters.get(SessionEnd.MOVED)).isEqualTo(1);
    }

    @Test
    void sessionThatTheDataPlaneRefusesIsEnded() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        engine.dataPlaneFails = true;
        Peer peer = new Peer(engine);
        peer.dial();
        assertThat(engine.sessions).isEmpty();
        assertThat(engine.counters.get(SessionEnd.OPEN_FAILED)).isEqualTo(1);
        assertThat(peer.heard.getLast()).isEqualTo("PADT");
    }

    @Test
    void sessionThatIsNotDurableIsEnded() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        Peer peer = new Peer(engine);
        peer.dial();
        engine.withdraw(engine.only());
        peer.talk();
        assertThat(engine.sessions).isEmpty();
        assertThat(peer.heard.getLast()).isEqualTo("PADT");
    }

    @Test
    void everyAbandonedNegotiationEnds() {
        FakeEngine engine = engine(AuthenticationMethod.CHAP_MD5);
        engine.verdict = Optional.empty();
        Peer peer = new Peer(engine);
        peer.dial();
        engine.advance(Duration.ofMinutes(10));
        assertThat(engine.sessions).isEmpty();
    }

    @Test
    void payloadBeyondTheUsualIsForWhoAsks() {
        FakeEngine engine = new FakeEngine(settings(AuthenticationMethod.PAP, 1500));
        Peer peer = new Peer(engine);
        peer.dial(PppoeTag.maxPayload(1500));
        assertThat(peer.heard).anyMatch(line -> line.startsWith("PADS") && line.contains("max-payload=1500"));
        assertThat(peer.heard).anyMatch(line -> line.startsWith("LCP ConfReq") && line.contains("mru 1500"));
    }

    @Test
    void echoesDoNotChangeWhatIsFrozen() {
        FakeEngine engine = engine(AuthenticationMethod.CHAP_MD5);
        Peer peer = new Peer(engine);
        peer.dial();
        Bytes frozen = engine.server.freeze(engine.only().state().orElseThrow());
        for (int echo = 0; echo < 20; echo++) {
            engine.advance(Duration.ofSeconds(30));
            peer.talk();
        }
        assertThat(engine.counters.get(LinkCounter.ECHO_ANSWERED)).isEqualTo(20);
        assertThat(engine.server.freeze(engine.only().state().orElseThrow())).isEqualTo(frozen);
    }

    @Test
    void noTimerOfTheLinkIsOneOfTheEngine() {
        FakeEngine engine = engine(AuthenticationMethod.CHAP_MD5);
        engine.verdict = Optional.empty();
        new Peer(engine).dial();
        assertThat(engine.timers()).isNotEmpty().allMatch(name -> name.startsWith("ppp-"));
    }

    @Test
    void sessionsAreShownByTheirStage() {
        FakeEngine engine = engine(AuthenticationMethod.CHAP_MD5);
        engine.verdict = Optional.empty();
        Peer peer = new Peer(engine);
        peer.dial();
        assertThat(engine.only().stage()).isEqualTo("authentication");
    }

    @Test
    void interfaceIdentifierOfRadiusIsTheSubscribers() {
        FakeEngine engine = engine(AuthenticationMethod.PAP);
        engine.verdict = Optional.of(new Outcome.Accepted(
                Authorization.DEFAULT.withOther(Map.of("Framed-Interface-Id", List.of("0:0:0:99")))));
        Peer peer = new Peer(engine);
        peer.dial();
        assertThat(peer.heard).anyMatch(line -> line.startsWith("IPV6CP ConfNak") && line.contains("99"));
    }

    static FakeEngine engine(AuthenticationMethod method) {
        return new FakeEngine(settings(method, 1492));
    }

    static PppoeSettings settings(AuthenticationMethod method, int payloadMax) {
        LinkSettings usual = LinkSettings.DEFAULT;
        return new PppoeSettings(
                new DiscoveryTerms("bng-01", List.of(), PadoLadder.NONE, 0, payloadMax),
                new LinkSettings(
                        List.of(method),
                        false,
                        Families.DUAL,
                        "bng-01",
                        usual.restart(),
                        usual.maxConfigure(),
                        usual.maxTerminate(),
                        usual.maxFailure(),
                        usual.papFailures(),
                        usual.rechallenge(),
                        usual.echo(),
                        usual.echoMisses(),
                        usual.setup()));
    }
}

package sluice.coa;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import sluice.coa.Desk.Answer;
import sluice.dataplane.api.Policer;
import sluice.net.Bytes;
import sluice.radius.packet.AttributeCode;
import sluice.radius.packet.AttributeWriter;
import sluice.radius.packet.Packets;
import sluice.session.api.AuthorizationChange;
import sluice.session.api.Command;
import sluice.session.api.Reach;
import sluice.session.api.SessionId;
import sluice.session.api.TerminateCause;
import sluice.testkit.Golden;

/** Requests from their bytes to the command and back, and everything that must get no answer. */
class ReceptionTest {

    private static final SessionId SESSION = FakeSessions.golden().id();

    private final Desk desk = new Desk();

    @Test
    void disconnectOfRadclientEndsTheSessionAndIsAcknowledged() throws Exception {
        Answer answer = desk.ask(
                Golden.read(ReceptionTest.class, "rfc5176-2.1-disconnect.hex").toArray());
        assertThat(answer.code()).isEqualTo(Packets.DISCONNECT_ACK);
        assertThat(answer.cause()).isZero();
        assertThat(answer.value(AttributeCode.ACCT_TERMINATE_CAUSE)).contains(Bytes.of(0, 0, 0, 6));
        assertThat(answer.values(AttributeCode.PROXY_STATE)).containsExactly(Bytes.of(1, 2), Bytes.of(3, 4));
        assertThat(answer.values(AttributeCode.MESSAGE_AUTHENTICATOR)).hasSize(1);
        assertThat(desk.sessions.commands())
                .containsExactly(new Command.Disconnect(SESSION, TerminateCause.ADMIN_RESET));
    }

    @Test
    void coaOfRadclientChangesAllItNames() throws Exception {
        Answer answer =
                desk.ask(Golden.read(ReceptionTest.class, "rfc5176-2.2-coa.hex").toArray());
        assertThat(answer.code()).isEqualTo(Packets.COA_ACK);
        assertThat(answer.values(AttributeCode.STATE)).containsExactly(Bytes.of(0xab, 0xcd));
        assertThat(answer.values(AttributeCode.MESSAGE_AUTHENTICATOR)).isEmpty();
        Command.Change command = (Command.Change) desk.sessions.commands().getFirst();
        assertThat(command.session()).isEqualTo(SESSION);
        AuthorizationChange change = command.change();
        assertThat(change.policy()).contains("residential-50mbps");
        assertThat(change.reach()).contains(new Reach.Walled("arrears"));
        assertThat(change.download().map(Policer::bitsPerSecond)).contains(50_000_000L);
        assertThat(change.upload().map(Policer::bitsPerSecond)).contains(10_000_000L);
        assertThat(change.session()).contains(Duration.ofHours(1));
        assertThat(change.idle()).contains(Duration.ZERO);
        assertThat(change.interim()).contains(Duration.ofMinutes(5));
    }

    @Test
    void authorizeOnlyIsRefusedWithRequestInitiatedAndRadiusIsAsked() throws Exception { // RFC 5176, 3.2
        Answer answer = desk.ask(Golden.read(ReceptionTest.class, "rfc5176-3.2-authorize-only.hex")
                .toArray());
        assertThat(answer.code()).isEqualTo(Packets.COA_NAK);
        assertThat(answer.cause()).isEqualTo(507);
        assertThat(answer.value(AttributeCode.SERVICE_TYPE)).contains(Bytes.of(0, 0, 0, 17));
        assertThat(answer.value(AttributeCode.STATE)).contains(Bytes.of(0xab, 0xcd));
        assertThat(desk.sessions.commands())
                .containsExactly(new Command.Reauthenticate(
                        SESSION, Map.of("Service-Type", "Authorize-Only", "State", "0xabcd")));
    }

    @Test
    void policyForTheUploadAloneMayBeChanged() throws Exception {
        Answer answer = desk.ask(Samples.coa(1, Samples.golden().text(AttributeCode.ERX_INGRESS_POLICY, "Bronze")));
        assertThat(answer.code()).isEqualTo(Packets.COA_ACK);
        AuthorizationChange change = ((Command.Change) desk.sessions.commands().getFirst()).change();
        assertThat(change.uploadPolicy()).contains("Bronze");
        assertThat(change.policy()).isEmpty();
    }

    @Test
    void ackWaitsForTheEngine() throws Exception {
        desk.sessions.hold();
        byte[] request = Samples.coa(1, Samples.golden().text(AttributeCode.FILTER_ID, "blocked"));
        desk.receive(request);
        assertThat(desk.sent()).isZero();
        assertThat(desk.reception.working()).isEqualTo(1);
        desk.sessions.release();
        assertThat(desk.answer(request).code()).isEqualTo(Packets.COA_ACK);
        assertThat(desk.reception.working()).isZero();
    }

    @Test
    void requestThatIsSentAgainIsDoneOnceAndAnsweredTheSame() throws Exception { // RFC 5080, 2.2.2
        byte[] request = Samples.disconnect(7, Samples.golden());
        desk.ask(request);
        byte[] first = desk.lastSent();
        desk.clock.advance(Duration.ofSeconds(29));
        desk.receive(request);
        assertThat(desk.lastSent()).isEqualTo(first);
        assertThat(desk.sent()).isEqualTo(2);
        assertThat(desk.sessions.commands()).hasSize(1);
        desk.clock.advance(Duration.ofSeconds(2));
        desk.receive(request);
        assertThat(desk.sessions.commands()).hasSize(2);
    }

    @Test
    void recordedRequestIsNotDoneAgainWhileItsTimestampIsOfNow() throws Exception { // RFC 5176, 6.3
        byte[] guest = timed(7, "guest");
        desk.ask(guest);
        desk.receive(guest, Samples.at("198.18.255.1", 40_001));
        assertThat(desk.silent(Silence.REPLAYED)).as("from another port").isEqualTo(1);
        desk.clock.advance(Duration.ofSeconds(40));
        desk.ask(Samples.coa(8, Samples.golden().text(AttributeCode.FILTER_ID, "gold")));
        for (int replay = 0; replay < 12; replay++) {
            desk.receive(guest);
            desk.receive(guest, Samples.at("198.18.255.1", 40_001));
            desk.clock.advance(Duration.ofSeconds(20));
        }
        assertThat(desk.sessions.commands()).hasSize(2);
        assertThat(desk.sent()).as("the replays get no answer").isEqualTo(2);
        assertThat(desk.silent(Silence.REPLAYED)).isEqualTo(25);
    }

    @Test
    void requestOfTheFutureIsNotDoneAgainBeforeItIsStale() throws Exception {
        byte[] request = Samples.disconnect(
                7,
                Samples.golden().time(AttributeCode.EVENT_TIMESTAMP, desk.now().plusSeconds(300)));
        desk.ask(request);
        desk.clock.advance(Duration.ofMinutes(10));
        desk.receive(request);
        assertThat(desk.silent(Silence.REPLAYED)).isEqualTo(1);
        assertThat(desk.sessions.commands()).hasSize(1);
    }

    @Test
    void requestThatWasRefusedMayBeTriedAgainByTheSamePacket() throws Exception {
        Desk slow = new Desk(
                Samples.listener(EnumSet.allOf(RequestKind.class), false, 100, 1), Samples.client("198.18.255.1"));
        slow.ask(Samples.disconnect(1, Samples.golden()));
        byte[] refused = Samples.disconnect(2, Samples.golden().time(AttributeCode.EVENT_TIMESTAMP, slow.now()));
        assertThat(slow.ask(refused).cause()).isEqualTo(506);
        slow.clock.advance(Duration.ofSeconds(31));
        assertThat(slow.ask(refused).code()).isEqualTo(Packets.DISCONNECT_ACK);
    }

    @Test
    void requestThatIsWorkedOnIsNotDoneTwice() throws Exception {
        desk.sessions.hold();
        byte[] request = Samples.disconnect(7, Samples.golden());
        desk.receive(request);
        desk.receive(request);
        assertThat(desk.silent(Silence.IN_PROGRESS)).isEqualTo(1);
        desk.sessions.release();
        assertThat(desk.sent()).isEqualTo(1);
        assertThat(desk.sessions.commands()).hasSize(1);
    }

    @Test
    void sameIdentifierWithOtherContentIsAnotherRequest() throws Exception {
        desk.ask(Samples.coa(7, Samples.golden().text(AttributeCode.FILTER_ID, "blocked")));
        desk.ask(Samples.coa(7, Samples.golden().text(AttributeCode.FILTER_ID, "open")));
        assertThat(desk.sessions.commands()).hasSize(2);
    }

    @Test
    void requestThatNobodyWorksOnIsGivenUpAndMakesRoom() {
        desk.sessions.hold();
        for (int id = 0; id < 4; id++) {
            desk.receive(Samples.disconnect(id, Samples.golden()));
        }
        assertThat(desk.reception.working()).isEqualTo(4);
        desk.clock.advance(Duration.ofSeconds(61));
        desk.receive(Samples.disconnect(9, Samples.golden()));
        assertThat(desk.silent(Silence.GIVEN_UP)).isEqualTo(4);
        assertThat(desk.reception.working()).isEqualTo(1);
        desk.sessions.release();
        assertThat(desk.sent()).as("only who still waits gets an answer").isEqualTo(1);
    }

    @Test
    void moreThanMayBeWorkedOnAtOnceIsRefused() throws Exception {
        desk.sessions.hold();
        for (int id = 0; id < 4; id++) {
            desk.receive(Samples.disconnect(id, Samples.golden()));
        }
        assertThat(desk.ask(Samples.disconnect(4, Samples.golden())).cause()).isEqualTo(506);
    }

    @Test
    void moreThanAClientMaySendPerSecondIsRefused() throws Exception {
        Desk slow = new Desk(
                Samples.listener(EnumSet.allOf(RequestKind.class), false, 100, 2), Samples.client("198.18.255.1"));
        assertThat(slow.ask(Samples.disconnect(0, Samples.golden())).cause()).isZero();
        assertThat(slow.ask(Samples.disconnect(1, Samples.golden())).cause()).isZero();
        assertThat(slow.ask(Samples.disconnect(2, Samples.golden())).cause()).isEqualTo(506);
        slow.clock.advance(Duration.ofMillis(500));
        assertThat(slow.ask(Samples.disconnect(3, Samples.golden())).cause()).isZero();
    }

    @Test
    void strangersGetNoAnswer() {
        desk.receive(Samples.disconnect(1, Samples.golden()), Samples.at("198.18.255.3", 40_000));
        desk.receive(Samples.disconnect(1, Samples.golden()), Samples.at("2001:db8:1::1", 40_000));
        assertThat(desk.sent()).isZero();
        assertThat(desk.silent(Silence.UNKNOWN_SOURCE)).isEqualTo(2);
    }

    @Test
    void clientsOfIp6AreHeardAndAnswered() {
        InetSocketAddress from = Samples.at("2001:db8::99", 40_000);
        desk.receive(Samples.disconnect(1, Samples.golden()), from);
        assertThat(desk.sent()).isEqualTo(1);
        assertThat(desk.lastReceiver()).isEqualTo(from);
    }

    @Test
    void clientWithTheLongestPrefixCounts() throws Exception {
        Desk two = new Desk(
                Samples.listener(),
                Samples.client("all", "0.0.0.0/0", false, false, true),
                Samples.client("one", "198.18.255.1", false, true, true));
        assertThat(two.ask(Samples.disconnect(1, Samples.golden())).code()).isEqualTo(Packets.DISCONNECT_ACK);
    }

    @Test
    void forgedAuthenticatorGetsNoAnswer() {
        byte[] request = Samples.disconnect(1, Samples.golden());
        request[10] ^= 1;
        desk.receive(request);
        assertThat(desk.sent()).isZero();
        assertThat(desk.silent(Silence.WRONG_AUTHENTICATOR)).isEqualTo(1);
        assertThat(desk.sessions.commands()).isEmpty();
    }

    @Test
    void wrongMessageAuthenticatorGetsNoAnswer() {
        AttributeWriter out = new AttributeWriter();
        out.room(AttributeCode.MESSAGE_AUTHENTICATOR, 16);
        out.text(AttributeCode.ACCT_SESSION_ID, "0000123456789abc");
        desk.receive(Samples.disconnect(1, out)); // sealed, but its Message-Authenticator is zeros
        assertThat(desk.sent()).isZero();
        assertThat(desk.silent(Silence.WRONG_MESSAGE_AUTHENTICATOR)).isEqualTo(1);
    }

    @Test
    void messageAuthenticatorIsDemandedWhereTheClientIsSetSo() {
        Desk strict = new Desk(Samples.listener(), Samples.client("oss", "198.18.255.1", true, true, true));
        strict.receive(Samples.disconnect(1, Samples.golden()));
        assertThat(strict.silent(Silence.NO_MESSAGE_AUTHENTICATOR)).isEqualTo(1);
        strict.receive(
                Golden.read(ReceptionTest.class, "rfc5176-2.1-disconnect.hex").toArray());
        assertThat(strict.sent()).isEqualTo(1);
    }

    @Test
    void requestThatIsNotOfNowGetsNoAnswer() throws Exception { // RFC 5176, 6.3
        byte[] request =
                Golden.read(ReceptionTest.class, "rfc5176-2.1-disconnect.hex").toArray();
        desk.clock.advance(Duration.ofSeconds(301));
        desk.receive(request);
        assertThat(desk.silent(Silence.STALE)).isEqualTo(1);
        desk.receive(
                Samples.disconnect(2, Samples.golden().time(AttributeCode.EVENT_TIMESTAMP, Desk.NOW.plusSeconds(602))));
        assertThat(desk.silent(Silence.STALE)).as("from the future").isEqualTo(2);
        desk.receive(Samples.disconnect(3, Samples.golden().octets(AttributeCode.EVENT_TIMESTAMP, Bytes.of(1, 2, 3))));
        assertThat(desk.silent(Silence.STALE)).as("no time at all").isEqualTo(3);
        assertThat(desk.sent()).isZero();
        assertThat(desk.ask(Samples.disconnect(
                                4, Samples.golden().time(AttributeCode.EVENT_TIMESTAMP, Desk.NOW.plusSeconds(601))))
                        .code())
                .isEqualTo(Packets.DISCONNECT_ACK);
    }

    @Test
    void eventTimestampIsDemandedWhereSetSo() {
        Desk strict = new Desk(
                Samples.listener(EnumSet.allOf(RequestKind.class), true, 4, 100), Samples.client("198.18.255.1"));
        strict.receive(Samples.disconnect(1, Samples.golden()));
        assertThat(strict.sent()).isZero();
        assertThat(strict.silent(Silence.NO_EVENT_TIMESTAMP)).isEqualTo(1);
    }

    @Test
    void otherCodesGetNoAnswer() {
        for (int code : new int[] {1, 2, 4, 12, 41, 42, 44, 45, 0, 255}) {
            desk.receive(Samples.sealed(code, 1, Samples.golden(), -1));
        }
        assertThat(desk.sent()).isZero();
        assertThat(desk.silent(Silence.WRONG_CODE)).isEqualTo(10);
    }

    @Test
    void everyTruncationGetsNoAnswer() {
        byte[] request = Golden.read(ReceptionTest.class, "rfc5176-2.2-coa.hex").toArray();
        for (int size = 0; size < request.length; size++) {
            desk.receive(Arrays.copyOf(request, size));
            byte[] fitting = Arrays.copyOf(request, size);
            if (size >= Packets.HEADER) {
                Packets.u16(fitting, Packets.LENGTH_AT, size);
            }
            desk.receive(fitting);
        }
        assertThat(desk.sent()).isZero();
        assertThat(desk.sessions.commands()).isEmpty();
    }

    @Test
    void everyChangedBitGetsNoAnswer() {
        byte[] request =
                Golden.read(ReceptionTest.class, "rfc5176-2.1-disconnect.hex").toArray();
        for (int bit = 0; bit < request.length * 8; bit++) {
            byte[] changed = request.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            desk.receive(changed);
        }
        assertThat(desk.sent()).isZero();
        assertThat(desk.sessions.commands()).isEmpty();
    }

    @Test
    void randomAttributesAreAnsweredOrDroppedAndNeverWorse() {
        long seed = 20260301;
        Random random = new Random(seed);
        int[] interesting = {1, 4, 6, 8, 11, 24, 26, 27, 28, 31, 32, 33, 44, 55, 80, 85, 87, 95, 97, 241, 245};
        for (int i = 0; i < 20_000; i++) {
            AttributeWriter out = new AttributeWriter();
            for (int n = random.nextInt(6); n > 0; n--) {
                byte[] value = new byte[random.nextInt(24)];
                random.nextBytes(value);
                int type = interesting[random.nextInt(interesting.length)];
                out.octets(new AttributeCode(0, type), Bytes.adopt(value));
            }
            int before = desk.sent();
            desk.receive(Samples.sealed(random.nextBoolean() ? 40 : 43, i & 0xff, out, -1));
            assertThat(desk.sent()).as("seed %d, request %d", seed, i).isBetween(before, before + 1);
            desk.clock.advance(Duration.ofMillis(2));
        }
        assertThat(desk.reception.working()).isZero();
    }

    private byte[] timed(int id, String filter) {
        return Samples.coa(
                id,
                Samples.golden().text(AttributeCode.FILTER_ID, filter).time(AttributeCode.EVENT_TIMESTAMP, desk.now()));
    }

    @Test
    void resultsAreCountedByKindAndShown() throws Exception {
        desk.ask(Samples.disconnect(1, Samples.golden()));
        desk.ask(Samples.coa(2, Samples.golden()));
        assertThat(desk.reception.counters().requests(RequestKind.DISCONNECT).get(RequestCounter.DONE))
                .isEqualTo(1);
        assertThat(desk.reception.counters().causes(RequestKind.CHANGE).get(ErrorCause.MISSING_ATTRIBUTE))
                .isEqualTo(1);
        assertThat(desk.reception.counters().table().rows())
                .anySatisfy(row -> assertThat(row).containsExactly("coa", "402 Missing Attribute", "1"));
        assertThat(desk.reception.recent().table().rows())
                .hasSize(2)
                .first()
                .satisfies(row -> assertThat(row).contains("coa", "NAK 402 Missing Attribute", "changes nothing"));
    }
}

package sluice.coa;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import sluice.coa.Desk.Answer;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.net.WireWriter;
import sluice.radius.packet.AttributeCode;
import sluice.radius.packet.AttributeWriter;
import sluice.radius.packet.PacketRefused;
import sluice.radius.packet.Packets;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.SessionId;

/** Every Error-Cause (RFC 5176, 3.6), each by what provokes it. */
class ErrorCauseTest {

    private static final AttributeCode CISCO_AVPAIR = new AttributeCode(9, 1);

    private final Desk desk = new Desk();
    private int id;

    @Test
    void sessionThatWasNotOnlineIsResidualContext() throws Exception { // 201
        FakeSessions.One golden = FakeSessions.golden();
        desk.sessions.with(new FakeSessions.One(
                golden.id(), golden.userName(), golden.line(), golden.mac(), golden.address(), golden.prefix(), false));
        Answer answer = disconnect(Samples.golden());
        assertThat(answer.code()).isEqualTo(Packets.DISCONNECT_ACK);
        assertThat(answer.cause()).isEqualTo(201);
    }

    @Test
    void attributeThatIsNotSupportedIsNamed() throws Exception { // 401
        assertThat(change(out -> blocked(out).text(new AttributeCode(0, 30), "called"))
                        .cause())
                .isEqualTo(401);
        assertThat(change(out -> blocked(out).octets(new AttributeCode(99_999, 1), Bytes.of(1)))
                        .cause())
                .isEqualTo(401);
        assertThat(change(out -> blocked(out).text(new AttributeCode(0, 79), "EAP"))
                        .cause())
                .isEqualTo(401);
        assertThat(disconnect(Samples.golden().text(AttributeCode.FILTER_ID, "blocked"))
                        .cause())
                .as("a disconnect changes nothing")
                .isEqualTo(401);
        assertThat(change(out -> blocked(out)
                                .number(AttributeCode.SERVICE_TYPE, 17)
                                .octets(AttributeCode.STATE, Bytes.of(1)))
                        .cause())
                .as("Authorize-Only stands alone")
                .isEqualTo(401);
        assertThat(desk.sessions.commands()).isEmpty();
    }

    @Test
    void attributeThatIsMissingIsMissed() throws Exception { // 402
        assertThat(disconnect(new AttributeWriter()).cause()).as("no session").isEqualTo(402);
        assertThat(disconnect(new AttributeWriter().text(AttributeCode.NAS_IDENTIFIER, "bng-01"))
                        .cause())
                .isEqualTo(402);
        assertThat(change(out -> out).cause()).as("no change").isEqualTo(402);
        assertThat(change(out -> out.number(AttributeCode.SERVICE_TYPE, 17)).cause())
                .as("no State beside Authorize-Only")
                .isEqualTo(402);
    }

    @Test
    void requestForAnotherGatewayIsAMismatch() throws Exception { // 403
        assertThat(change(out -> blocked(out).text(AttributeCode.NAS_IDENTIFIER, "bng-02"))
                        .cause())
                .isEqualTo(403);
        assertThat(change(out -> blocked(out).ip4(AttributeCode.NAS_IP_ADDRESS, Ip4.parse("198.18.255.9")))
                        .cause())
                .isEqualTo(403);
        assertThat(change(out -> blocked(out).ip6(AttributeCode.NAS_IPV6_ADDRESS, Ip6.parse("2001:db8::3")))
                        .cause())
                .isEqualTo(403);
        assertThat(change(out -> blocked(out)
                                .text(AttributeCode.NAS_IDENTIFIER, "bng-01")
                                .ip4(AttributeCode.NAS_IP_ADDRESS, Ip4.parse("198.18.255.2"))
                                .ip6(AttributeCode.NAS_IPV6_ADDRESS, Ip6.parse("2001:db8::2")))
                        .code())
                .isEqualTo(Packets.COA_ACK);
    }

    @Test
    void malformedAndContradictingRequestsAreInvalid() throws Exception { // 404
        assertThat(change(out -> out.octets(AttributeCode.SESSION_TIMEOUT, Bytes.of(1, 2)))
                        .cause())
                .isEqualTo(404);
        assertThat(change(out -> out.number(AttributeCode.IDLE_TIMEOUT, 1).number(AttributeCode.IDLE_TIMEOUT, 2))
                        .cause())
                .isEqualTo(404);
        assertThat(change(out -> blocked(out).text(AttributeCode.FILTER_ID, "open"))
                        .cause())
                .isEqualTo(404);
        assertThat(change(out -> out.text(AttributeCode.FILTER_ID, "guest").text(AttributeCode.FILTER_ID, "Gold"))
                        .cause())
                .isEqualTo(404);
        assertThat(change(out -> blocked(out).octets(AttributeCode.FRAMED_IP_ADDRESS, Bytes.of(10)))
                        .cause())
                .isEqualTo(404);
        assertThat(change(out -> blocked(out).octets(AttributeCode.FRAMED_IPV6_PREFIX, Bytes.of(0, 129)))
                        .cause())
                .isEqualTo(404);
        assertThat(change(out -> blocked(out).text(CISCO_AVPAIR, "subscriber:command=reauthenticate"))
                        .cause())
                .isEqualTo(404);
    }

    @Test
    void serviceOtherThanAuthorizeOnlyIsUnsupported() throws Exception { // 405
        assertThat(change(out -> out.number(AttributeCode.SERVICE_TYPE, 2)).cause())
                .isEqualTo(405);
        assertThat(disconnect(Samples.golden().number(AttributeCode.SERVICE_TYPE, 17))
                        .cause())
                .as("RFC 5176, 3.2: never in a disconnect")
                .isEqualTo(405);
    }

    @Test
    void kindThatIsSwitchedOffIsAnUnsupportedExtension() throws Exception { // 406
        Desk changesOnly = new Desk(
                Samples.listener(EnumSet.of(RequestKind.CHANGE), false, 4, 100), Samples.client("198.18.255.1"));
        assertThat(changesOnly.ask(Samples.disconnect(1, Samples.golden())).cause())
                .isEqualTo(406);
        assertThat(changesOnly.ask(Samples.coa(2, blocked(Samples.golden()))).cause())
                .isZero();
    }

    @Test
    void valueThatIsNotKnownIsInvalid() throws Exception { // 407
        assertThat(change(out -> out.text(AttributeCode.FILTER_ID, "garden:")).cause())
                .isEqualTo(407);
        assertThat(change(out -> out.text(AttributeCode.MIKROTIK_RATE_LIMIT, "fast"))
                        .cause())
                .isEqualTo(407);
        assertThat(change(out -> out.number(AttributeCode.DOWNLOAD_RATE, 0)).cause())
                .isEqualTo(407);
        assertThat(change(out -> out.number(AttributeCode.DOWNLOAD_BURST, 100)).cause())
                .isEqualTo(407);
        assertThat(change(out -> out.text(CISCO_AVPAIR, "subscriber:command=dance"))
                        .cause())
                .isEqualTo(407);
        assertThat(change(out -> blocked(out).text(AttributeCode.CALLING_STATION_ID, "aabb.ccdd.eeff"))
                        .cause())
                .isEqualTo(407);
        desk.sessions.answer(CommandResult.POLICY_UNKNOWN);
        assertThat(change(out -> out.text(AttributeCode.FILTER_ID, "no such policy"))
                        .cause())
                .isEqualTo(407);
    }

    @Test
    void clientThatMayNotIsProhibited() throws Exception { // 501
        Desk limited = new Desk(Samples.listener(), Samples.client("oss", "198.18.255.1", false, false, true));
        assertThat(limited.ask(Samples.disconnect(1, Samples.golden())).cause()).isEqualTo(501);
        assertThat(limited.sessions.commands()).isEmpty();
    }

    @Test
    void sessionThatThereIsNotIsNotFound() throws Exception { // 503
        assertThat(disconnect(new AttributeWriter().text(AttributeCode.ACCT_SESSION_ID, "00000000000000ff"))
                        .cause())
                .isEqualTo(503);
        assertThat(disconnect(new AttributeWriter().text(AttributeCode.ACCT_SESSION_ID, "none of ours"))
                        .cause())
                .isEqualTo(503);
        desk.sessions.answer(CommandResult.SESSION_NOT_FOUND);
        assertThat(disconnect(Samples.golden()).cause()).as("ended meanwhile").isEqualTo(503);
    }

    @Test
    void allThatNamesTheSessionMustAgree() throws Exception { // RFC 5176, 3
        List<UnaryOperator<AttributeWriter>> right = List.of(
                out -> out.text(AttributeCode.ACCT_SESSION_ID, "0000123456789abc"),
                out -> out.text(AttributeCode.USER_NAME, "bng-01/cstm-relay-02/1/0/3"),
                out -> out.text(AttributeCode.NAS_PORT_ID, "2:100.7"),
                out -> out.text(AttributeCode.CALLING_STATION_ID, "02:5b:00:00:0a:03"),
                out -> out.text(AttributeCode.CALLING_STATION_ID, "02-5B-00-00-0A-03"),
                out -> out.ip4(AttributeCode.FRAMED_IP_ADDRESS, Ip4.parse("100.64.0.10")),
                out -> out.octets(AttributeCode.FRAMED_IPV6_PREFIX, prefix(0x10)),
                out -> out.octets(AttributeCode.DELEGATED_IPV6_PREFIX, Bytes.fromHex("003820010db80a00")),
                out -> out.octets(AttributeCode.FRAMED_INTERFACE_ID, Bytes.fromHex("0200000012345678")),
                out -> out.number(AttributeCode.NAS_PORT, 2L << 24 | 100 << 12 | 7));
        List<UnaryOperator<AttributeWriter>> wrong = List.of(
                out -> out.text(AttributeCode.ACCT_SESSION_ID, "0000123456789abd"),
                out -> out.text(AttributeCode.USER_NAME, "bng-01/cstm-relay-02/1/0/4"),
                out -> out.text(AttributeCode.NAS_PORT_ID, "2:100.8"),
                out -> out.text(AttributeCode.CALLING_STATION_ID, "02:5b:00:00:0a:04"),
                out -> out.text(AttributeCode.CALLING_STATION_ID, "02-5B-00-00-0A-04"),
                out -> out.ip4(AttributeCode.FRAMED_IP_ADDRESS, Ip4.parse("100.64.0.11")),
                out -> out.octets(AttributeCode.FRAMED_IPV6_PREFIX, prefix(0x20)),
                out -> out.octets(AttributeCode.DELEGATED_IPV6_PREFIX, Bytes.fromHex("003820010db80b00")),
                out -> out.octets(AttributeCode.FRAMED_INTERFACE_ID, Bytes.fromHex("0200000012345679")),
                out -> out.number(AttributeCode.NAS_PORT, 2L << 24 | 100 << 12 | 8));
        for (int i = 0; i < right.size(); i++) {
            assertThat(disconnect(right.get(i).apply(new AttributeWriter())).code())
                    .as("way %d", i)
                    .isEqualTo(Packets.DISCONNECT_ACK);
            int other = (i + 1) % right.size();
            if (i != 3) { // 3 and 4 are one attribute
                AttributeWriter both = wrong.get(i).apply(right.get(other).apply(new AttributeWriter()));
                assertThat(disconnect(both).cause()).as("way %d contradicts", i).isEqualTo(503);
            }
        }
    }

    @Test
    void sessionThatCannotBeEndedIsNotRemovable() throws Exception { // 504
        desk.sessions.answer(CommandResult.FAILED);
        Answer answer = disconnect(Samples.golden());
        assertThat(answer.code()).isEqualTo(Packets.DISCONNECT_NAK);
        assertThat(answer.cause()).isEqualTo(504);
    }

    @Test
    void whatCannotBeDoneNowIsOutOfResources() throws Exception { // 506
        desk.sessions.answer(CommandResult.OVERLOADED);
        assertThat(disconnect(Samples.golden()).cause()).isEqualTo(506);
        desk.sessions.answer(CommandResult.FAILED);
        assertThat(change(ErrorCauseTest::blocked).cause()).isEqualTo(506);
        desk.sessions.answer(CommandResult.UNANSWERED);
        assertThat(change(out -> out.text(CISCO_AVPAIR, "subscriber:command=reauthenticate"))
                        .cause())
                .isEqualTo(506);
        desk.sessions.breakDown();
        assertThat(change(ErrorCauseTest::blocked).cause()).isEqualTo(506);
    }

    @Test
    void severalSessionsThatAgreeAreTooMany() throws Exception { // 508
        FakeSessions.One golden = FakeSessions.golden();
        desk.sessions.with(new FakeSessions.One(
                new SessionId(2),
                golden.userName(),
                golden.line(),
                golden.mac(),
                Optional.of(Ip4.parse("100.64.0.11")),
                Optional.empty(),
                true));
        assertThat(disconnect(new AttributeWriter().text(AttributeCode.USER_NAME, golden.userName()))
                        .cause())
                .isEqualTo(508);
        assertThat(desk.sessions.commands()).isEmpty();
    }

    @Test
    void commandOfAVendorAsksRadiusAgainAndWaitsForItsVerdict() throws Exception {
        assertThat(change(out -> out.text(CISCO_AVPAIR, "subscriber:command=reauthenticate"))
                        .code())
                .isEqualTo(Packets.COA_ACK);
        assertThat(desk.sessions.commands())
                .containsExactly(
                        new Command.Reauthenticate(FakeSessions.golden().id()));
        desk.sessions.answer(CommandResult.REJECTED);
        assertThat(change(out -> out.text(CISCO_AVPAIR, "subscriber:command=reauthenticate"))
                        .code())
                .as("done: RADIUS was asked, and its refusal has effect")
                .isEqualTo(Packets.COA_ACK);
    }

    private static AttributeWriter blocked(AttributeWriter out) {
        return out.text(AttributeCode.FILTER_ID, "blocked");
    }

    private static Bytes prefix(int group) {
        return new WireWriter(18)
                .u8(0)
                .u8(60)
                .ip6(Ip6.parse("2001:db8:0:" + Integer.toHexString(group) + "::"))
                .toBytes();
    }

    private Answer change(UnaryOperator<AttributeWriter> attributes) throws PacketRefused {
        return desk.ask(Samples.coa(id++, attributes.apply(Samples.golden())));
    }

    private Answer disconnect(AttributeWriter attributes) throws PacketRefused {
        return desk.ask(Samples.disconnect(id++, attributes));
    }
}

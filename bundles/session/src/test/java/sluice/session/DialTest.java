package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.net.MacAddress;
import sluice.platform.api.Event;
import sluice.platform.api.JournalFailure;
import sluice.session.LimitSettings.Full;
import sluice.session.api.Addressing;
import sluice.session.api.Authenticator;
import sluice.session.api.Authorization;
import sluice.session.api.AuthorizationChange;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.Outcome;
import sluice.session.api.Policy;
import sluice.session.api.PppLink;
import sluice.session.api.SessionEvent;
import sluice.session.api.SessionId;
import sluice.session.api.SessionInfo;
import sluice.session.api.SessionQuery;
import sluice.session.api.TerminateCause;

/** What the engine does for sessions of PPPoE. */
final class DialTest {

    private static final long MAC = 0x0200_0000_0001L;
    private static final int ID = 4711;
    private static final Ip6Prefix LINK = Ip6Prefix.parse("2001:db8:1::/64");
    private static final Ip6Prefix DELEGATED = Ip6Prefix.parse("2001:db8:100::/56");
    private static final Authorization SIX = Authorization.DEFAULT.withAddressing(
            Addressing.NONE.withPrefixes(Optional.of(LINK), Optional.of(DELEGATED)));

    private final Gateway gateway = new Gateway();

    @Test
    void sessionIsOpenWithoutLeaseUntilItEnds() {
        SessionInfo session = online("alice");
        assertThat(session.leaseEnds()).isEmpty();
        assertThat(session.timers()).doesNotContainKey("lease").containsKey("echo");
        assertThat(session.key().pppoeSession()).isEqualTo(ID);
        SubscriberEntry entry = gateway.dataPlane.entries().getFirst();
        assertThat(entry.pppoeSession()).isEqualTo(ID);
        assertThat(entry.pppoeMagic()).isEqualTo(0x1234_5678);
        assertThat(entry.address()).isEqualTo(session.address().orElseThrow());
        gateway.dial(DialProtocol.END, ID, 7, MAC, "");
        assertThat(gateway.dataPlane.entries()).isEmpty();
        assertThat(gateway.addresses.held).isEmpty();
        assertThat(stop().field(SessionEvent.TERMINATE_CAUSE)).isEqualTo("User-Request");
        assertThat(stop().field(SessionEvent.PPPOE_SESSION)).isEqualTo("4711");
        assertThat(gateway.shard.armedTimers()).isZero();
        assertThat(gateway.places.startingNow()).isZero();
    }

    @Test
    void deviceHasTwoSessionsOnOneLineByTheirIds() {
        SessionInfo first = online("alice");
        SessionInfo second = online(ID + 1, 7, MAC, "bob", Authorization.DEFAULT);
        assertThat(second.id()).isNotEqualTo(first.id());
        assertThat(second.address()).isNotEqualTo(first.address());
        assertThat(gateway.dataPlane.entries())
                .extracting(SubscriberEntry::pppoeSession)
                .containsExactly(ID, ID + 1);
        assertThat(gateway.journal.events(SessionEvent.START))
                .extracting(event -> event.field(SessionEvent.ACCESS_KEY))
                .doesNotHaveDuplicates();
        gateway.dial(DialProtocol.END, ID, 7, MAC, "");
        assertThat(gateway.sessions()).extracting(SessionInfo::id).containsExactly(second.id());
    }

    @Test
    void subscriberIsCalledAsHeCallsHimself() {
        SessionInfo session = online("alice@example.net");
        assertThat(gateway.radius.asked.getFirst().userName()).isEqualTo("alice@example.net");
        assertThat(gateway.radius.asked.getFirst().credentials()).isPresent();
        assertThat(session.userName()).isEqualTo("alice@example.net");
        Event start = gateway.journal.events(SessionEvent.START).getFirst();
        assertThat(start.field(SessionEvent.USERNAME)).isEqualTo("alice@example.net");
        assertThat(gateway.lookup(SessionQuery.ofUser("alice@example.net"))).containsExactly(session.id());
    }

    @Test
    void userHasOneSessionWhateverTheLineAndHowOftenHeProvesHimself() {
        with(new LimitSettings(4, Full.REFUSE, 1, Full.REFUSE, 0, Full.REFUSE, 0));
        begin(ID, 7, MAC, "alice");
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        gateway.dial(DialProtocol.PROVE, ID, 7, MAC, "bob");
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        gateway.dial(DialProtocol.ADDRESS, ID, 7, MAC, "");
        begin(ID, 8, MAC + 1, "alice");
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        assertThat(operations(gateway.sent())).endsWith(DialProtocol.PROVED);
        begin(ID, 9, MAC + 2, "bob");
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        assertThat(operations(gateway.sent())).containsExactly(DialProtocol.REFUSED);
        assertThat(gateway.counted(SessionCounter.REFUSED_USER_SESSIONS)).isEqualTo(1);
    }

    @Test
    void lineHasItsNumberOfSessionsWhateverTheirIds() {
        for (int i = 0; i < 4; i++) {
            online(ID + i, 7, MAC, "user-" + i, Authorization.DEFAULT);
        }
        assertThat(gateway.dial(DialProtocol.LOOK, 0, 7, MAC, "")).isEmpty();
        assertThat(gateway.dial.strays.getLast().refusal()).isPresent();
        assertThat(gateway.dial(DialProtocol.DIAL, ID + 4, 7, MAC, "")).isEmpty();
        assertThat(gateway.counted(SessionCounter.DROP_LINE_SESSIONS)).isEqualTo(1);
    }

    @Test
    void newSessionOfADeviceEndsItsOlderOneOfAnotherId() {
        with(new LimitSettings(4, Full.REFUSE, 0, Full.REFUSE, 1, Full.REPLACE, 0));
        online("alice");
        begin(ID + 1, 7, MAC, "alice");
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        assertThat(operations(gateway.sent()))
                .containsExactlyInAnyOrder(DialProtocol.PROVED, DialProtocol.TERMINATE, DialProtocol.END);
        gateway.dial(DialProtocol.ADDRESS, ID + 1, 7, MAC, "");
        assertThat(gateway.sessions())
                .extracting(session -> session.key().pppoeSession())
                .containsExactly(ID + 1);
        assertThat(stop().field(SessionEvent.TERMINATE_CAUSE)).isEqualTo("Port-Preempted");
    }

    @Test
    void mruLowersSizesAndNeverRaisesThem() {
        online("alice");
        assertThat(treatment().mtu()).isEqualTo(1492);
        assertThat(treatment().maxSegmentSize()).isEqualTo(1452);
        policy("small", 1400, 1300);
        SessionId session = gateway.sessions().getFirst().id();
        assertThat(gateway.submit(new Command.Change(session, AuthorizationChange.toPolicy("small"))))
                .isCompletedWithValue(CommandResult.DONE);
        assertThat(treatment().mtu()).isEqualTo(1400);
        assertThat(treatment().maxSegmentSize()).isEqualTo(1300);
        policy("large", 9000, 8960);
        assertThat(gateway.submit(new Command.Change(session, AuthorizationChange.toPolicy("large"))))
                .isCompletedWithValue(CommandResult.DONE);
        assertThat(treatment().mtu()).isEqualTo(1492);
        gateway.dial.link = new PppLink(7, 1280);
        gateway.dial(DialProtocol.ADDRESS, ID, 7, MAC, "");
        assertThat(treatment().mtu()).as("negotiated anew").isEqualTo(1280);
        assertThat(treatment().maxSegmentSize()).isEqualTo(1240);
        assertThat(gateway.dataPlane.entries().getFirst().pppoeMagic()).isEqualTo(7);
    }

    @Test
    void sessionOfIpv6AloneHasThePrefixesThatRadiusGranted() {
        begin(ID, 7, MAC, "alice");
        gateway.radius.accept(SIX);
        gateway.turn();
        gateway.sent();
        assertThat(gateway.dial(DialProtocol.SIX, ID, 7, MAC, ""))
                .extracting(DialProtocol::text)
                .containsExactly("none");
        SubscriberEntry entry = gateway.dataPlane.entries().getFirst();
        assertThat(entry.address()).isEqualTo(Ip4.ANY);
        assertThat(entry.prefixes()).containsExactly(LINK, DELEGATED);
        assertThat(gateway.addresses.held).isEmpty();
        Event start = gateway.journal.events(SessionEvent.START).getFirst();
        assertThat(start.field(SessionEvent.IP_ADDRESS)).isEmpty();
        assertThat(start.field(SessionEvent.DELEGATED_PREFIX)).isEqualTo(DELEGATED.toString());
        SessionInfo session = gateway.sessions().getFirst();
        assertThat(gateway.lookup(query(DELEGATED))).containsExactly(session.id());
        assertThat(gateway.disconnect(session.id()).join()).isEqualTo(CommandResult.DONE);
        assertThat(gateway.dataPlane.entries()).isEmpty();
    }

    @Test
    void sessionWithoutAddressAndPrefixIsNotOpened() {
        begin(ID, 7, MAC, "alice");
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        gateway.sent();
        assertThat(operations(gateway.dial(DialProtocol.SIX, ID, 7, MAC, ""))).containsExactly(DialProtocol.END);
        assertThat(gateway.counted(SessionCounter.OPEN_FAILED)).isEqualTo(1);
        assertThat(gateway.dataPlane.entries()).isEmpty();
    }

    @Test
    void addressThatComesLaterMovesTheEntryAndCountersGoOn() {
        SessionInfo session = onlyOnSix();
        gateway.dataPlane.pass(session.id().value(), new Traffic(10, 1_000, 20, 2_000, 0, 0, 0));
        assertThat(operations(gateway.dial(DialProtocol.ADDRESS, ID, 7, MAC, "")))
                .containsExactly(DialProtocol.ADDRESS);
        SessionInfo both = gateway.sessions().getFirst();
        assertThat(both.id()).isEqualTo(session.id());
        assertThat(both.address()).isPresent();
        assertThat(both.traffic().uploadBytes()).isEqualTo(1_000);
        assertThat(gateway.dataPlane.entries())
                .extracting(SubscriberEntry::address)
                .containsExactly(both.address().orElseThrow());
        gateway.dataPlane.pass(both.address().orElseThrow(), new Traffic(1, 100, 2, 200, 0, 0, 0));
        assertThat(gateway.sessions().getFirst().traffic().uploadBytes()).isEqualTo(1_100);
        Event update = gateway.journal.events(SessionEvent.UPDATE).getLast();
        assertThat(update.field(SessionEvent.IP_ADDRESS))
                .isEqualTo(both.address().orElseThrow().toString());
        assertThat(gateway.journal.events(SessionEvent.START)).hasSize(1);
        assertThat(gateway.lookup(SessionQuery.of(both.address().orElseThrow())))
                .containsExactly(session.id());
    }

    @Test
    void whatWasReportedBeforeAMoveIsCountedOnce() {
        SessionInfo session = onlyOnSix();
        gateway.dataPlane.pass(session.id().value(), new Traffic(10, 1_000, 20, 2_000, 0, 0, 0));
        for (int i = 0; i < 10; i++) { // there is an interim record of it
            gateway.advance(Duration.ofSeconds(60));
            gateway.dial(DialProtocol.ECHO, ID, 7, MAC, "");
        }
        assertThat(gateway.journal.events(SessionEvent.UPDATE)).isNotEmpty();
        gateway.dataPlane.pass(session.id().value(), new Traffic(1, 10, 1, 20, 0, 0, 0));
        gateway.dial(DialProtocol.ADDRESS, ID, 7, MAC, "");
        assertThat(gateway.sessions().getFirst().traffic().uploadBytes()).isEqualTo(1_010);
        gateway.restart();
        assertThat(gateway.sessions().getFirst().traffic().uploadBytes()).isEqualTo(1_010);
        gateway.dial(DialProtocol.END, ID, 7, MAC, "");
        assertThat(stop().field(SessionEvent.OUTPUT_OCTETS)).isEqualTo("1010");
    }

    @Test
    void addressThatTheDataPlaneRefusesLeavesTheSessionAsItWas() {
        SessionInfo session = onlyOnSix();
        gateway.dataPlane.fail(DataPlaneException.Reason.CAPACITY_REACHED);
        gateway.dial(DialProtocol.ADDRESS, ID, 7, MAC, "");
        gateway.dataPlane.heal();
        assertThat(gateway.dial.outcomes.getLast()).isInstanceOf(Outcome.OpenFailed.class);
        assertThat(gateway.dataPlane.entries())
                .extracting(SubscriberEntry::address)
                .containsExactly(Ip4.ANY);
        assertThat(gateway.sessions()).extracting(SessionInfo::id).containsExactly(session.id());
        gateway.restart();
        assertThat(gateway.dataPlane.entries())
                .extracting(SubscriberEntry::address)
                .containsExactly(Ip4.ANY);
    }

    @Test
    void ipv6ThatComesLaterChangesTheEntryInPlace() {
        SessionInfo session = online(ID, 7, MAC, "alice", SIX);
        Ip4 address = session.address().orElseThrow();
        gateway.dataPlane.pass(address, new Traffic(1, 100, 2, 200, 0, 0, 0));
        gateway.dial(DialProtocol.SIX, ID, 7, MAC, "");
        assertThat(gateway.dataPlane.entries())
                .extracting(SubscriberEntry::address)
                .containsExactly(address);
        assertThat(gateway.sessions().getFirst().traffic().uploadBytes()).isEqualTo(100);
        assertThat(gateway.journal.events(SessionEvent.START)).hasSize(1);
    }

    @Test
    void sessionWhoseIpcpEndsGivesItsAddressBackAndCountersGoOn() {
        SessionInfo session = online(ID, 7, MAC, "alice", SIX);
        Ip4 address = session.address().orElseThrow();
        gateway.dataPlane.pass(address, new Traffic(1, 100, 2, 200, 0, 0, 0));
        assertThat(gateway.dial(DialProtocol.NO_ADDRESS, ID, 7, MAC, ""))
                .extracting(DialProtocol::text)
                .containsExactly("none");
        SubscriberEntry entry = gateway.dataPlane.entries().getFirst();
        assertThat(gateway.dataPlane.entries()).hasSize(1);
        assertThat(entry.address()).isEqualTo(Ip4.ANY);
        assertThat(entry.prefixes()).containsExactly(LINK, DELEGATED);
        assertThat(gateway.addresses.held).isEmpty();
        assertThat(gateway.lookup(SessionQuery.of(address))).isEmpty();
        Event update = gateway.journal.events(SessionEvent.UPDATE).getLast();
        assertThat(update.field(SessionEvent.IP_ADDRESS)).isEmpty();
        assertThat(update.field(SessionEvent.DELEGATED_PREFIX)).isEqualTo(DELEGATED.toString());
        assertThat(update.field(SessionEvent.OUTPUT_OCTETS)).isEqualTo("100");
        assertThat(gateway.journal.events(SessionEvent.START)).hasSize(1);
        gateway.restart();
        assertThat(gateway.dataPlane.entries())
                .extracting(SubscriberEntry::address)
                .containsExactly(Ip4.ANY);
        gateway.dial(DialProtocol.ADDRESS, ID, 7, MAC, "");
        SessionInfo again = gateway.sessions().getFirst();
        assertThat(again.address()).as("IPCP opens again").isPresent();
        assertThat(again.traffic().uploadBytes()).isEqualTo(100);
        assertThat(gateway.addresses.held).hasSize(1);
        gateway.dial(DialProtocol.END, ID, 7, MAC, "");
        assertThat(gateway.addresses.held).isEmpty();
        assertThat(gateway.dataPlane.entries()).isEmpty();
    }

    @Test
    void addressThatIsGivenBackIsNobodysUntilThatIsDurable() {
        online(ID, 7, MAC, "alice", SIX);
        gateway.journal.hold();
        gateway.dial(DialProtocol.NO_ADDRESS, ID, 7, MAC, "");
        assertThat(gateway.addresses.held).hasSize(1);
        gateway.journal.commit();
        gateway.turn();
        assertThat(gateway.addresses.held).isEmpty();
    }

    @Test
    void addressThatIsGivenBackWhileTheDiskRefusesIsFreeWhenItTakesIt() {
        online(ID, 7, MAC, "alice", SIX);
        gateway.journal.fail(JournalFailure.DISK);
        gateway.dial(DialProtocol.NO_ADDRESS, ID, 7, MAC, "");
        assertThat(gateway.addresses.held).hasSize(1);
        gateway.journal.heal();
        gateway.advance(Duration.ofSeconds(2));
        assertThat(gateway.addresses.held).isEmpty();
        assertThat(gateway.dataPlane.entries())
                .extracting(SubscriberEntry::address)
                .containsExactly(Ip4.ANY);
    }

    @Test
    void sessionWhoseIpv6cpEndsKeepsItsAddressAndLosesItsPrefixes() {
        SessionInfo session = online(ID, 7, MAC, "alice", SIX);
        gateway.dataPlane.pass(session.address().orElseThrow(), new Traffic(1, 100, 2, 200, 0, 0, 0));
        gateway.dial(DialProtocol.NO_SIX, ID, 7, MAC, "");
        gateway.restart();
        SubscriberEntry entry = gateway.dataPlane.entries().getFirst();
        assertThat(entry.address()).isEqualTo(session.address().orElseThrow());
        assertThat(entry.prefixes()).isEmpty();
        Event update = gateway.journal.events(SessionEvent.UPDATE).getLast();
        assertThat(update.field(SessionEvent.IP_ADDRESS))
                .isEqualTo(session.address().orElseThrow().toString());
        assertThat(update.fields()).doesNotContainKey(SessionEvent.DELEGATED_PREFIX);
        assertThat(gateway.sessions().getFirst().traffic().uploadBytes()).isEqualTo(100);
        gateway.dial(DialProtocol.SIX, ID, 7, MAC, "");
        assertThat(gateway.dataPlane.entries().getFirst().prefixes()).containsExactly(LINK, DELEGATED);
    }

    @Test
    void ipv6cpThatEndsWithoutAPrefixIsNothingToAccountFor() {
        online("alice");
        gateway.dial(DialProtocol.NO_SIX, ID, 7, MAC, "");
        assertThat(gateway.journal.events(SessionEvent.UPDATE)).isEmpty();
        assertThat(gateway.sessions()).hasSize(1);
    }

    @Test
    void sessionThatWouldLoseItsLastNetworkIsAsItWas() {
        SessionInfo session = online("alice");
        gateway.dial(DialProtocol.NO_ADDRESS, ID, 7, MAC, "");
        assertThat(gateway.dial.outcomes.getLast()).isInstanceOf(Outcome.OpenFailed.class);
        assertThat(gateway.dataPlane.entries())
                .extracting(SubscriberEntry::address)
                .containsExactly(session.address().orElseThrow());
        assertThat(gateway.addresses.held).hasSize(1);
    }

    @Test
    void protocolSeesWhatCameFromTheSubscriber() {
        begin(ID, 7, MAC, "alice");
        assertThat(gateway.dial(DialProtocol.ECHO, ID, 7, MAC, ""))
                .extracting(DialProtocol::text)
                .contains("none");
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        gateway.dial(DialProtocol.ADDRESS, ID, 7, MAC, "");
        Ip4 address = gateway.sessions().getFirst().address().orElseThrow();
        gateway.dataPlane.pass(address, new Traffic(5, 500, 7, 700, 3, 0, 0));
        assertThat(gateway.dial(DialProtocol.ECHO, ID, 7, MAC, ""))
                .extracting(DialProtocol::text)
                .containsExactly("8");
    }

    @Test
    void echoOfAnOpenSessionWritesNothing() {
        online("alice");
        gateway.journal.hold();
        gateway.dial(DialProtocol.ECHO, ID, 7, MAC, "");
        assertThat(gateway.journal.waiting()).isZero();
        gateway.advance(Duration.ofSeconds(60));
        gateway.dial(DialProtocol.ECHO, ID, 7, MAC, "");
        gateway.advance(Duration.ofSeconds(60));
        assertThat(gateway.sessions()).as("the timer is set anew all the same").hasSize(1);
    }

    @Test
    void proofOfTheServerReachesTheSubscriber() {
        begin(ID, 7, MAC, "alice");
        gateway.radius.answer(new Outcome.Accepted(Authorization.DEFAULT, Optional.of(Bytes.utf8("S=0123456789"))));
        gateway.turn();
        assertThat(gateway.sent()).extracting(DialProtocol::text).endsWith("S=0123456789");
    }

    @Test
    void openSessionIsChallengedAgainAndWhatIsGrantedThenTakesEffect() {
        SessionInfo session = online("alice");
        policy("gold", 0, 0);
        gateway.dial(DialProtocol.PROVE, ID, 7, MAC, "alice");
        assertThat(gateway.radius.asked.getLast().again()).isTrue();
        assertThat(gateway.radius.asked.getLast().credentials()).isPresent();
        gateway.radius.answer(
                new Outcome.Accepted(Authorization.DEFAULT.withPolicy("gold"), Optional.of(Bytes.utf8("S=again"))));
        gateway.turn();
        assertThat(gateway.sent()).extracting(DialProtocol::text).containsExactly("S=again");
        SessionInfo after = gateway.sessions().getFirst();
        assertThat(after.id()).isEqualTo(session.id());
        assertThat(after.policy().orElseThrow().name()).isEqualTo("gold");
    }

    @Test
    void openSessionThatIsRefusedWhenChallengedAgainEnds() {
        online("alice");
        gateway.dial(DialProtocol.PROVE, ID, 7, MAC, "alice");
        gateway.radius.answer(new Outcome.Rejected("no credit"));
        gateway.turn();
        assertThat(gateway.sent()).extracting(DialProtocol::text).contains("no credit");
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.journal.events(SessionEvent.STOP)).hasSize(1);
    }

    @Test
    void openSessionKeepsItsName() {
        online("alice");
        gateway.dial(DialProtocol.PROVE, ID, 7, MAC, "mallory");
        assertThat(gateway.radius.asked).hasSize(1);
        assertThat(gateway.counted(SessionCounter.REFUSED_RENAMED)).isEqualTo(1);
        assertThat(gateway.dial.outcomes.getLast()).isInstanceOf(Outcome.Rejected.class);
    }

    @Test
    void coaEndsTheSessionWithTerminateRequestAndPadt() {
        SessionInfo session = online("alice");
        SessionQuery query = new SessionQuery(
                Optional.empty(),
                session.address(),
                Optional.empty(),
                Optional.of(new MacAddress(MAC)),
                Optional.of("alice"),
                Optional.of(line -> line.cvlan() == 7));
        assertThat(gateway.lookup(query)).containsExactly(session.id());
        CompletableFuture<CommandResult> done = gateway.disconnect(session.id());
        assertThat(done.join()).isEqualTo(CommandResult.DONE);
        assertThat(operations(gateway.sent())).containsExactly(DialProtocol.TERMINATE, DialProtocol.END);
        assertThat(stop().field(SessionEvent.TERMINATE_CAUSE)).isEqualTo("Admin-Reset");
    }

    @Test
    void sessionIsFoundByAllThatIsIpv6OfIt() {
        SessionInfo session = online(ID, 7, MAC, "alice", SIX);
        online(ID + 1, 8, MAC + 1, "bob", Authorization.DEFAULT);
        assertThat(session.details()).containsEntry("interface_id", "0011223344556677");
        assertThat(gateway.lookup(query(LINK, DELEGATED, "0011223344556677"))).containsExactly(session.id());
        Ip6Prefix other = Ip6Prefix.parse("2001:db8:ffff::/56");
        assertThat(gateway.lookup(query(other, DELEGATED, "0011223344556677"))).isEmpty();
        assertThat(gateway.lookup(query(LINK, other, "0011223344556677"))).isEmpty();
        assertThat(gateway.lookup(query(LINK, DELEGATED, "0011223344556678"))).isEmpty();
        assertThat(gateway.lookup(query(LINK, LINK, "0011223344556677")))
                .as("the prefix of the link is not delegated")
                .isEmpty();
    }

    private static SessionQuery query(Ip6Prefix link, Ip6Prefix delegated, String interfaceId) {
        return new SessionQuery(
                Optional.empty(),
                Optional.empty(),
                Optional.of(link),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(delegated),
                Optional.of(interfaceId));
    }

    @Test
    void subscriberWhoseSetUpTakesTooLongIsToldSo() {
        gateway.dial(DialProtocol.DIAL, ID, 7, MAC, "");
        gateway.advance(Duration.ofSeconds(61));
        assertThat(operations(gateway.sent())).containsExactly(DialProtocol.TERMINATE, DialProtocol.END);
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.counted(SessionCounter.SETUP_TIMEOUT)).isEqualTo(1);
        assertThat(gateway.journal.events(SessionEvent.STOP)).isEmpty();
    }

    @Test
    void deadPeerEndsWithLostCarrier() {
        online("alice");
        gateway.advance(Duration.ofSeconds(91));
        assertThat(gateway.sessions()).isEmpty();
        assertThat(stop().field(SessionEvent.TERMINATE_CAUSE)).isEqualTo(TerminateCause.LOST_CARRIER.toString());
    }

    @Test
    void openSessionGoesOnAfterAKillAndTheOneBeingSetUpIsUnknown() {
        SessionInfo before = online("alice");
        gateway.dataPlane.pass(before.address().orElseThrow(), new Traffic(5, 500, 7, 700, 0, 0, 0));
        begin(ID + 1, 8, MAC + 1, "bob");
        gateway.restart();
        SessionInfo after = gateway.sessions().getFirst();
        assertThat(after.id()).isEqualTo(before.id());
        assertThat(after.key()).isEqualTo(before.key());
        assertThat(after.userName()).isEqualTo("alice");
        assertThat(after.address()).isEqualTo(before.address());
        assertThat(after.leaseEnds()).isEmpty();
        assertThat(after.traffic().uploadBytes()).isEqualTo(500);
        SubscriberEntry entry = gateway.dataPlane.entries().getFirst();
        assertThat(entry.pppoeSession()).isEqualTo(ID);
        assertThat(entry.pppoeMagic()).isEqualTo(0x1234_5678);
        assertThat(entry.treatment().mtu()).isEqualTo(1492);
        assertThat(operations(gateway.dial(DialProtocol.ECHO, ID, 7, MAC, ""))).containsExactly(DialProtocol.ECHO);
        assertThat(operations(gateway.dial(DialProtocol.ECHO, ID + 1, 8, MAC + 1, "")))
                .containsExactly(DialProtocol.END);
        gateway.advance(Duration.ofSeconds(91));
        assertThat(gateway.sessions()).as("its echo timer went on").isEmpty();
    }

    @Test
    void sessionOfIpv6AloneGoesOnAfterAKillAndIsReconciled() {
        SessionInfo before = onlyOnSix();
        gateway.dataPlane.pass(before.id().value(), new Traffic(10, 1_000, 20, 2_000, 0, 0, 0));
        gateway.restart();
        SessionInfo after = gateway.sessions().getFirst();
        assertThat(after.id()).isEqualTo(before.id());
        assertThat(after.address()).isEmpty();
        assertThat(after.traffic().uploadBytes()).isEqualTo(1_000);
        assertThat(gateway.counted(SessionCounter.STRAY_REMOVED)).isZero();
        gateway.dataPlane.forgetAll();
        gateway.advance(Duration.ofSeconds(11));
        assertThat(gateway.dataPlane.entries())
                .extracting(SubscriberEntry::address)
                .containsExactly(Ip4.ANY);
        assertThat(gateway.dataPlane.entries().getFirst().pppoeSession()).isEqualTo(ID);
    }

    @Test
    void killBeforeAMoveIsDurableLeavesOneEntry() {
        SessionInfo before = onlyOnSix();
        gateway.dataPlane.pass(before.id().value(), new Traffic(10, 1_000, 20, 2_000, 0, 0, 0));
        gateway.journal.hold();
        gateway.dial(DialProtocol.ADDRESS, ID, 7, MAC, "");
        assertThat(gateway.dataPlane.entries()).hasSize(2);
        gateway.journal.lose();
        gateway.restart();
        assertThat(gateway.dataPlane.entries())
                .extracting(SubscriberEntry::address)
                .containsExactly(Ip4.ANY);
        assertThat(gateway.counted(SessionCounter.STRAY_REMOVED)).isEqualTo(1);
        assertThat(gateway.addresses.held).isEmpty();
    }

    @Test
    void nobodyWhoMustProveHimselfIsServedWithoutAServer() {
        gateway.outages = OutageSettings.DEFAULT.with(new OutageRules(
                OutageRules.Mode.ALLOW,
                OutageRules.Mode.ALLOW,
                Optional.empty(),
                Duration.ofHours(24),
                Duration.ofMinutes(10)));
        gateway.restart();
        begin(ID, 7, MAC, "alice");
        gateway.radius.answer(new Outcome.Unanswered("silent"));
        gateway.turn();
        assertThat(operations(gateway.sent())).doesNotContain(DialProtocol.PROVED);
        assertThat(gateway.counted(SessionCounter.SERVED_DEFAULT)).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = OutageRules.Mode.class,
            names = {"DENY", "CACHED", "ALLOW"})
    void whoProvesHimselfIsRefusedWhenNoServerAnswersInTimeToSetUp(OutageRules.Mode mode) {
        online("alice");
        gateway.dial(DialProtocol.END, ID, 7, MAC, "");
        without(mode);
        begin(ID, 7, MAC, "alice");
        silent(Duration.ofSeconds(59));
        assertThat(gateway.sent()).isEmpty();
        silent(Duration.ofSeconds(2));
        assertThat(gateway.dial.outcomes.getLast()).isInstanceOf(Outcome.Unanswered.class);
        assertThat(operations(gateway.sent())).containsExactly(DialProtocol.END);
        assertThat(gateway.counted(SessionCounter.SERVED_CACHED) + gateway.counted(SessionCounter.SERVED_DEFAULT))
                .isZero();
    }

    @Test
    void whoProvesHimselfWaitsInTheQueueAndIsServedWhenServersReturn() {
        without(OutageRules.Mode.QUEUE);
        begin(ID, 7, MAC, "alice");
        silent(Duration.ofMinutes(5));
        assertThat(gateway.outage.queued()).isEqualTo(1);
        gateway.radius.reachability = Authenticator.Reachability.REACHED;
        gateway.advance(Duration.ofSeconds(6));
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        assertThat(operations(gateway.sent())).endsWith(DialProtocol.PROVED);
    }

    private void without(OutageRules.Mode mode) {
        gateway.outages = OutageSettings.DEFAULT.with(new OutageRules(
                mode, OutageRules.Mode.DENY, Optional.empty(), Duration.ofHours(24), Duration.ofMinutes(10)));
        gateway.restart();
    }

    /** Time in which every question stays without an answer. */
    private void silent(Duration time) {
        for (long second = 0; second < time.toSeconds(); second++) {
            while (!gateway.radius.open.isEmpty()) {
                gateway.radius.answer(new Outcome.Unanswered("silent"));
                gateway.turn();
            }
            gateway.advance(Duration.ofSeconds(1));
        }
    }

    private SessionInfo online(String user) {
        return online(ID, 7, MAC, user, Authorization.DEFAULT);
    }

    private SessionInfo online(int id, int cvlan, long mac, String user, Authorization authorization) {
        begin(id, cvlan, mac, user);
        gateway.radius.accept(authorization);
        gateway.turn();
        gateway.sent();
        assertThat(operations(gateway.dial(DialProtocol.ADDRESS, id, cvlan, mac, "")))
                .containsExactly(DialProtocol.ADDRESS);
        return gateway.sessions().stream()
                .filter(session -> session.key().pppoeSession() == id)
                .findFirst()
                .orElseThrow();
    }

    private SessionInfo onlyOnSix() {
        begin(ID, 7, MAC, "alice");
        gateway.radius.accept(SIX);
        gateway.turn();
        gateway.dial(DialProtocol.SIX, ID, 7, MAC, "");
        return gateway.sessions().getFirst();
    }

    private void begin(int id, int cvlan, long mac, String user) {
        assertThat(operations(gateway.dial(DialProtocol.DIAL, id, cvlan, mac, "")))
                .containsExactly(DialProtocol.DIALLED);
        gateway.dial(DialProtocol.PROVE, id, cvlan, mac, user);
    }

    private void with(LimitSettings limits) {
        gateway.limits = limits;
        gateway.restart();
    }

    private void policy(String name, int mtu, int segment) {
        gateway.policies.policies.put(
                name,
                new Policy(
                        name,
                        Policer.UNLIMITED,
                        Policer.UNLIMITED,
                        new Treatment(
                                Treatment.Identity.STRICT,
                                Treatment.Access.OPEN,
                                0,
                                OptionalInt.empty(),
                                OptionalInt.empty(),
                                false,
                                segment,
                                mtu)));
    }

    private Treatment treatment() {
        return gateway.dataPlane.entries().getFirst().treatment();
    }

    private Event stop() {
        return gateway.journal.events(SessionEvent.STOP).getLast();
    }

    private static SessionQuery query(Ip6Prefix prefix) {
        return new SessionQuery(
                Optional.empty(),
                Optional.empty(),
                Optional.of(prefix),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static List<Character> operations(List<Frame> frames) {
        return frames.stream().map(DialProtocol::operation).toList();
    }
}

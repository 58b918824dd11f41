package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.Traffic;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.platform.api.JournalFailure;
import sluice.session.api.Authorization;
import sluice.session.api.CommandResult;
import sluice.session.api.Outcome;
import sluice.session.api.SessionEvent;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;
import sluice.session.api.Timeouts;
import sluice.session.api.TimerName;

/** What a subscriber, the operator and the disk can do to a shard. */
final class SessionShardTest {

    private static final long MAC = 0x0200_0000_0001L;
    private static final Traffic SOME = new Traffic(3, 300, 5, 5_000, 0, 0, 0);

    private final Gateway gateway = new Gateway();

    @Test
    void subscriberComesOnlineThroughAuthenticationAddressDataPlaneAndStore() {
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        assertThat(gateway.radius.asked).hasSize(1);
        assertThat(gateway.radius.asked.getFirst().userName()).isEqualTo("bng-01/port-0/c7");
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        assertThat(operations()).containsExactly(ScriptedProtocol.OFFER);
        assertThat(gateway.dataPlane.entries()).as("an offer forwards nothing").isEmpty();

        assertThat(gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7"))
                .extracting(ScriptedProtocol::operation)
                .containsExactly(ScriptedProtocol.ACK);
        assertThat(gateway.dataPlane.passes(Ip4.parse("10.64.0.10"))).isTrue();
        assertThat(gateway.journal.size(Turn.REGION)).isEqualTo(1);
        assertThat(gateway.journal.events(SessionEvent.START)).hasSize(1);
        assertThat(gateway.sessions()).hasSize(1);
    }

    @Test
    void ackLeavesOnlyWhenTheGrantIsDurable() {
        offered(7);
        gateway.journal.hold();
        assertThat(gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7")).isEmpty();
        assertThat(gateway.dataPlane.passes(Ip4.parse("10.64.0.10"))).isTrue();
        gateway.journal.commit();
        gateway.turn();
        assertThat(operations()).containsExactly(ScriptedProtocol.ACK);
    }

    @Test
    void grantIsWithdrawnWhenTheDiskRefusesAndServedWhenItTakesAgain() {
        offered(7);
        gateway.journal.fail(JournalFailure.DISK);
        assertThat(gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7"))
                .extracting(ScriptedProtocol::operation)
                .doesNotContain(ScriptedProtocol.ACK);
        assertThat(gateway.dataPlane.passes(Ip4.parse("10.64.0.10"))).isFalse();
        assertThat(gateway.counted(SessionCounter.NOT_DURABLE)).isEqualTo(1);

        gateway.journal.heal();
        gateway.advance(Duration.ofSeconds(2));
        assertThat(gateway.addresses.held).as("the address is free again").isEmpty();
        assertThat(gateway.dataPlane.entries()).isEmpty();
        assertThat(gateway.journal.events(SessionEvent.START)).isEmpty();
        assertThat(gateway.journal.events(SessionEvent.STOP)).isEmpty();
        gateway.online(7, MAC);
        assertThat(gateway.journal.events(SessionEvent.START)).hasSize(1);
    }

    @Test
    void releaseThatTheDiskRefusesIsRepeatedUntilNothingOfItIsLost() {
        Ip4 address = gateway.online(7, MAC);
        gateway.dataPlane.pass(address, SOME);
        gateway.journal.fail(JournalFailure.DISK);
        gateway.frame(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        gateway.advance(Duration.ofSeconds(5));
        assertThat(gateway.dataPlane.passes(address)).isFalse();
        assertThat(gateway.addresses.held)
                .as("not free before the store forgot it")
                .containsKey(address);
        gateway.journal.heal();
        gateway.advance(Duration.ofSeconds(2));
        assertThat(gateway.addresses.held).isEmpty();
        assertThat(gateway.journal.size(Turn.REGION)).isZero();
        assertThat(stops()).hasSize(1);
        assertThat(stops().getFirst().field(SessionEvent.INPUT_OCTETS)).isEqualTo("5000");
    }

    @Test
    void disconnectThatTheDiskRefusesIsToldAtOnceAndIsDoneLater() {
        Ip4 address = gateway.online(7, MAC);
        gateway.journal.fail(JournalFailure.DISK);
        SessionId id = gateway.sessions().getFirst().id();
        assertThat(gateway.disconnect(id)).isCompletedWithValue(CommandResult.FAILED);
        assertThat(gateway.dataPlane.passes(address)).isFalse();
        var second = gateway.disconnect(id);
        gateway.journal.heal();
        gateway.advance(Duration.ofSeconds(2));
        assertThat(second).isCompletedWithValue(CommandResult.DONE);
        assertThat(stops()).hasSize(1);
    }

    @Test
    void stopHasTheFinalCountersInTheDirectionOfTheStream() {
        Ip4 address = gateway.online(7, MAC);
        gateway.dataPlane.pass(address, SOME);
        gateway.frame(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        assertThat(stops()).hasSize(1);
        assertThat(stops().getFirst().field(SessionEvent.INPUT_OCTETS)).isEqualTo("5000");
        assertThat(stops().getFirst().field(SessionEvent.OUTPUT_OCTETS)).isEqualTo("300");
        assertThat(stops().getFirst().field(SessionEvent.TERMINATE_CAUSE)).isEqualTo("User-Request");
        assertThat(gateway.dataPlane.entries()).isEmpty();
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.shard.armedTimers()).isZero();
    }

    @Test
    void shardSaysWhatItHoldsForSessionsAndThatNothingIsLeftOfThem() {
        Holding empty = gateway.shard.holding();
        gateway.online(7, MAC);
        Holding one = gateway.shard.holding();
        assertThat(one.sessions()).isEqualTo(1);
        assertThat(one.starting()).isZero();
        assertThat(one.timers()).isPositive();
        gateway.frame(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        Holding left = gateway.shard.holding();
        assertThat(left).isEqualTo(new Holding(0, 0, 0, left.chores()));
        assertThat(left.chores()).isBetween(empty.chores(), 3);
    }

    @Test
    void timerOfSessionThatForgotItIsStillHeld() {
        SessionTimers timers = new SessionTimers(0);
        LineId line = new LineId(0, 100, 7, Bytes.EMPTY, Bytes.EMPTY);
        SessionKey key = new SessionKey(line, new MacAddress(MAC));
        Session session = new Session(new SessionId(1000), key, "test", "user", wanted -> Optional.empty());
        timers.arm(session, TimerName.LEASE, 60_000);
        session.timers().clear();
        timers.disarmAll(session);
        assertThat(timers.armed()).isEqualTo(1);
    }

    @Test
    void restartGoesOnWithTheSameSessionAddressCountersAndTimersAndNoSecondStart() {
        Ip4 address = gateway.online(7, MAC);
        SessionId id = gateway.sessions().getFirst().id();
        gateway.dataPlane.pass(address, SOME);
        gateway.restart();
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(gateway.sessions().getFirst().id()).isEqualTo(id);
        assertThat(gateway.sessions().getFirst().address()).contains(address);
        assertThat(gateway.sessions().getFirst().traffic()).isEqualTo(SOME);
        assertThat(gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7"))
                .extracting(ScriptedProtocol::operation)
                .containsExactly(ScriptedProtocol.ACK);
        assertThat(gateway.journal.events(SessionEvent.START)).hasSize(1);
        gateway.advance(ScriptedProtocol.LEASE.plusSeconds(1));
        assertThat(gateway.sessions()).as("the lease timer went on").isEmpty();
    }

    @Test
    void countersGoOnWhenTheMachineWasRestartedAndTheDataPlaneIsEmpty() {
        Ip4 address = gateway.online(7, MAC);
        gateway.dataPlane.pass(address, SOME);
        gateway.advance(Duration.ofMinutes(6));
        assertThat(gateway.counted(SessionCounter.INTERIMS)).isPositive();
        gateway.dataPlane.forgetAll();
        gateway.restart();
        assertThat(gateway.dataPlane.passes(address)).isTrue();
        gateway.dataPlane.pass(address, SOME);
        assertThat(gateway.sessions().getFirst().traffic()).isEqualTo(SOME.plus(SOME));
        assertThat(gateway.counted(SessionCounter.REINSTALLED)).isEqualTo(1);
    }

    @Test
    void entryWithoutSessionIsRemovedAtStart() {
        offered(7);
        gateway.journal.hold();
        gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7");
        assertThat(gateway.dataPlane.entries()).hasSize(1);
        gateway.restart();
        assertThat(gateway.dataPlane.entries())
                .as("the grant was never durable")
                .isEmpty();
        assertThat(gateway.counted(SessionCounter.STRAY_REMOVED)).isEqualTo(1);
    }

    @Test
    void crashBetweenStopAndDurabilityLosesNoCount() {
        Ip4 address = gateway.online(7, MAC);
        gateway.dataPlane.pass(address, SOME);
        gateway.journal.hold();
        gateway.frame(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        assertThat(gateway.dataPlane.passes(address)).isFalse();
        Gateway after = gateway;
        after.restart();
        assertThat(after.sessions().getFirst().traffic()).isEqualTo(SOME);
        assertThat(after.dataPlane.passes(address)).isTrue();
    }

    @Test
    void offerReservesForThirtySecondsOnly() {
        offered(7);
        assertThat(gateway.addresses.held).hasSize(1);
        gateway.advance(Duration.ofSeconds(29));
        assertThat(gateway.addresses.held).hasSize(1);
        gateway.advance(Duration.ofSeconds(2));
        assertThat(gateway.addresses.held).isEmpty();
        assertThat(gateway.sessions()).isEmpty();
    }

    @Test
    void frameWithoutCircuitIdBelongsToTheOneSessionOfItsDevice() {
        gateway.online(7, MAC);
        assertThat(gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "")).hasSize(1);
        assertThat(gateway.sessions()).hasSize(1);
    }

    @Test
    void oneMacOnTwoLinesMakesTwoSessionsWithTwoAddresses() {
        Ip4 one = gateway.online(7, MAC);
        Ip4 other = gateway.online(8, MAC);
        assertThat(one).isNotEqualTo(other);
        assertThat(gateway.sessions()).hasSize(2);
    }

    @Test
    void lineThatWantsMoreSessionsThanItMayHaveIsRefusedAndCounted() {
        for (int i = 0; i < 10; i++) {
            gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC + i, "c7");
        }
        assertThat(gateway.radius.asked).hasSize(4);
        assertThat(gateway.counted(SessionCounter.DROP_LINE_SESSIONS)).isEqualTo(6);
        gateway.frame(ScriptedProtocol.DISCOVER, 8, MAC, "c8");
        assertThat(gateway.radius.asked).as("another line is served").hasSize(5);
    }

    @Test
    void rejectedSubscriberIsNotAskedAboutAgainForTheHoldTime() {
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        gateway.radius.answer(new Outcome.Rejected("no contract"));
        gateway.turn();
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        assertThat(gateway.radius.asked).hasSize(1);
        assertThat(gateway.counted(SessionCounter.DROP_REJECTED)).isEqualTo(1);
        gateway.advance(Duration.ofSeconds(6));
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        assertThat(gateway.radius.asked).hasSize(2);
    }

    @Test
    void lineThatIsRejectedTooOftenBeginsNothingWhateverItsDevices() {
        gateway.rejects = new RejectSettings(Duration.ofSeconds(5), 10);
        gateway.restart();
        for (int i = 0; i < 30; i++) {
            rejected(7, i);
        }
        assertThat(gateway.radius.asked).hasSize(10);
        assertThat(gateway.counted(SessionCounter.DROP_LINE_REJECTED)).isEqualTo(20);
        rejected(8, 0);
        assertThat(gateway.radius.asked).as("another line is asked about").hasSize(11);
        gateway.advance(Duration.ofSeconds(31));
        for (int i = 100; i < 130; i++) {
            rejected(7, i);
        }
        assertThat(gateway.radius.asked).as("one is forgiven every six seconds").hasSize(16);
    }

    private void rejected(int cvlan, int device) {
        gateway.frame(ScriptedProtocol.DISCOVER, cvlan, MAC + device, "c" + cvlan);
        gateway.radius.open.forEach(reply -> reply.accept(new Outcome.Rejected("no contract")));
        gateway.radius.open.clear();
        gateway.turn();
    }

    @Test
    void lateAnswerForASessionThatIsGoneIsCounted() {
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        gateway.advance(Duration.ofMinutes(2));
        assertThat(gateway.counted(SessionCounter.SETUP_TIMEOUT)).isEqualTo(1);
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        assertThat(gateway.counted(SessionCounter.LATE_OUTCOME)).isEqualTo(1);
        assertThat(gateway.addresses.held).isEmpty();
    }

    @Test
    void declinedAddressIsInQuarantineAndNotGivenAgain() {
        Ip4 address = gateway.online(7, MAC);
        gateway.frame(ScriptedProtocol.DECLINE, 7, MAC, "c7");
        assertThat(gateway.addresses.quarantined).containsExactly(address);
        assertThat(gateway.online(7, MAC)).isNotEqualTo(address);
    }

    @Test
    void disconnectIsAnsweredWhenPacketsAreStoppedAndTheEndIsDurable() {
        Ip4 address = gateway.online(7, MAC);
        gateway.journal.hold();
        var reply = gateway.disconnect(gateway.sessions().getFirst().id());
        assertThat(gateway.dataPlane.passes(address)).isFalse();
        assertThat(reply).isNotDone();
        gateway.journal.commit();
        gateway.turn();
        assertThat(reply).isCompletedWithValue(CommandResult.DONE);
        assertThat(stops().getFirst().field(SessionEvent.TERMINATE_CAUSE)).isEqualTo("Admin-Reset");
        assertThat(gateway.disconnect(new SessionId(4711))).isCompletedWithValue(CommandResult.SESSION_NOT_FOUND);
    }

    @Test
    void sessionTimeoutEndsTheSession() {
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        gateway.radius.accept(Authorization.DEFAULT
                .withPolicy("gold")
                .withTimeouts(
                        new Timeouts(Optional.of(Duration.ofMinutes(10)), Optional.empty(), Optional.empty(), false)));
        gateway.turn();
        gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7");
        assertThat(gateway.sessions().getFirst().policy().orElseThrow().name()).isEqualTo("gold");
        gateway.advance(Duration.ofSeconds(601));
        assertThat(stops().getFirst().field(SessionEvent.TERMINATE_CAUSE)).isEqualTo("Session-Timeout");
    }

    @Test
    void dataPlaneThatRefusesMakesNoSession() {
        offered(7);
        gateway.dataPlane.fail(DataPlaneException.Reason.CAPACITY_REACHED);
        assertThat(gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7"))
                .extracting(ScriptedProtocol::operation)
                .containsExactly(ScriptedProtocol.REFUSED);
        assertThat(gateway.counted(SessionCounter.OPEN_FAILED)).isEqualTo(1);
        assertThat(gateway.addresses.held).isEmpty();
        assertThat(gateway.journal.events(SessionEvent.START)).isEmpty();
    }

    @Test
    void defectInAProtocolEndsTheStepAndNotTheLoop() {
        gateway.frame(ScriptedProtocol.DEFECT, 7, MAC, "c7");
        assertThat(gateway.counted(SessionCounter.STEP_FAILED)).isEqualTo(1);
        gateway.online(8, MAC);
        gateway.frame(ScriptedProtocol.DEFECT, 8, MAC, "c8");
        assertThat(gateway.sessions()).as("an open session survives").hasSize(1);
    }

    @Test
    void newVersionOfAProtocolTakesTheSessionsOver() {
        gateway.online(7, MAC);
        ScriptedProtocol next = new ScriptedProtocol();
        gateway.protocols.add(next);
        gateway.protocols.remove(gateway.protocol);
        gateway.shard.inbox().offer(Mail.CHORES, new Mail.Leaving(gateway.protocol));
        gateway.turn();
        assertThat(gateway.sessions().getFirst().state()).isEqualTo("recovered");
        Frame frame = ScriptedProtocol.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7");
        try {
            gateway.shard.inbox().offer(Mail.FRAMES, new Mail.Arrived(next, next.keyOf(frame), frame));
        } catch (sluice.net.MalformedPacket e) {
            throw new IllegalStateException(e);
        }
        gateway.turn();
        assertThat(gateway.sessions().getFirst().state()).isEqualTo("bound");
    }

    @Test
    void drainEndsEverySessionAndTakesNoNewOneUntilResumed() {
        gateway.online(7, MAC);
        gateway.online(8, MAC);
        offered(9);
        CompletableFuture<Integer> drained = new CompletableFuture<>();
        gateway.shard.inbox().offer(Mail.CHORES, new Mail.Drained(drained));
        gateway.turn();
        assertThat(drained).isCompletedWithValue(3);
        assertThat(stops())
                .hasSize(2)
                .allSatisfy(stop ->
                        assertThat(stop.field(SessionEvent.TERMINATE_CAUSE)).isEqualTo("Admin-Reboot"));
        assertThat(gateway.addresses.held).isEmpty();
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        assertThat(gateway.counted(SessionCounter.DROP_DRAINING)).isEqualTo(1);
        CompletableFuture<CommandResult> resumed = new CompletableFuture<>();
        gateway.shard.inbox().offer(Mail.CHORES, new Mail.Resumed(resumed));
        gateway.turn();
        gateway.online(7, MAC);
    }

    @Test
    void whoDrainsAgainWaitsForTheLastSessionAndWhoBeganBeforeWaitsNoMore() {
        gateway.online(7, MAC);
        gateway.journal.hold();
        CompletableFuture<Integer> first = new CompletableFuture<>();
        gateway.shard.inbox().offer(Mail.CHORES, new Mail.Drained(first));
        gateway.turn();
        CompletableFuture<Integer> again = new CompletableFuture<>();
        gateway.shard.inbox().offer(Mail.CHORES, new Mail.Drained(again));
        gateway.turn();
        assertThat(first).isCancelled();
        assertThat(again).isNotDone();
        gateway.journal.commit();
        gateway.turn();
        assertThat(again).isCompletedWithValue(1);
    }

    private void offered(int cvlan) {
        gateway.frame(ScriptedProtocol.DISCOVER, cvlan, MAC, "c" + cvlan);
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        gateway.sent();
    }

    private List<Character> operations() {
        return gateway.sent().stream().map(ScriptedProtocol::operation).toList();
    }

    private List<sluice.platform.api.Event> stops() {
        return gateway.journal.events(SessionEvent.STOP);
    }
}

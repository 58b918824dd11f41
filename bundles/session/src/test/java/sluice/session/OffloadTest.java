package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.platform.api.JournalFailure;
import sluice.platform.api.StoreChange;
import sluice.platform.api.Transaction;
import sluice.session.api.Addressing;
import sluice.session.api.Authorization;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.SessionEvent;
import sluice.session.api.SessionInfo;
import sluice.session.api.Timeouts;

/** Leases that the data plane extends without a word: the engine is never behind. */
final class OffloadTest {

    private static final long MAC = 0x0200_0000_0001L;
    private static final Duration ALMOST = ScriptedProtocol.LEASE.minusMinutes(1);

    private final Gateway gateway = new Gateway();

    @Test
    void leaseThatIsRenewedOnlyInTheDataPlaneDoesNotExpire() {
        Ip4 address = gateway.online(7, MAC);
        for (int i = 0; i < 5; i++) {
            gateway.advance(ALMOST);
            renew(address);
        }
        gateway.advance(ALMOST);
        assertThat(gateway.dataPlane.passes(address)).isTrue();
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(gateway.journal.events(SessionEvent.STOP)).isEmpty();
        assertThat(gateway.counted(SessionCounter.CAUGHT_UP)).isPositive();
    }

    @Test
    void leaseThatNobodyRenewsEndsOnTimeAfterTheLastRenewal() {
        Ip4 address = gateway.online(7, MAC);
        gateway.advance(ALMOST);
        renew(address);
        gateway.advance(ALMOST);
        assertThat(gateway.sessions()).hasSize(1);
        gateway.advance(Duration.ofMinutes(2));
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.dataPlane.passes(address)).isFalse();
        assertThat(gateway.leases.size()).isZero();
        assertThat(gateway.journal.events(SessionEvent.STOP)).hasSize(1);
    }

    @Test
    void whoeverLooksSeesTheEndThatTheDataPlaneGave() {
        Ip4 address = gateway.online(7, MAC);
        gateway.advance(Duration.ofMinutes(20));
        renew(address);
        SessionInfo seen = gateway.sessions().getFirst();
        Instant expected = gateway.clock.wall().instant().plus(ScriptedProtocol.LEASE);
        assertThat(seen.leaseEnds()).contains(expected);
        assertThat(seen.timers().get("lease")).isEqualTo(ScriptedProtocol.LEASE);
    }

    @Test
    void renewalsWhileNobodyListenedCountAfterTheCrash() {
        Ip4 address = gateway.online(7, MAC);
        for (int i = 0; i < 4; i++) {
            gateway.clock.advance(ALMOST);
            renew(address);
        }
        gateway.restart();
        gateway.turn();
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(gateway.leases.size())
                .as("the terms may have changed meanwhile")
                .isZero();
        gateway.advance(ALMOST);
        assertThat(gateway.sessions()).hasSize(1);
        gateway.advance(Duration.ofMinutes(2));
        assertThat(gateway.sessions()).isEmpty();
    }

    @Test
    void renewalsOfASessionWhosePoolIsGoneForAMomentCountWhenItIsThereAgain() {
        Ip4 address = gateway.online(7, MAC);
        gateway.clock.advance(ALMOST);
        renew(address);
        gateway.addresses.gone = true;
        gateway.restart();
        assertThat(gateway.leases.size()).as("it goes on").isEqualTo(1);
        gateway.clock.advance(Duration.ofMinutes(10));
        gateway.restart();
        gateway.addresses.gone = false;
        gateway.restart();
        gateway.turn();
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(gateway.leases.size()).isZero();
        assertThat(gateway.journal.events(SessionEvent.STOP)).isEmpty();
        gateway.advance(ALMOST);
        assertThat(gateway.sessions()).isEmpty();
    }

    @Test
    void sessionWithoutPoolIsLostWhenItsLeaseIsOverInTheDataPlaneToo() {
        gateway.online(7, MAC);
        gateway.clock.advance(ScriptedProtocol.LEASE.plusSeconds(1));
        gateway.addresses.gone = true;
        gateway.restart();
        assertThat(gateway.journal.events(SessionEvent.STOP)).hasSize(1);
        assertThat(gateway.leases.size()).isZero();
    }

    @Test
    void renewalIsNotForgottenWhenTheNextOneIsKilledBeforeTheStoreKnowsIt() {
        Ip4 address = gateway.online(7, MAC);
        gateway.clock.advance(ALMOST);
        renew(address);
        gateway.dieWhileRecovering();
        gateway.journal.hold();
        gateway.restart();
        gateway.shard.inbox().offer(Mail.CHORES, new Mail.Joined("scripted"));
        gateway.turn();
        assertThat(gateway.leases.size()).isEqualTo(1);
        gateway.journal.lose();
        gateway.clock.advance(Duration.ofMinutes(10));
        gateway.restart();
        gateway.turn();
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(gateway.leases.size()).isZero();
        gateway.restart();
        gateway.turn();
        assertThat(gateway.sessions()).hasSize(1);
    }

    @Test
    void renewalBetweenTheLookAndTheDiskIsWrittenBeforeTheLeaseIsTakenBack() {
        Ip4 address = gateway.online(7, MAC);
        gateway.clock.advance(Duration.ofMinutes(30));
        renew(address);
        gateway.journal.hold();
        gateway.restart();
        gateway.turn();
        gateway.clock.advance(Duration.ofMinutes(20));
        renew(address);
        gateway.journal.commit();
        gateway.journal.hold();
        gateway.turn();
        assertThat(gateway.leases.size()).isEqualTo(1);
        gateway.journal.commit();
        gateway.turn();
        assertThat(gateway.leases.size()).isZero();
        gateway.restart();
        gateway.advance(ALMOST);
        assertThat(gateway.sessions()).hasSize(1);
    }

    @Test
    void releaseRightAfterAStartEndsTheAnswersOnTermsOfThePredecessor() {
        Ip4 address = gateway.online(7, MAC);
        gateway.clock.advance(ALMOST);
        renew(address);
        gateway.journal.hold();
        gateway.restart();
        gateway.arrive(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        gateway.turn();
        assertThat(gateway.leases.size()).isZero();
        gateway.journal.commit();
        gateway.turn();
        assertThat(gateway.sessions()).isEmpty();
    }

    @Test
    void leaseOfNoSessionIsTakenAwayAtAStart() {
        gateway.online(7, MAC);
        Bytes key = FrozenSession.keyOf(gateway.sessions().getFirst().id());
        Transaction gone = new Transaction(List.of(new StoreChange.Remove(Turn.REGION, key)), List.of());
        assertThat(new AwaitedJournal(gateway.journal).takes(gone)).isTrue();
        gateway.restart();
        assertThat(gateway.leases.size()).isZero();
        assertThat(gateway.sessions()).isEmpty();
    }

    @Test
    void interimRecordWritesTheRenewalDown() {
        Ip4 address = gateway.online(7, MAC);
        gateway.advance(Duration.ofMinutes(20));
        renew(address);
        gateway.advance(Duration.ofMinutes(6));
        gateway.leases.forgetAll();
        gateway.restart();
        gateway.turn();
        assertThat(gateway.sessions().getFirst().leaseEnds())
                .hasValueSatisfying(end ->
                        assertThat(end).isAfter(gateway.clock.wall().instant().plus(Duration.ofMinutes(50))));
    }

    @Test
    void dataPlaneAnswersNobodyBeforeTheGrantIsDurable() {
        gateway.online(8, MAC + 1);
        gateway.leases.forgetAll();
        gateway.journal.hold();
        gateway.arrive(ScriptedProtocol.REQUEST, 8, MAC + 1, "c8");
        gateway.turn();
        assertThat(gateway.leases.size()).isZero();
        gateway.journal.commit();
        gateway.turn();
        assertThat(gateway.leases.size()).isEqualTo(1);
    }

    @Test
    void grantThatTheDiskRefusesIsNotHandedOver() {
        gateway.online(7, MAC);
        gateway.leases.forgetAll();
        gateway.journal.fail(JournalFailure.DISK);
        gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7");
        assertThat(gateway.leases.size()).isZero();
    }

    @Test
    void releaseDeclineAndDisconnectEndTheAnswersBeforeTheAddressIsFree() {
        gateway.online(7, MAC);
        gateway.journal.hold();
        gateway.arrive(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        gateway.turn();
        assertThat(gateway.leases.size()).isZero();
        assertThat(gateway.addresses.held).isNotEmpty();
        gateway.journal.commit();
        gateway.turn();
        assertThat(gateway.addresses.held).isEmpty();

        gateway.online(8, MAC + 1);
        gateway.frame(ScriptedProtocol.DECLINE, 8, MAC + 1, "c8");
        assertThat(gateway.leases.size()).isZero();
        gateway.online(9, MAC + 2);
        assertThat(gateway.disconnect(gateway.sessions().getFirst().id())).isCompleted();
        assertThat(gateway.leases.size()).isZero();
    }

    @Test
    void protocolWithOtherSettingsAnswersItselfFirst() {
        Ip4 address = gateway.online(7, MAC);
        gateway.advance(Duration.ofMinutes(30));
        renew(address);
        gateway.shard.inbox().offer(Mail.CHORES, new Mail.Joined("scripted"));
        gateway.turn();
        assertThat(gateway.leases.size()).isZero();
        gateway.advance(Duration.ofMinutes(50));
        assertThat(gateway.sessions()).as("renewed before").hasSize(1);
        gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7");
        assertThat(gateway.leases.size()).isEqualTo(1);
    }

    @Test
    void leaseIsTakenBackWhenAnotherAddressingOrSessionTimeIsGranted() {
        Authorization before = session(Duration.ofDays(9), true);
        for (Authorization granted : List.of(
                before.withAddressing(Addressing.NONE.withDns(List.of(Ip4.parse("192.0.2.53")))),
                session(Duration.ofDays(8), true),
                session(Duration.ofDays(9), false))) {
            gateway.online(7, MAC, before);
            assertThat(gateway.leases.size()).isEqualTo(1);
            grant(before);
            assertThat(gateway.leases.size()).as("nothing is different").isEqualTo(1);
            grant(granted);
            assertThat(gateway.leases.size()).as("%s", granted).isZero();
            gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7");
            assertThat(gateway.leases.size()).isEqualTo(1);
            gateway.frame(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        }
    }

    @Test
    void leaseWhoseTermsChangedBeforeItWasDurableIsNotHandedOver() {
        gateway.online(7, MAC);
        gateway.journal.hold();
        gateway.arrive(ScriptedProtocol.REQUEST, 7, MAC, "c7");
        gateway.turn();
        assertThat(gateway.submit(
                        new Command.Reauthenticate(gateway.sessions().getFirst().id())))
                .isNotDone();
        gateway.radius.accept(session(Duration.ofDays(9), true));
        gateway.turn();
        gateway.journal.commit();
        gateway.turn();
        assertThat(gateway.leases.size()).isZero();
        gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7");
        gateway.journal.commit();
        gateway.turn();
        assertThat(gateway.leases.size()).isEqualTo(1);
    }

    @Test
    void leaseThatCouldOutlastTheSessionIsNotHandedOver() {
        gateway.online(7, MAC, session(Duration.ofMinutes(119), false));
        assertThat(gateway.leases.size()).isZero();
        gateway.online(8, MAC + 1, session(Duration.ofMinutes(121), false));
        assertThat(gateway.leases.size()).isEqualTo(1);
    }

    @Test
    void dataPlaneExtendsNoLeaseBeyondTheEndOfTheSession() {
        Ip4 address = gateway.online(7, MAC, session(Duration.ofHours(30), false));
        for (int i = 1; i < 30 * 6; i++) {
            gateway.advance(Duration.ofMinutes(10));
            if (!gateway.leases.renew(address)) {
                gateway.frame(ScriptedProtocol.REQUEST, 7, MAC, "c7");
            }
            Duration left = Duration.ofMinutes(30 * 60 - 10L * i);
            assertThat(gateway.leases.size() == 0 || left.compareTo(ScriptedProtocol.LEASE) >= 0)
                    .as("%s left", left)
                    .isTrue();
        }
        gateway.advance(Duration.ofMinutes(10));
        assertThat(gateway.journal.events(SessionEvent.STOP).getLast().field(SessionEvent.TERMINATE_CAUSE))
                .isEqualTo("Session-Timeout");
    }

    @Test
    void leasesComeBackFromTheDataPlaneWhenShortLeasesBegin() {
        for (int i = 0; i < 200; i++) {
            gateway.online(100 + i, MAC + i);
        }
        gateway.addresses.usedPercent = 95;
        gateway.advance(Duration.ofMinutes(1));
        assertThat(gateway.leases.size()).as("a server answers").isEqualTo(200);
        gateway.outage.begin("away");
        gateway.clock.advance(Duration.ofMillis(LeaseRecall.EVERY_MILLIS));
        int before = 200;
        for (int work = 1; work > 0; ) {
            work = gateway.shard.turn(gateway.clock.millis());
            assertThat(before - gateway.leases.size()).as("in one turn").isLessThanOrEqualTo(Sweeps.DONE_MAX);
            before = gateway.leases.size();
        }
        assertThat(gateway.leases.size()).isZero();
        assertThat(gateway.sessions()).hasSize(200);
    }

    @Test
    void leasesStayWithTheDataPlaneWhereAddressesAreNotScarce() {
        gateway.online(7, MAC);
        gateway.outage.begin("away");
        gateway.advance(Duration.ofMinutes(1));
        assertThat(gateway.leases.size()).isEqualTo(1);
        gateway.addresses.usedPercent = 95;
        gateway.advance(Duration.ofMinutes(1));
        assertThat(gateway.leases.size()).isZero();
    }

    private void grant(Authorization authorization) {
        var reply = gateway.submit(
                new Command.Reauthenticate(gateway.sessions().getFirst().id()));
        gateway.radius.accept(authorization);
        gateway.turn();
        assertThat(reply).isCompletedWithValue(CommandResult.DONE);
    }

    private static Authorization session(Duration time, boolean reauthenticate) {
        return Authorization.DEFAULT.withTimeouts(
                new Timeouts(Optional.of(time), Optional.empty(), Optional.empty(), reauthenticate));
    }

    private void renew(Ip4 address) {
        assertThat(gateway.leases.renew(address)).isTrue();
    }
}

package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Traffic;
import sluice.net.Ip4;
import sluice.platform.api.JournalFailure;
import sluice.session.api.Authorization;
import sluice.session.api.AuthorizationChange;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.Policy;
import sluice.session.api.SessionEvent;

/** What the data plane lacks of open sessions it gets, however it came to lack it. */
final class ReconciliationTest {

    private static final long MAC = 0x0200_0000_0007L;
    private static final Traffic USED = new Traffic(1, 100, 2, 200, 0, 0, 0);
    private static final Duration SOON = Duration.ofMillis(Reconciliation.SOON_MILLIS);
    private static final Duration LATER = Duration.ofMillis(Reconciliation.EVERY_MILLIS);

    private final Gateway gateway = new Gateway();

    @Test
    void sessionThatTheDataPlaneRefusedAtAStartIsInstalledWhenItTakesIt() {
        Ip4 address = gateway.online(7, MAC);
        gateway.dataPlane.pass(address, USED);
        gateway.advance(Duration.ofMinutes(6));
        gateway.dataPlane.forgetAll();
        gateway.dataPlane.fail(DataPlaneException.Reason.CAPACITY_REACHED);
        gateway.restart();
        assertThat(gateway.counted(SessionCounter.REINSTALLED)).isZero();
        gateway.advance(SOON);
        gateway.advance(SOON);
        assertThat(gateway.counted(SessionCounter.RECONCILE_FAILED)).isEqualTo(2);
        assertThat(gateway.dataPlane.passes(address)).isFalse();
        gateway.dataPlane.heal();
        gateway.advance(SOON);
        assertThat(gateway.dataPlane.passes(address)).isTrue();
        assertThat(gateway.counted(SessionCounter.RECONCILED)).isOne();
        gateway.dataPlane.pass(address, USED);
        assertThat(traffic()).isEqualTo(USED.plus(USED));
    }

    @Test
    void sessionThatTheDataPlaneLostIsInstalledAndItsCountersGoOn() {
        Ip4 address = gateway.online(7, MAC);
        gateway.dataPlane.pass(address, USED);
        gateway.advance(Duration.ofMinutes(6));
        gateway.dataPlane.forgetAll();
        gateway.advance(LATER);
        assertThat(gateway.dataPlane.passes(address)).isTrue();
        gateway.dataPlane.pass(address, USED);
        assertThat(traffic()).isEqualTo(USED.plus(USED));
        gateway.restart();
        assertThat(traffic()).isEqualTo(USED.plus(USED));
    }

    @Test
    void entryComesBackOnlyWhenTheStoreKnowsWhatTheFormerOneCounted() {
        Ip4 address = gateway.online(7, MAC);
        gateway.dataPlane.pass(address, USED);
        gateway.advance(Duration.ofMinutes(6));
        gateway.dataPlane.forgetAll();
        gateway.journal.fail(JournalFailure.DISK);
        gateway.advance(LATER);
        assertThat(gateway.dataPlane.passes(address)).isFalse();
        gateway.journal.heal();
        gateway.advance(SOON);
        assertThat(gateway.dataPlane.passes(address)).isTrue();
        assertThat(traffic()).isEqualTo(USED);
    }

    @Test
    void entryStaysAwayHoweverOftenTheStoreRefusesWhatTheFormerOneCounted() {
        Ip4 address = gateway.online(7, MAC);
        gateway.dataPlane.pass(address, USED);
        gateway.advance(Duration.ofMinutes(6));
        gateway.dataPlane.forgetAll();
        gateway.journal.fail(JournalFailure.DISK);
        gateway.advance(LATER);
        gateway.advance(SOON);
        gateway.advance(SOON);
        assertThat(gateway.dataPlane.passes(address)).isFalse();
        gateway.journal.heal();
        gateway.restart();
        assertThat(traffic()).isEqualTo(USED);
    }

    @Test
    void changeOfASessionWithoutEntryInstallsItWhenTheStoreKnowsWhatTheFormerOneCounted() {
        Ip4 address = gateway.online(7, MAC);
        gateway.policies.policies.put("slow", new Policy("slow", new Policer(1, 1), new Policer(1, 1)));
        gateway.dataPlane.pass(address, USED);
        gateway.advance(Duration.ofMinutes(6));
        gateway.dataPlane.forgetAll();
        gateway.journal.hold();
        Command change = new Command.Change(gateway.sessions().getFirst().id(), AuthorizationChange.toPolicy("slow"));
        assertThat(gateway.submit(change)).isNotDone();
        assertThat(gateway.dataPlane.passes(address)).isFalse();
        gateway.journal.lose();
        gateway.restart();
        assertThat(gateway.dataPlane.passes(address)).isTrue();
        assertThat(traffic()).isEqualTo(USED);
    }

    @Test
    void startThatIsKilledAfterABootLosesNoCount() {
        Ip4 address = gateway.online(7, MAC);
        gateway.dataPlane.pass(address, USED);
        gateway.advance(Duration.ofMinutes(6));
        gateway.dataPlane.forgetAll();
        gateway.dieWhileRecovering();
        gateway.dataPlane.pass(address, USED);
        gateway.restart();
        assertThat(traffic()).isEqualTo(USED.plus(USED));
        assertThat(gateway.disconnect(gateway.sessions().getFirst().id())).isCompleted();
        assertThat(gateway.journal.events(SessionEvent.STOP).getLast().field(SessionEvent.INPUT_OCTETS))
                .isEqualTo("400");
    }

    @Test
    void startWhoseDiskRefusesInstallsWhatIsMissingWhenItTakesIt() {
        Ip4 address = gateway.online(7, MAC);
        gateway.dataPlane.pass(address, USED);
        gateway.advance(Duration.ofMinutes(6));
        gateway.dataPlane.forgetAll();
        gateway.journal.fail(JournalFailure.DISK);
        gateway.restart();
        assertThat(gateway.dataPlane.passes(address)).isFalse();
        assertThat(traffic()).isEqualTo(USED);
        gateway.journal.heal();
        gateway.advance(SOON);
        assertThat(gateway.dataPlane.passes(address)).isTrue();
        gateway.dataPlane.pass(address, USED);
        gateway.restart();
        assertThat(traffic()).isEqualTo(USED.plus(USED));
    }

    @Test
    void crowdThatTheMachineLostIsWrittenInPiecesThatTheJournalTakes() {
        Crowd.store(gateway, 3_000, USED);
        gateway.journal.redo(DurableTurns.BYTES_MAX);
        gateway.dieWhileRecovering();
        assertThat(gateway.counted(SessionCounter.REINSTALLED)).isEqualTo(3_000);
        assertThat(gateway.dataPlane.entries()).hasSize(3_000);
        gateway.restart();
        assertThat(gateway.counted(SessionCounter.REINSTALLED)).isZero();
        assertThat(gateway.sessions().stream().filter(one -> one.traffic().equals(USED)))
                .hasSize(3_000);
    }

    @Test
    void changeOfASessionWithoutEntryLosesNoCount() {
        Ip4 address = gateway.online(7, MAC);
        gateway.policies.policies.put("slow", new Policy("slow", new Policer(1, 1), new Policer(1, 1)));
        gateway.dataPlane.pass(address, USED);
        gateway.advance(Duration.ofMinutes(6));
        gateway.dataPlane.forgetAll();
        Command change = new Command.Change(gateway.sessions().getFirst().id(), AuthorizationChange.toPolicy("slow"));
        assertThat(gateway.submit(change)).isCompletedWithValue(CommandResult.DONE);
        assertThat(gateway.dataPlane.passes(address)).isTrue();
        assertThat(traffic()).isEqualTo(USED);
    }

    @Test
    void changedPolicyThatTheDataPlaneRefusedIsAppliedLater() {
        gateway.policies.policies.put("slow", new Policy("slow", new Policer(1, 1), new Policer(1, 1)));
        gateway.online(7, MAC, Authorization.DEFAULT.withPolicy("slow"));
        Policer fast = new Policer(9_000_000, 45_000);
        gateway.policies.policies.put("slow", new Policy("slow", fast, fast));
        gateway.dataPlane.fail(DataPlaneException.Reason.KERNEL);
        gateway.shard.inbox().offer(Mail.CHORES, new Mail.PoliciesChanged(java.util.Set.of("slow")));
        gateway.turn();
        gateway.dataPlane.heal();
        gateway.advance(LATER);
        assertThat(gateway.dataPlane.entries().getFirst().download()).isEqualTo(fast);
    }

    @Test
    void someSessionsPerTurnAreInstalledAndNothingIsDoneTwice() {
        for (int i = 0; i < 200; i++) {
            gateway.online(100 + i, MAC + i);
        }
        gateway.dataPlane.forgetAll();
        gateway.clock.advance(LATER);
        int most = 0;
        for (int work = 1; work > 0; ) {
            long before = gateway.counted(SessionCounter.RECONCILED);
            work = gateway.shard.turn(gateway.clock.millis());
            most = Math.max(most, (int) (gateway.counted(SessionCounter.RECONCILED) - before));
        }
        assertThat(most).isEqualTo(Sweeps.DONE_MAX);
        gateway.advance(LATER);
        gateway.advance(LATER);
        assertThat(gateway.counted(SessionCounter.RECONCILED)).isEqualTo(200);
    }

    private Traffic traffic() {
        return gateway.sessions().getFirst().traffic();
    }
}

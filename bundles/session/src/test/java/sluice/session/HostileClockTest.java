package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Traffic;
import sluice.net.Ip4;
import sluice.platform.api.Event;
import sluice.session.api.Authenticator.Reachability;
import sluice.session.api.Authorization;
import sluice.session.api.Outcome;
import sluice.session.api.SessionEvent;
import sluice.session.api.Timeouts;

/**
 * Idle times, repeated questions and reconciliation while the wall clock jumps and the monotonic clock stands still and
 * leaps. Lease, session time and interims: {@link TimesTest}; quarantine: the pools have the clocks for that.
 */
final class HostileClockTest {

    private static final long MAC = 0x0200_0000_0007L;
    private static final Traffic PACKET = new Traffic(1, 100, 0, 0, 0, 0, 0);
    private static final Duration YEAR = Duration.ofDays(365);
    private static final Duration IDLE = Duration.ofMinutes(2);
    private static final Outcome LOST = new Outcome.Unanswered("time-out");

    private final Gateway gateway = new Gateway();

    @Test
    void wallClockThatJumpsMakesNoSessionIdleAndKeepsNoneThatIs() {
        Ip4 address = idle();
        for (int i = 0; i < 12; i++) {
            jump(i);
            gateway.dataPlane.pass(address, PACKET);
            gateway.advance(Duration.ofSeconds(60));
            assertThat(gateway.sessions()).as("jump %d", i).hasSize(1);
        }
        for (int i = 0; i < 7; i++) {
            jump(i);
            gateway.advance(Duration.ofSeconds(15));
            assertThat(gateway.sessions()).as("jump %d", i).hasSize(1);
        }
        jump(7);
        gateway.advance(Duration.ofSeconds(15 + 15));
        assertThat(cause()).isEqualTo("Idle-Timeout");
    }

    @Test
    void wallClockThatJumpsWhileTheEngineIsAwayChangesNoIdleTimeWithinOneBoot() {
        for (Duration jump : List.of(YEAR, YEAR.negated())) {
            idle();
            gateway.advance(Duration.ofSeconds(60));
            gateway.clock.jump(jump);
            gateway.clock.advance(Duration.ofSeconds(40));
            gateway.restart();
            gateway.advance(Duration.ofSeconds(19));
            assertThat(gateway.sessions()).as("%s", jump).hasSize(1);
            gateway.advance(Duration.ofSeconds(1));
            assertThat(cause()).as("%s", jump).isEqualTo("Idle-Timeout");
        }
    }

    @Test
    void wallClockThatWentBackOverABootMakesNoIdleTimeLonger() {
        idle();
        gateway.advance(Duration.ofSeconds(15));
        gateway.dataPlane.forgetAll();
        gateway.clock.boot();
        gateway.clock.jump(YEAR.negated());
        gateway.boot = "boot-2";
        gateway.restart();
        gateway.turn();
        assertThat(gateway.sessions()).hasSize(1);
        gateway.advance(IDLE);
        assertThat(cause()).isEqualTo("Idle-Timeout");
    }

    @Test
    void wallClockThatIsSetEndsNoSessionWhosePoolIsGoneForAMoment() {
        Duration unset = YEAR.multipliedBy(56);
        gateway.clock.jump(unset.negated());
        Ip4 address = gateway.online(7, MAC);
        gateway.clock.jump(unset);
        gateway.clock.advance(Duration.ofMinutes(5));
        gateway.leases.forgetAll();
        gateway.addresses.gone = true;
        gateway.restart();
        assertThat(gateway.counted(SessionCounter.PARKED)).isOne();
        assertThat(gateway.dataPlane.passes(address)).isTrue();
        gateway.addresses.gone = false;
        gateway.restart();
        gateway.turn();
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(gateway.journal.events(SessionEvent.STOP)).isEmpty();
    }

    @Test
    void sessionOfNoPoolIsLostWhenItsLeaseIsOverHoweverFarTheWallClockWentBack() {
        Ip4 address = gateway.online(7, MAC);
        gateway.clock.jump(YEAR.negated());
        gateway.clock.advance(ScriptedProtocol.LEASE.plusSeconds(1));
        gateway.leases.forgetAll();
        gateway.addresses.gone = true;
        gateway.restart();
        assertThat(gateway.dataPlane.passes(address)).isFalse();
        assertThat(cause()).isEqualTo("NAS-Reboot");
    }

    @Test
    void eventsTellHowLongASessionIsOpenHoweverTheWallClockJumps() {
        gateway.online(7, MAC);
        gateway.clock.jump(YEAR.multipliedBy(56));
        gateway.advance(Duration.ofMinutes(6));
        Event update = gateway.journal.events(SessionEvent.UPDATE).getLast();
        assertThat(Long.parseLong(update.field(SessionEvent.SESSION_SECONDS))).isBetween(300L, 360L);
        gateway.clock.jump(YEAR.multipliedBy(-10));
        gateway.restart();
        gateway.advance(Duration.ofMinutes(4));
        gateway.frame(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        Event stop = gateway.journal.events(SessionEvent.STOP).getLast();
        assertThat(stop.field(SessionEvent.SESSION_SECONDS)).isEqualTo("600");
    }

    @Test
    void idleTimeOverALeapIsDecidedByTheTrafficAndNotByTheTimersThatWereDueMeanwhile() {
        Ip4 address = idle();
        gateway.dataPlane.pass(address, PACKET);
        gateway.advance(Duration.ofMinutes(30));
        assertThat(gateway.sessions())
                .as("there was a packet, some time in that")
                .hasSize(1);
        gateway.advance(IDLE.minusMillis(1));
        assertThat(gateway.sessions()).hasSize(1);
        gateway.advance(Duration.ofMillis(1));
        assertThat(cause()).isEqualTo("Idle-Timeout");
        assertThat(gateway.counted(SessionCounter.IDLE_ENDED)).isOne();
    }

    @Test
    void leapWithoutTrafficEndsAnIdleSessionOnce() {
        idle();
        gateway.advance(Duration.ofMinutes(30));
        assertThat(cause()).isEqualTo("Idle-Timeout");
        gateway.advance(Duration.ofMinutes(30));
        assertThat(gateway.journal.events(SessionEvent.STOP)).hasSize(1);
        assertThat(gateway.shard.armedTimers()).isZero();
    }

    @Test
    void clockThatStandsStillEndsNothingAsksNothingAndAccountsNothing() {
        idle();
        reachable();
        gateway.frame(ScriptedProtocol.DISCOVER, 8, MAC + 1, "c8");
        gateway.radius.answer(LOST);
        gateway.turn();
        gateway.advance(Duration.ofSeconds(4));
        int asked = gateway.radius.asked.size();
        int told = gateway.journal.events(SessionEvent.UPDATE).size();
        for (int i = 0; i < 10_000; i++) {
            assertThat(gateway.shard.turn(gateway.clock.millis()))
                    .as("turn %d", i)
                    .isZero();
        }
        assertThat(gateway.radius.asked).hasSize(asked);
        assertThat(gateway.journal.events(SessionEvent.UPDATE)).hasSize(told);
        assertThat(gateway.sessions()).hasSize(2);
    }

    @Test
    void questionIsRepeatedAtItsMomentsHoweverTheWallClockJumps() {
        assertThat(secondsOfQuestions(true))
                .isEqualTo(secondsOfQuestions(false))
                .hasSizeGreaterThan(3);
    }

    @Test
    void questionWhosePauseTheClockLeapsOverIsRepeatedOnceAndTheSubscriberGivenUpInTheSameTurn() {
        reachable();
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        gateway.radius.answer(LOST);
        gateway.turn();
        gateway.advance(YEAR);
        assertThat(gateway.radius.asked).hasSizeLessThanOrEqualTo(2);
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.shard.armedTimers()).isZero();
        gateway.radius.open.clear();
        gateway.online(7, MAC);
        assertThat(gateway.sessions()).as("and the next one is served").hasSize(1);
    }

    @Test
    void entriesAreComparedEveryTwoMinutesHoweverTheWallClockJumps() {
        Ip4 address = gateway.online(7, MAC);
        gateway.advance(Duration.ofMillis(Reconciliation.SOON_MILLIS));
        for (int i = 0; i < 6; i++) {
            gateway.dataPlane.forgetAll();
            jump(i);
            gateway.advance(Duration.ofMillis(Reconciliation.EVERY_MILLIS - Reconciliation.SOON_MILLIS - 1));
            gateway.advance(Duration.ofMillis(Reconciliation.SOON_MILLIS + 1));
            assertThat(gateway.dataPlane.passes(address)).as("jump %d", i).isTrue();
            // the sweep after one that found something comes sooner
            gateway.advance(Duration.ofMillis(Reconciliation.SOON_MILLIS));
            assertThat(gateway.counted(SessionCounter.RECONCILED)).isEqualTo(i + 1);
        }
    }

    @Test
    void leapOverManyComparisonsIsOneComparisonAndTheNextComesInItsTime() {
        gateway.online(7, MAC);
        gateway.clock.advance(Duration.ofMinutes(50));
        gateway.dataPlane.forgetAll();
        gateway.turn();
        assertThat(gateway.counted(SessionCounter.RECONCILED)).isOne();
        gateway.dataPlane.forgetAll();
        for (int i = 0; i < 1_000; i++) {
            gateway.turn();
        }
        assertThat(gateway.counted(SessionCounter.RECONCILED))
                .as("no time has passed")
                .isOne();
        gateway.advance(Duration.ofMillis(Reconciliation.SOON_MILLIS));
        assertThat(gateway.counted(SessionCounter.RECONCILED)).isEqualTo(2);
    }

    /** In which seconds a question that is lost again and again is put. */
    private List<Long> secondsOfQuestions(boolean hostile) {
        Gateway fresh = new Gateway();
        fresh.radius.reachability = Reachability.REACHED;
        List<Long> seconds = new java.util.ArrayList<>();
        fresh.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        for (int i = 0; i < 600; i++) {
            while (!fresh.radius.open.isEmpty()) {
                seconds.add(fresh.clock.millis());
                fresh.radius.answer(LOST);
                fresh.turn();
            }
            if (hostile) {
                fresh.clock.jump(i % 2 == 0 ? YEAR : YEAR.negated());
            }
            fresh.advance(Duration.ofMillis(100));
        }
        return seconds;
    }

    private void reachable() {
        gateway.radius.reachability = Reachability.REACHED;
    }

    private void jump(int turn) {
        gateway.clock.jump(turn % 2 == 0 ? YEAR : YEAR.multipliedBy(-2));
    }

    private Ip4 idle() {
        return gateway.online(
                7,
                MAC,
                Authorization.DEFAULT.withTimeouts(
                        new Timeouts(Optional.empty(), Optional.of(IDLE), Optional.empty(), false)));
    }

    /** Why the only session ended. */
    private String cause() {
        assertThat(gateway.sessions()).isEmpty();
        Event stop = gateway.journal.events(SessionEvent.STOP).getLast();
        return stop.field(SessionEvent.TERMINATE_CAUSE);
    }
}

package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Traffic;
import sluice.net.Ip4;
import sluice.platform.api.Event;
import sluice.session.api.Authorization;
import sluice.session.api.AuthorizationChange;
import sluice.session.api.Command;
import sluice.session.api.CommandResult;
import sluice.session.api.Outcome;
import sluice.session.api.SessionEvent;
import sluice.session.api.SessionId;
import sluice.session.api.SessionInfo;
import sluice.session.api.Timeouts;

/** Session-Timeout, Idle-Timeout, Termination-Action and interims act, whatever restarts and clocks do. */
final class TimesTest {

    private static final long MAC = 0x0200_0000_0007L;
    private static final Traffic PACKET = new Traffic(1, 100, 0, 0, 0, 0, 0);
    private static final Duration YEAR = Duration.ofDays(365);

    private final Gateway gateway = new Gateway();

    @Test
    void idleSessionEndsAfterItsIdleTime() {
        Ip4 address = gateway.online(7, MAC, idle(Duration.ofMinutes(2)));
        gateway.advance(Duration.ofSeconds(119));
        assertThat(gateway.sessions()).hasSize(1);
        gateway.advance(Duration.ofSeconds(1));
        assertThat(cause()).isEqualTo("Idle-Timeout");
        assertThat(gateway.dataPlane.passes(address)).isFalse();
        assertThat(gateway.counted(SessionCounter.IDLE_ENDED)).isOne();
    }

    @Test
    void trafficInEitherDirectionKeepsASessionForTheRestOfTheTimeAfterIt() {
        Ip4 address = gateway.online(7, MAC, idle(Duration.ofMinutes(2)));
        for (int i = 0; i < 10; i++) {
            pass(100);
            gateway.dataPlane.pass(address, i % 2 == 0 ? PACKET : new Traffic(0, 0, 1, 100, 0, 0, 0));
        }
        pass(119);
        assertThat(gateway.sessions()).hasSize(1);
        pass(1 + 15);
        assertThat(cause()).isEqualTo("Idle-Timeout");
    }

    @Test
    void idlePacketsThatWereRefusedOrDroppedDoNotCount() {
        Ip4 address = gateway.online(7, MAC, idle(Duration.ofMinutes(2)));
        gateway.advance(Duration.ofSeconds(100));
        gateway.dataPlane.pass(address, new Traffic(0, 0, 0, 0, 0, 0, 0, 0, 5, 5, 500, 500, 0, 7));
        gateway.advance(Duration.ofSeconds(20));
        assertThat(cause()).isEqualTo("Idle-Timeout");
    }

    @Test
    void idleTimeGoesOnOverARestartWithTheTrafficMeanwhile() {
        Ip4 address = gateway.online(7, MAC, idle(Duration.ofMinutes(2)));
        pass(100);
        gateway.dataPlane.pass(address, PACKET);
        gateway.restart();
        pass(60);
        assertThat(gateway.sessions()).as("there was a packet").hasSize(1);
        gateway.restart();
        pass(121);
        assertThat(cause()).isEqualTo("Idle-Timeout");
    }

    @Test
    void sessionTimeCountsFromTheStartWhenItIsChangedAlsoAfterARestart() {
        gateway.online(7, MAC, session(Duration.ofHours(1), false));
        gateway.advance(Duration.ofMinutes(4));
        gateway.restart();
        assertThat(change(Optional.of(Duration.ofMinutes(10)), Optional.empty(), Optional.empty()))
                .isEqualTo(CommandResult.DONE);
        assertThat(gateway.sessions().getFirst().timers().get("session-timeout"))
                .isEqualTo(Duration.ofMinutes(6));
        gateway.advance(Duration.ofSeconds(359));
        assertThat(gateway.sessions()).hasSize(1);
        gateway.advance(Duration.ofSeconds(1));
        assertThat(cause()).isEqualTo("Session-Timeout");
    }

    @Test
    void sessionTimeThatHasPassedAlreadyEndsTheSession() {
        gateway.online(7, MAC);
        gateway.advance(Duration.ofMinutes(4));
        assertThat(change(Optional.of(Duration.ofMinutes(3)), Optional.empty(), Optional.empty()))
                .isEqualTo(CommandResult.DONE);
        assertThat(cause()).isEqualTo("Session-Timeout");
    }

    @Test
    void timeOfZeroIsNoLimit() {
        gateway.online(
                7,
                MAC,
                Authorization.DEFAULT.withTimeouts(new Timeouts(
                        Optional.of(Duration.ofMinutes(10)),
                        Optional.of(Duration.ofMinutes(2)),
                        Optional.of(Duration.ofMinutes(1)),
                        false)));
        Optional<Duration> none = Optional.of(Duration.ZERO);
        assertThat(change(none, none, none)).isEqualTo(CommandResult.DONE);
        assertThat(gateway.sessions().getFirst().timers()).doesNotContainKeys("idle", "session-timeout");
        assertThat(left("interim")).as("as it was").isLessThanOrEqualTo(Duration.ofMinutes(1));
        gateway.advance(Duration.ofMinutes(1));
        assertThat(left("interim")).isEqualTo(Duration.ofMinutes(5));
        gateway.advance(Duration.ofMinutes(30));
        assertThat(gateway.sessions()).hasSize(1);
    }

    @Test
    void changedInterimIntervalActsAtOnce() {
        gateway.online(7, MAC);
        change(Optional.empty(), Optional.empty(), Optional.of(Duration.ofSeconds(10)));
        for (int i = 0; i < 6; i++) {
            gateway.advance(Duration.ofSeconds(10));
        }
        assertThat(gateway.journal.events(SessionEvent.UPDATE)).hasSize(6);
    }

    @Test
    void changedInterimIntervalPutsNoRecordOff() {
        gateway.online(7, MAC);
        Duration next = left("interim");
        change(Optional.empty(), Optional.empty(), Optional.of(Duration.ofHours(1)));
        assertThat(left("interim")).isEqualTo(next);
        gateway.advance(next);
        assertThat(gateway.journal.events(SessionEvent.UPDATE)).hasSize(1);
        assertThat(left("interim")).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void changedIdleTimeCountsFromTheLastPacket() {
        Ip4 address = gateway.online(7, MAC, idle(Duration.ofMinutes(30)));
        gateway.dataPlane.pass(address, PACKET);
        gateway.advance(Duration.ofMinutes(1));
        gateway.advance(Duration.ofMinutes(9));
        change(Optional.empty(), Optional.of(Duration.ofMinutes(15)), Optional.empty());
        pass(359);
        assertThat(gateway.sessions())
                .as("15 minutes since the packet was seen")
                .hasSize(1);
        pass(1);
        assertThat(cause()).isEqualTo("Idle-Timeout");
    }

    @Test
    void idleTimeThatHasPassedAlreadyEndsTheSessionUnlessAPacketCameSince() {
        Ip4 address = gateway.online(7, MAC, idle(Duration.ofMinutes(30)));
        gateway.advance(Duration.ofMinutes(10));
        gateway.dataPlane.pass(address, PACKET);
        change(Optional.empty(), Optional.of(Duration.ofMinutes(5)), Optional.empty());
        assertThat(gateway.sessions()).hasSize(1);
        gateway.advance(Duration.ofMinutes(4));
        change(Optional.empty(), Optional.of(Duration.ofMinutes(3)), Optional.empty());
        assertThat(cause()).isEqualTo("Idle-Timeout");
    }

    @Test
    void changeOfTimesAloneIsNoChangeOfPolicy() {
        gateway.online(7, MAC);
        change(Optional.of(Duration.ofHours(3)), Optional.empty(), Optional.empty());
        assertThat(gateway.journal.events(SessionEvent.POLICY_APPLY)).isEmpty();
    }

    @Test
    void terminationActionAsksAgainInsteadOfEndingAndTheTimeCountsFromThen() {
        gateway.online(7, MAC, session(Duration.ofMinutes(10), true));
        gateway.advance(Duration.ofMinutes(10));
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(gateway.radius.asked.getLast().again()).isTrue();
        gateway.radius.accept(session(Duration.ofMinutes(20), true));
        gateway.turn();
        assertThat(gateway.sessions().getFirst().timers().get("session-timeout"))
                .isEqualTo(Duration.ofMinutes(20));
        gateway.advance(Duration.ofMinutes(20));
        gateway.radius.answer(new Outcome.Rejected("no credit"));
        gateway.turn();
        assertThat(cause()).isEqualTo("Session-Timeout");
    }

    @Test
    void sessionThatIsAskedAboutOftenIsAccountedAllTheSame() {
        Authorization granted = times(Duration.ofMinutes(4), Optional.empty());
        gateway.online(7, MAC, granted);
        for (int minute = 0; minute < 60; minute++) {
            gateway.advance(Duration.ofMinutes(1));
            grantAgain(granted);
        }
        assertThat(gateway.journal.events(SessionEvent.UPDATE)).hasSizeBetween(11, 12);
    }

    @Test
    void sessionThatIsAskedAboutOftenIsIdleAllTheSame() { // RFC 2865, 5.28
        Authorization granted = times(Duration.ofMinutes(10), Optional.of(Duration.ofMinutes(15)));
        gateway.online(7, MAC, granted);
        for (int minute = 0; minute < 14; minute++) {
            gateway.advance(Duration.ofMinutes(1));
            grantAgain(granted);
        }
        assertThat(gateway.sessions()).hasSize(1);
        gateway.advance(Duration.ofMinutes(1));
        assertThat(cause()).isEqualTo("Idle-Timeout");
    }

    @Test
    void stateOfTheAcceptIsInTheNextQuestionAlsoAfterARestart() { // RFC 2865, 5.24
        gateway.online(7, MAC, stateful("0xcafe"));
        gateway.restart();
        gateway.advance(Duration.ofMinutes(10));
        assertThat(gateway.radius.asked.getLast().attributes()).containsEntry("State", "0xcafe");
        gateway.radius.accept(stateful("0xbeef"));
        gateway.turn();
        askAgain(Map.of());
        assertThat(gateway.radius.asked.getLast().attributes()).containsEntry("State", "0xbeef");
        gateway.radius.accept(session(Duration.ofMinutes(10), true));
        gateway.turn();
        askAgain(Map.of());
        assertThat(gateway.radius.asked.getLast().attributes()).doesNotContainKey("State");
    }

    @Test
    void stateOfAChangeGoesBeforeThatOfTheAccept() { // RFC 5176, 3.2
        gateway.online(7, MAC, stateful("0xcafe"));
        askAgain(Map.of("State", "0x01"));
        assertThat(gateway.radius.asked.getLast().attributes()).containsEntry("State", "0x01");
    }

    @Test
    void terminationActionGoesOnAskingWhileNoServerAnswersAlsoAfterARestart() {
        gateway.online(7, MAC, session(Duration.ofMinutes(10), true));
        gateway.advance(Duration.ofMinutes(10));
        gateway.radius.answer(new Outcome.Unanswered("away"));
        gateway.turn();
        int asked = gateway.radius.asked.size();
        gateway.advance(Duration.ofSeconds(76));
        assertThat(gateway.radius.asked).hasSize(asked + 1);
        gateway.restart();
        gateway.radius.open.clear();
        gateway.advance(Duration.ofSeconds(76));
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        assertThat(gateway.sessions().getFirst().timers()).doesNotContainKey("session-timeout");
    }

    @Test
    void timersOutliveARestartOfTheEngine() {
        gateway.online(7, MAC, session(Duration.ofMinutes(10), false));
        var before = new TreeMap<>(gateway.sessions().getFirst().timers());
        gateway.restart();
        assertThat(new TreeMap<>(gateway.sessions().getFirst().timers())).isEqualTo(before);
    }

    @Test
    void wallClockThatJumpsWhileTheEngineRunsMovesNothing() {
        gateway.online(7, MAC, session(Duration.ofMinutes(10), false));
        for (Duration jump : List.of(YEAR, YEAR.multipliedBy(-2), YEAR)) {
            gateway.clock.jump(jump);
            gateway.advance(Duration.ofMinutes(1));
            assertThat(gateway.sessions()).hasSize(1);
        }
        gateway.advance(Duration.ofMinutes(7).minusMillis(1));
        assertThat(gateway.sessions()).hasSize(1);
        gateway.advance(Duration.ofMillis(1));
        assertThat(cause()).isEqualTo("Session-Timeout");
    }

    @Test
    void wallClockThatJumpsBetweenFreezeAndThawMovesNothingWithinOneBoot() {
        for (Duration jump : List.of(YEAR, YEAR.negated())) {
            gateway.online(7, MAC, session(Duration.ofMinutes(10), false));
            gateway.clock.jump(jump);
            gateway.clock.advance(Duration.ofMinutes(4));
            gateway.restart();
            assertThat(left("session-timeout")).as("%s", jump).isEqualTo(Duration.ofMinutes(6));
            assertThat(left("lease")).as("%s", jump).isEqualTo(Duration.ofMinutes(56));
            gateway.advance(Duration.ofMinutes(6));
            assertThat(cause()).isEqualTo("Session-Timeout");
        }
    }

    @Test
    void bootOfTheMachineCountsByTheWallClock() {
        gateway.online(7, MAC, session(Duration.ofMinutes(10), false));
        boot();
        gateway.clock.jump(Duration.ofMinutes(4));
        gateway.restart();
        assertThat(left("session-timeout")).isEqualTo(Duration.ofMinutes(6));
    }

    @Test
    void wallClockThatWentBackOverABootLengthensNoTime() {
        gateway.online(7, MAC, session(Duration.ofMinutes(10), false));
        gateway.advance(Duration.ofMinutes(4));
        change(Optional.empty(), Optional.empty(), Optional.of(Duration.ofMinutes(2)));
        boot();
        gateway.clock.jump(YEAR.negated());
        gateway.restart();
        assertThat(left("session-timeout")).isEqualTo(Duration.ofMinutes(6));
        gateway.advance(Duration.ofMinutes(6));
        assertThat(cause()).isEqualTo("Session-Timeout");
    }

    @Test
    void wallClockAYearAheadAfterABootMakesAllTimersDueOnceAndTheEngineGoesOn() {
        gateway.online(7, MAC, session(Duration.ofMinutes(10), false));
        boot();
        gateway.clock.jump(YEAR);
        gateway.restart();
        gateway.turn();
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.shard.armedTimers()).isZero();
        gateway.online(8, MAC + 1);
        assertThat(gateway.sessions()).hasSize(1);
    }

    @Test
    void engineThatStoodStillForAYearDoesWhatIsDueOnceAndNothingTwice() {
        gateway.online(7, MAC);
        gateway.online(8, MAC + 1, session(Duration.ofMinutes(10), false));
        int updates = gateway.journal.events(SessionEvent.UPDATE).size();
        gateway.advance(Duration.ofMinutes(59));
        gateway.advance(Duration.ZERO);
        assertThat(gateway.journal.events(SessionEvent.UPDATE).size() - updates).isLessThanOrEqualTo(2);
        gateway.advance(YEAR);
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.journal.events(SessionEvent.STOP)).hasSize(2);
        assertThat(gateway.shard.armedTimers()).isZero();
    }

    @Test
    void interimsOfSessionsThatCameTogetherAreSpreadOverHalfAnInterval() {
        for (int i = 0; i < 200; i++) {
            gateway.online(100 + i, MAC + i);
        }
        for (int second = 0; second < 300; second++) {
            gateway.advance(Duration.ofSeconds(1));
        }
        assertThat(mostInASecond()).isLessThan(10);
        assertThat(gateway.journal.events(SessionEvent.UPDATE)).hasSizeBetween(190, 210);
    }

    @Test
    void interimsThatAreOverdueAfterARestartComeAtTheConfiguredRate() {
        for (int i = 0; i < 200; i++) {
            gateway.online(100 + i, MAC + i);
        }
        gateway.clock.advance(Duration.ofMinutes(20));
        gateway.interimsPerSecond = 20;
        gateway.restart();
        for (int i = 0; i < 100; i++) {
            gateway.advance(Duration.ofMillis(100));
        }
        List<Event> updates = gateway.journal.events(SessionEvent.UPDATE);
        assertThat(updates)
                .extracting(update -> update.field(SessionEvent.SESSION_ID))
                .doesNotHaveDuplicates();
        assertThat(updates).hasSize(200);
        assertThat(mostInASecond()).isLessThanOrEqualTo(20 + 20 / 4 + 1);
        assertThat(gateway.counted(SessionCounter.INTERIMS_SPREAD)).isGreaterThan(150);
    }

    private long mostInASecond() {
        return gateway.journal.events(SessionEvent.UPDATE).stream()
                .collect(Collectors.groupingBy(update -> update.time().getEpochSecond(), Collectors.counting()))
                .values()
                .stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
    }

    /** What is frozen was frozen in another boot. */
    private void boot() {
        gateway.dataPlane.forgetAll();
        gateway.clock.boot();
        gateway.boot = "boot-2";
    }

    private Duration left(String timer) {
        return java.util.Objects.requireNonNull(
                gateway.sessions().getFirst().timers().get(timer));
    }

    private CommandResult change(Optional<Duration> session, Optional<Duration> idle, Optional<Duration> interim) {
        SessionId id =
                gateway.sessions().stream().map(SessionInfo::id).findFirst().orElseThrow();
        return gateway.submit(new Command.Change(id, AuthorizationChange.toTimes(session, idle, interim)))
                .join();
    }

    /** RADIUS answers what it was asked at the end of a session time. */
    private void grantAgain(Authorization granted) {
        while (!gateway.radius.open.isEmpty()) {
            gateway.radius.accept(granted);
            gateway.turn();
        }
    }

    private void askAgain(Map<String, String> attributes) {
        SessionId id = gateway.sessions().getFirst().id();
        assertThat(gateway.submit(new Command.Reauthenticate(id, attributes))).isNotDone();
    }

    private void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            gateway.advance(Duration.ofSeconds(1));
        }
    }

    /** Why the only session ended. */
    private String cause() {
        assertThat(gateway.sessions()).isEmpty();
        return gateway.journal.events(SessionEvent.STOP).getLast().field(SessionEvent.TERMINATE_CAUSE);
    }

    private static Authorization idle(Duration time) {
        return Authorization.DEFAULT.withTimeouts(
                new Timeouts(Optional.empty(), Optional.of(time), Optional.empty(), false));
    }

    private static Authorization times(Duration session, Optional<Duration> idle) {
        return Authorization.DEFAULT.withTimeouts(new Timeouts(Optional.of(session), idle, Optional.empty(), true));
    }

    private static Authorization stateful(String state) {
        return session(Duration.ofMinutes(10), true).withOther(Map.of("State", List.of(state)));
    }

    private static Authorization session(Duration time, boolean reauthenticate) {
        return Authorization.DEFAULT.withTimeouts(
                new Timeouts(Optional.of(time), Optional.empty(), Optional.empty(), reauthenticate));
    }
}

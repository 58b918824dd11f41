package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sluice.platform.api.Event;
import sluice.platform.api.JournalFailure;
import sluice.session.OutageRules.Mode;
import sluice.session.api.AuthState;
import sluice.session.api.Authenticator.Reachability;
import sluice.session.api.Authorization;
import sluice.session.api.AuthorizationChange;
import sluice.session.api.Outcome;
import sluice.session.api.SessionEvent;
import sluice.session.api.SessionInfo;

/** What becomes of subscribers while no server answers, and afterwards. */
final class DegradedOperationTest {

    private static final long MAC = 0x0200_0000_0001L;
    private static final Authorization GOLD = Authorization.DEFAULT.with(AuthorizationChange.toPolicy("gold"));
    private static final Outcome SILENCE = new Outcome.Unanswered("time-out");

    private final Gateway gateway = new Gateway();

    @Test
    void deniedSubscriberIsRefusedWhenTheTimeForSettingUpIsOver() {
        with(rules(Mode.DENY, Mode.DENY));
        unanswered(7);
        assertThat(operations()).isEmpty();
        silent(Duration.ofSeconds(61));
        assertThat(operations()).containsExactly(ScriptedProtocol.REFUSED);
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.shard.armedTimers()).isZero();
        assertThat(gateway.counted(SessionCounter.WAITED_IN_VAIN)).isEqualTo(1);
    }

    @Test
    void deniedSubscriberIsServedWhenAServerAnswersInTime() {
        with(rules(Mode.DENY, Mode.DENY));
        unanswered(7);
        gateway.advance(Duration.ofSeconds(6));
        gateway.radius.accept(GOLD);
        gateway.turn();
        assertThat(operations()).containsExactly(ScriptedProtocol.OFFER);
        assertThat(gateway.outage.isOn()).isFalse();
    }

    @Test
    void allowedSubscriberIsServedWithTheRealmsPolicyAndMarked() {
        with(rules(Mode.ALLOW, Mode.DENY));
        unanswered(7);
        assertThat(operations()).containsExactly(ScriptedProtocol.OFFER);
        bind(7);
        SessionInfo served = only();
        assertThat(served.authState()).isEqualTo(AuthState.DEFAULT);
        assertThat(served.policy().orElseThrow().name()).isEqualTo("emergency");
        Event start = gateway.journal.events(SessionEvent.START).getFirst();
        assertThat(start.field(SessionEvent.AUTH_STATE)).isEqualTo("default");
    }

    @Test
    void nobodyIsAskedForASubscriberWhoIsServedDuringAKnownOutage() {
        with(rules(Mode.ALLOW, Mode.DENY));
        unanswered(7);
        gateway.sent();
        gateway.frame(ScriptedProtocol.DISCOVER, 8, MAC, "c8");
        assertThat(gateway.radius.asked).hasSize(1);
        assertThat(gateway.sessions()).hasSize(2);
    }

    @Test
    void rememberedSubscriberIsServedAsAcceptedTheLastTimeAlsoAfterARestart() {
        with(rules(Mode.CACHED, Mode.DENY));
        accepted(7, GOLD);
        gateway.frame(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        gateway.restart();
        unanswered(7);
        assertThat(operations()).containsExactly(ScriptedProtocol.OFFER);
        bind(7);
        assertThat(only().authState()).isEqualTo(AuthState.CACHED);
        assertThat(only().policy().orElseThrow().name()).isEqualTo("gold");
    }

    @Test
    void acceptanceOlderThanADayIsOfNoUse() {
        with(rules(Mode.CACHED, Mode.DENY));
        accepted(7, GOLD);
        gateway.frame(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        gateway.advance(Duration.ofHours(24).plusSeconds(1));
        gateway.sent();
        unanswered(7);
        assertThat(operations()).isEmpty();
        assertThat(gateway.counted(SessionCounter.SERVED_CACHED)).isZero();
    }

    @Test
    void acceptanceFromTheFutureIsOfNoUse() {
        with(rules(Mode.CACHED, Mode.DENY));
        acceptedInTheFuture();
        unanswered(7);
        assertThat(operations()).isEmpty();
        assertThat(gateway.counted(SessionCounter.SERVED_CACHED)).isZero();
    }

    @Test
    void acceptanceFromTheFutureIsReplacedByTheNextOneThatSaysTheSame() {
        with(rules(Mode.CACHED, Mode.DENY));
        acceptedInTheFuture();
        accepted(7, GOLD);
        gateway.frame(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        unanswered(7);
        assertThat(operations()).containsExactly(ScriptedProtocol.OFFER);
    }

    @Test
    void acceptanceIsForgottenWhenAServerRefuses() {
        with(rules(Mode.CACHED, Mode.DENY));
        accepted(7, GOLD);
        gateway.frame(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        assertThat(gateway.journal.size(ProfileCache.REGION)).isEqualTo(1);
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        gateway.radius.answer(new Outcome.Rejected("no contract"));
        gateway.turn();
        assertThat(gateway.journal.size(ProfileCache.REGION)).isZero();
    }

    @Test
    void refusalThatTheDiskDidNotTakeIsMadeDurableLater() {
        with(rules(Mode.CACHED, Mode.DENY));
        accepted(7, GOLD);
        gateway.frame(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        gateway.journal.fail(JournalFailure.DISK);
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        gateway.radius.answer(new Outcome.Rejected("no contract"));
        gateway.turn();
        gateway.journal.heal();
        gateway.advance(Duration.ofSeconds(2));
        assertThat(gateway.journal.size(ProfileCache.REGION)).isZero();
    }

    @Test
    void acceptanceThatTheDiskDidNotTakeDoesNotComeBackOverALaterRefusal() {
        with(rules(Mode.CACHED, Mode.DENY));
        gateway.journal.fail(JournalFailure.DISK);
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        gateway.radius.accept(GOLD);
        gateway.turn();
        gateway.journal.heal();
        gateway.frame(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        gateway.advance(Duration.ofMillis(500));
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        gateway.radius.answer(new Outcome.Rejected("no contract"));
        gateway.turn();
        gateway.advance(Duration.ofSeconds(2));
        assertThat(gateway.journal.size(ProfileCache.REGION)).isZero();
    }

    @Test
    void anotherDeviceOnTheLineIsNotRemembered() {
        with(rules(Mode.CACHED, Mode.ALLOW));
        accepted(7, GOLD);
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC + 1, "c7");
        gateway.radius.answer(SILENCE);
        gateway.turn();
        assertThat(gateway.counted(SessionCounter.SERVED_CACHED)).isZero();
        assertThat(gateway.counted(SessionCounter.SERVED_DEFAULT)).isEqualTo(1);
    }

    @Test
    void theOldestAcceptanceGoesWhenThereAreTooMany() {
        OutageSettings few = new OutageSettings(
                rules(Mode.CACHED, Mode.DENY),
                10,
                2,
                50,
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                Duration.ofMinutes(5),
                90);
        gateway.outages = few;
        gateway.restart();
        for (int cvlan = 7; cvlan < 10; cvlan++) {
            accepted(cvlan, GOLD);
            gateway.advance(Duration.ofSeconds(1));
        }
        assertThat(gateway.journal.size(ProfileCache.REGION)).isEqualTo(2);
        gateway.frame(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        gateway.frame(ScriptedProtocol.RELEASE, 9, MAC, "c9");
        unanswered(7);
        unanswered(9);
        assertThat(gateway.counted(SessionCounter.SERVED_CACHED)).isEqualTo(1);
    }

    @Test
    void queuedSubscriberWaitsBeyondTheTimeForSettingUpAndIsServedWhenServersReturn() {
        with(rules(Mode.QUEUE, Mode.DENY));
        unanswered(7);
        silent(Duration.ofMinutes(5));
        assertThat(gateway.sessions()).hasSize(1);
        assertThat(gateway.outage.queued()).isEqualTo(1);
        gateway.radius.reachability = Reachability.REACHED;
        gateway.advance(Duration.ofSeconds(6));
        gateway.radius.accept(GOLD);
        gateway.turn();
        assertThat(operations()).containsExactly(ScriptedProtocol.OFFER);
        assertThat(gateway.outage.queued()).isZero();
    }

    @Test
    void queueEndsAfterItsTimeAndTakesNoMoreThanItsNumber() {
        gateway.outages = new OutageSettings(
                rules(Mode.QUEUE, Mode.DENY),
                1,
                10,
                50,
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                Duration.ofMinutes(5),
                90);
        gateway.restart();
        unanswered(7);
        assertThat(gateway.frame(ScriptedProtocol.DISCOVER, 8, MAC, "c8"))
                .extracting(ScriptedProtocol::operation)
                .containsExactly(ScriptedProtocol.REFUSED);
        assertThat(gateway.counted(SessionCounter.QUEUE_FULL)).isEqualTo(1);
        silent(Duration.ofMinutes(11));
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.outage.queued()).isZero();
    }

    @Test
    void repetitionsOfTheClientAreNoQuestions() {
        with(rules(Mode.DENY, Mode.DENY));
        unanswered(7);
        for (int i = 0; i < 40; i++) {
            gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
            gateway.advance(Duration.ofSeconds(1));
        }
        assertThat(gateway.radius.asked)
                .as("one question is open, and stays so")
                .hasSize(2);
    }

    @Test
    void questionThatGotLostIsRepeatedWithGrowingPauses() {
        with(rules(Mode.DENY, Mode.DENY));
        gateway.radius.reachability = Reachability.REACHED;
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        int[] after = new int[4];
        for (int i = 0; i < after.length; i++) {
            gateway.radius.answer(SILENCE);
            gateway.turn();
            while (gateway.radius.open.isEmpty()) {
                gateway.advance(Duration.ofMillis(100));
                after[i]++;
            }
        }
        assertThat(gateway.outage.isOn()).isFalse();
        assertThat(after[0]).isBetween(20, 25);
        assertThat(after[1]).isBetween(40, 50);
        assertThat(after[2]).isBetween(80, 100);
        assertThat(after[3]).isBetween(160, 200);
    }

    @Test
    void serversThatComeLaterThanTheFirstSubscribersAfterAStartAreNoOutage() {
        with(rules(Mode.ALLOW, Mode.DENY));
        gateway.turn();
        gateway.radius.reachability = Reachability.SILENT;
        unanswered(7);
        assertThat(gateway.outage.isOn()).isFalse();
        gateway.advance(Duration.ofSeconds(3));
        gateway.radius.accept(GOLD);
        gateway.turn();
        assertThat(gateway.journal.events(Outage.DEGRADED_START)).isEmpty();
        gateway.advance(Duration.ofSeconds(8));
        unanswered(8);
        assertThat(gateway.outage.isOn()).isTrue();
    }

    @Test
    void whoIsNeverAnsweredIsServedAlthoughServersAnswerSomething() {
        with(rules(Mode.ALLOW, Mode.DENY));
        gateway.radius.reachability = Reachability.REACHED;
        gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC, "c7");
        silent(Duration.ofSeconds(10));
        assertThat(gateway.radius.asked).hasSize(3);
        assertThat(operations()).containsExactly(ScriptedProtocol.OFFER);
        assertThat(gateway.outage.isOn()).isFalse();
    }

    @Test
    void realmOfTheUserNameDecides() {
        gateway.userName = "{circuit-id}@{remote-id}";
        gateway.realms = List.of(new Realm("Port-0", rules(Mode.ALLOW, Mode.DENY)));
        with(rules(Mode.DENY, Mode.DENY));
        unanswered(7);
        assertThat(operations()).containsExactly(ScriptedProtocol.OFFER);
    }

    @Test
    void outageIsToldOnceWithItsBeginAndEndAndSurvivesARestart() {
        with(rules(Mode.ALLOW, Mode.DENY));
        unanswered(7);
        bind(7);
        unansweredKnown(8);
        gateway.clock.advance(Duration.ofSeconds(100));
        gateway.restart();
        assertThat(gateway.outage.isOn()).as("it goes on").isTrue();
        unansweredKnown(9);
        gateway.radius.reachability = Reachability.REACHED;
        gateway.advance(Duration.ofSeconds(2));
        assertThat(gateway.outage.isOn()).isFalse();
        assertThat(gateway.journal.events(Outage.DEGRADED_START)).hasSize(1);
        List<Event> ends = gateway.journal.events(Outage.DEGRADED_END);
        assertThat(ends).hasSize(1);
        assertThat(Long.parseLong(ends.getFirst().field("degraded_seconds"))).isBetween(100L, 103L);
        assertThat(gateway.journal.size(Outage.REGION)).isZero();
    }

    @Test
    void markedSessionsAreAskedAboutAtTheRateWhenServersAreBackAndChangedLive() {
        gateway.limits = LimitSettings.perLine(200);
        with(rules(Mode.ALLOW, Mode.DENY));
        unanswered(7);
        bind(7);
        for (int i = 1; i < 100; i++) {
            gateway.frame(ScriptedProtocol.DISCOVER, 7, MAC + i, "c7");
            gateway.frame(ScriptedProtocol.REQUEST, 7, MAC + i, "c7");
        }
        while (!gateway.radius.open.isEmpty()) {
            gateway.radius.answer(SILENCE);
        }
        gateway.turn();
        int before = gateway.radius.asked.size();
        gateway.radius.reachability = Reachability.REACHED;
        gateway.advance(Duration.ofSeconds(1));
        int[] perSecond = new int[4];
        for (int tick = 0; tick < 400; tick++) {
            int asked = gateway.radius.asked.size();
            gateway.advance(Duration.ofMillis(10));
            perSecond[tick / 100] += gateway.radius.asked.size() - asked;
            while (!gateway.radius.open.isEmpty()) {
                gateway.radius.accept(GOLD);
                gateway.turn();
            }
        }
        assertThat(perSecond[0]).isBetween(48, 52);
        assertThat(gateway.radius.asked.size() - before).isBetween(99, 101);
        assertThat(gateway.radius.asked.getLast().again()).isTrue();
        assertThat(gateway.sessions()).allSatisfy(session -> {
            assertThat(session.authState()).isEqualTo(AuthState.AUTHENTICATED);
            assertThat(session.policy().orElseThrow().name()).isEqualTo("gold");
        });
        assertThat(gateway.shard.degraded().lastTally().due()).isZero();
        assertThat(gateway.shard.degraded().lastTally().byDefault()).isZero();
    }

    @Test
    void markedSessionThatIsRefusedEnds() {
        with(rules(Mode.ALLOW, Mode.DENY));
        unanswered(7);
        bind(7);
        gateway.advance(Duration.ofSeconds(6));
        gateway.radius.answer(new Outcome.Rejected("no contract"));
        gateway.turn();
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.dataPlane.entries()).isEmpty();
        assertThat(gateway.journal.events(SessionEvent.STOP)).hasSize(1);
        assertThat(gateway.shard.degraded().lastTally()).isEqualTo(DegradedTally.NONE);
    }

    @Test
    void markedSessionIsAProbeOneAtATimeWhileNobodyAnswers() {
        with(rules(Mode.ALLOW, Mode.DENY));
        unanswered(7);
        bind(7);
        for (int cvlan = 8; cvlan < 20; cvlan++) {
            unansweredKnown(cvlan);
        }
        int before = gateway.radius.asked.size();
        silent(Duration.ofSeconds(60));
        assertThat(gateway.radius.asked.size() - before).isBetween(11, 13);
        assertThat(gateway.sessions()).hasSize(13);
    }

    @Test
    void marksAndTheirQuestionsSurviveARestart() {
        with(rules(Mode.ALLOW, Mode.DENY));
        unanswered(7);
        bind(7);
        gateway.radius.open.clear();
        gateway.restart();
        assertThat(only().authState()).isEqualTo(AuthState.DEFAULT);
        gateway.advance(Duration.ofSeconds(6));
        gateway.radius.accept(GOLD);
        gateway.turn();
        assertThat(only().authState()).isEqualTo(AuthState.AUTHENTICATED);
        assertThat(only().policy().orElseThrow().name()).isEqualTo("gold");
    }

    @Test
    void leasesFromANearlyFullNetworkAreShortWhileNoServerAnswers() {
        with(rules(Mode.ALLOW, Mode.DENY));
        ShortLeases leases = new ShortLeases(gateway.outages, gateway.outage, gateway.addresses);
        gateway.addresses.usedPercent = 90;
        assertThat(leases.limit(Gateway.NETWORK)).isEmpty();
        unanswered(7);
        assertThat(leases.limit(Gateway.NETWORK)).contains(Duration.ofMinutes(5));
        assertThat(leases.networks()).containsExactly("residential");
        gateway.addresses.usedPercent = 89;
        assertThat(leases.limit(Gateway.NETWORK)).isEmpty();
        gateway.addresses.usedPercent = 90;
        gateway.outage.end();
        assertThat(leases.limit(Gateway.NETWORK)).isEmpty();
    }

    private void with(OutageRules rules) {
        gateway.outages = OutageSettings.DEFAULT.with(rules);
        gateway.restart();
    }

    private static OutageRules rules(Mode mode, Mode unknown) {
        return new OutageRules(mode, unknown, Optional.of("emergency"), Duration.ofHours(24), Duration.ofMinutes(10));
    }

    /** A subscriber asks, and no server answers. */
    private void unanswered(int cvlan) {
        gateway.arrive(ScriptedProtocol.DISCOVER, cvlan, MAC, "c" + cvlan);
        gateway.turn();
        if (!gateway.radius.open.isEmpty()) {
            gateway.radius.answer(SILENCE);
            gateway.turn();
        }
    }

    /** A subscriber comes while it is known that no server answers. */
    private void unansweredKnown(int cvlan) {
        gateway.frame(ScriptedProtocol.DISCOVER, cvlan, MAC, "c" + cvlan);
        gateway.frame(ScriptedProtocol.REQUEST, cvlan, MAC, "c" + cvlan);
    }

    private void accepted(int cvlan, Authorization granted) {
        gateway.frame(ScriptedProtocol.DISCOVER, cvlan, MAC, "c" + cvlan);
        gateway.radius.accept(granted);
        gateway.turn();
        bind(cvlan);
    }

    /** A subscriber comes and goes while the wall clock is four years ahead. */
    private void acceptedInTheFuture() {
        gateway.clock.jump(Duration.ofDays(4 * 365));
        accepted(7, GOLD);
        gateway.frame(ScriptedProtocol.RELEASE, 7, MAC, "c7");
        gateway.clock.jump(Duration.ofDays(-4 * 365));
    }

    private void bind(int cvlan) {
        List<?> answers = gateway.frame(ScriptedProtocol.REQUEST, cvlan, MAC, "c" + cvlan);
        assertThat(answers).isNotEmpty();
    }

    /** Time in which every question stays without an answer. */
    private void silent(Duration time) {
        for (long second = 0; second < time.toSeconds(); second++) {
            gateway.advance(Duration.ofSeconds(1));
            while (!gateway.radius.open.isEmpty()) {
                gateway.radius.answer(SILENCE);
                gateway.turn();
            }
        }
    }

    private SessionInfo only() {
        assertThat(gateway.sessions()).hasSize(1);
        return gateway.sessions().getFirst();
    }

    private List<Character> operations() {
        return gateway.sent().stream().map(ScriptedProtocol::operation).toList();
    }
}

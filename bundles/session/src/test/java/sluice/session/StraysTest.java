package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.Frame;
import sluice.session.api.Outcome;
import sluice.session.api.Stray;

/** Frames that belong to no session: who is answered, when, and how often. */
final class StraysTest {

    private static final long MAC = 0x0200_0000_0001L;

    private final Gateway gateway = new Gateway();

    @Test
    void strayIsAnsweredAndNoSessionBegins() {
        List<Frame> answers = gateway.dial(DialProtocol.LOOK, 0, 7, MAC, "");
        assertThat(answers).extracting(DialProtocol::operation).containsExactly(DialProtocol.FOUND);
        assertThat(gateway.sessions()).isEmpty();
        assertThat(gateway.shard.armedTimers()).isZero();
        assertThat(gateway.counted(SessionCounter.STRAYS_ANSWERED)).isEqualTo(1);
    }

    @Test
    void frameOfAnUnknownSessionIsAnsweredByAnEnd() {
        List<Frame> answers = gateway.dial(DialProtocol.ECHO, 4711, 7, MAC, "");
        assertThat(answers).extracting(DialProtocol::operation).containsExactly(DialProtocol.END);
        assertThat(gateway.sessions()).isEmpty();
    }

    @Test
    void ignoredStrayIsCountedByItsReason() {
        assertThat(gateway.dial(DialProtocol.END, 4711, 7, MAC, "")).isEmpty();
        assertThat(gateway.counted(SessionCounter.STRAYS_IGNORED)).isEqualTo(1);
        assertThat(gateway.places.ignored().table().rows()).containsExactly(List.of("pppoe: PADT of no session", "1"));
    }

    @Test
    void delayedAnswerLeavesWhenItIsDue() {
        gateway.dial.delay = Duration.ofMillis(300);
        gateway.dial(DialProtocol.LOOK, 0, 7, MAC, "late");
        gateway.dial.delay = Duration.ofMillis(100);
        gateway.dial(DialProtocol.LOOK, 0, 8, MAC + 1, "early");
        gateway.advance(Duration.ofMillis(99));
        assertThat(gateway.sent()).isEmpty();
        gateway.advance(Duration.ofMillis(1));
        assertThat(gateway.sent()).extracting(DialProtocol::text).containsExactly("early");
        gateway.advance(Duration.ofMillis(200));
        assertThat(gateway.sent()).extracting(DialProtocol::text).containsExactly("late");
        gateway.advance(Duration.ofSeconds(1));
        assertThat(gateway.sent()).isEmpty();
        assertThat(gateway.shard.armedTimers()).isZero();
    }

    @Test
    void moreDelayedAnswersThanMayWaitAreRefused() {
        gateway.strays = new StraySettings(1_000_000, 1_000_000);
        gateway.restart();
        gateway.dial.delay = Duration.ofSeconds(1);
        for (int i = 0; i < LaterFrames.MAX + 3; i++) {
            gateway.dialArrives(DialProtocol.LOOK, 0, 7, MAC, "");
            if (i % 1_000 == 0) {
                gateway.turn();
            }
        }
        gateway.turn();
        assertThat(gateway.counted(SessionCounter.ANSWERS_WAITING)).isEqualTo(3);
        assertThat(gateway.sent()).isEmpty();
        gateway.advance(Duration.ofSeconds(1));
        assertThat(gateway.sent()).hasSize(LaterFrames.MAX);
    }

    @Test
    void lineGetsSoManyAnswersASecondAndOthersTheirs() {
        int perSecond = gateway.strays.linePerSecond();
        int answered = 0;
        for (int i = 0; i < 10 * perSecond; i++) {
            answered += gateway.dial(DialProtocol.LOOK, 0, 7, MAC, "").size();
        }
        assertThat(answered).isBetween(2 * perSecond, 2 * perSecond + 1);
        assertThat(gateway.counted(SessionCounter.ANSWERS_LINE_RATE)).isEqualTo(10L * perSecond - answered);
        assertThat(gateway.dial(DialProtocol.LOOK, 0, 8, MAC, "")).hasSize(1);
        gateway.advance(Duration.ofSeconds(1));
        assertThat(gateway.dial(DialProtocol.LOOK, 0, 7, MAC, "")).hasSize(1);
    }

    @Test
    void shardGivesSoManyAnswersASecond() {
        int perSecond = gateway.strays.perSecond();
        int answered = 0;
        for (int i = 0; i < 10 * perSecond; i++) {
            answered += gateway.dial(DialProtocol.LOOK, 0, i % 4_000 + 1, MAC + i, "")
                    .size();
        }
        assertThat(answered).isBetween(2 * perSecond, 2 * perSecond + 1);
        assertThat(gateway.counted(SessionCounter.ANSWERS_SHARD_RATE)).isEqualTo(10L * perSecond - answered);
    }

    @Test
    void protocolLearnsHowMuchIsBeingSetUpAndWhatLineAndDeviceHold() {
        gateway.dial(DialProtocol.DIAL, 1, 7, MAC, "");
        gateway.dial(DialProtocol.DIAL, 2, 7, MAC + 1, "");
        gateway.dial(DialProtocol.DIAL, 1, 8, MAC, "");
        gateway.dial(DialProtocol.LOOK, 0, 7, MAC, "");
        Stray seen = gateway.dial.strays.getLast();
        assertThat(seen.starting()).isEqualTo(3);
        assertThat(seen.onLine()).isEqualTo(2);
        assertThat(seen.ofDevice()).isEqualTo(2);
        assertThat(seen.refusal()).isEmpty();
    }

    @Test
    void protocolLearnsThatTheSubscriberWasRejectedAMomentAgo() {
        gateway.dial(DialProtocol.DIAL, 1, 7, MAC, "");
        gateway.dial(DialProtocol.PROVE, 1, 7, MAC, "alice");
        gateway.radius.answer(new Outcome.Rejected("no contract"));
        gateway.turn();
        assertThat(gateway.sent()).extracting(DialProtocol::text).containsExactly("no contract");
        assertThat(gateway.dial(DialProtocol.LOOK, 0, 7, MAC, "")).isEmpty();
        assertThat(gateway.dial.strays.getLast().refusal()).isPresent();
        assertThat(gateway.dial(DialProtocol.DIAL, 2, 7, MAC, ""))
                .as("the next session has another id")
                .isEmpty();
        assertThat(gateway.counted(SessionCounter.DROP_REJECTED)).isEqualTo(1);
        gateway.advance(Duration.ofSeconds(6));
        assertThat(gateway.dial(DialProtocol.LOOK, 0, 7, MAC, "")).hasSize(1);
    }

    @Test
    void sessionOfAnotherProtocolIsNotItsBusiness() {
        gateway.online(7, MAC);
        assertThat(gateway.dial(DialProtocol.LOOK, 0, 7, MAC, ""))
                .extracting(DialProtocol::operation)
                .containsExactly(DialProtocol.FOUND);
        assertThat(gateway.sessions()).hasSize(1);
    }
}

package sluice.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.session.api.Authorization;
import sluice.session.api.CommandResult;
import sluice.session.api.Outcome;

/** Answers of RADIUS while the protocol that asked is replaced, and after a restart. */
class MissedAnswersTest {
    private static final long MAC = 0x0200_0000_0001L;

    private final Gateway gateway = new Gateway();

    @Test
    void answerWhileTheProtocolIsReplacedIsToldToTheNext() {
        begin();
        gateway.protocols.remove(gateway.dial);
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        assertThat(gateway.sent()).isEmpty();
        gateway.protocols.add(gateway.dial);
        joins();
        assertThat(gateway.sent()).extracting(DialProtocol::operation).containsExactly(DialProtocol.PROVED);
    }

    @Test
    void refusalWhileTheProtocolIsReplacedIsToldToTheNext() {
        begin();
        gateway.protocols.remove(gateway.dial);
        gateway.radius.answer(new Outcome.Rejected("no contract"));
        gateway.turn();
        gateway.protocols.add(gateway.dial);
        joins();
        assertThat(gateway.sent()).extracting(DialProtocol::operation).containsExactly(DialProtocol.REFUSED);
        assertThat(gateway.sessions()).isEmpty();
    }

    @Test
    void questionThatARestartHasCutOffIsAnsweredOnce() {
        online();
        gateway.dial(DialProtocol.PROVE, 1, 7, MAC, "alice");
        gateway.restart();
        gateway.dial.outcomes.clear();
        joins();
        assertThat(gateway.dial.outcomes).singleElement().isInstanceOf(Outcome.Unanswered.class);
        joins();
        assertThat(gateway.dial.outcomes).hasSize(1);
        assertThat(gateway.sessions()).hasSize(1);
    }

    @Test
    void questionThatWasAskedAnewAfterARestartIsAnsweredByRadiusAlone() {
        online();
        gateway.restart();
        gateway.dial.outcomes.clear();
        gateway.dial(DialProtocol.PROVE, 1, 7, MAC, "alice");
        joins();
        assertThat(gateway.dial.outcomes).isEmpty();
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        assertThat(gateway.dial.outcomes).singleElement().isInstanceOf(Outcome.Accepted.class);
    }

    @Test
    void whatIsNoAnswerIsNotTold() {
        online();
        gateway.protocols.remove(gateway.dial);
        assertThat(gateway.disconnect(gateway.sessions().getFirst().id()).join())
                .isEqualTo(CommandResult.DONE);
        gateway.dial.outcomes.clear();
        gateway.protocols.add(gateway.dial);
        joins();
        assertThat(gateway.dial.outcomes).isEmpty();
    }

    private void joins() {
        gateway.shard.notices().tell(new Mail.Joined(gateway.dial.name()));
        gateway.turn();
    }

    private void begin() {
        gateway.dial(DialProtocol.DIAL, 1, 7, MAC, "");
        gateway.dial(DialProtocol.PROVE, 1, 7, MAC, "alice");
    }

    private void online() {
        begin();
        gateway.radius.accept(Authorization.DEFAULT);
        gateway.turn();
        List<?> answers = gateway.dial(DialProtocol.ADDRESS, 1, 7, MAC, "");
        assertThat(answers).isNotEmpty();
    }
}

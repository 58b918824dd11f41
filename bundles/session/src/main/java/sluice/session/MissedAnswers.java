package sluice.session;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import sluice.session.api.Outcome;

/**
 * What protocols are told when they are there again: the answer to a question that was asked before, and came while
 * none was there, or was lost with the process that had asked. A protocol that waits for an answer always gets one. At
 * most one for each session. Belongs to one shard.
 */
final class MissedAnswers {

    private static final Outcome LOST = new Outcome.Unanswered("the gateway was restarted meanwhile");

    private final Map<Session, Outcome> answers = new HashMap<>();

    /** The protocol of this session is not there. What is no answer it does not miss. */
    void keep(Session session, Outcome outcome) {
        switch (outcome) {
            case Outcome.Accepted accepted -> answers.put(session, outcome);
            case Outcome.Rejected rejected -> answers.put(session, outcome);
            case Outcome.Unanswered unanswered -> answers.put(session, outcome);
            default -> {}
        }
    }

    /** Whether its protocol had asked is in its frozen state; one that had not does nothing with this answer. */
    void recovered(Session session) {
        answers.put(session, LOST);
    }

    /** The answer that the session's protocol has missed, which is told only once; none while it asks anew. */
    Optional<Outcome> take(Session session) {
        return Optional.ofNullable(answers.remove(session)).filter(answer -> !session.isAuthenticating());
    }

    void forget(Session session) {
        answers.remove(session);
    }
}

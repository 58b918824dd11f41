package sluice.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.session.api.AuthState;
import sluice.session.api.AuthenticationRequest;
import sluice.session.api.Authenticator;
import sluice.session.api.CommandResult;
import sluice.session.api.Outcome;
import sluice.session.api.TerminateCause;

/**
 * Asks RADIUS again about open sessions: when somebody wants it, and when the session time of one ends whose
 * Termination-Action says so (RFC 2865, 5.29). Belongs to one shard.
 */
final class Reauthentications {

    /** When no server answered at the end of the session time; up to a quarter more, so that not all ask at once. */
    private static final long RETRY_MILLIS = 60_000;

    private static final String STATE = "State";
    private static final Logger LOG = LoggerFactory.getLogger(Reauthentications.class);

    private final Surroundings with;
    private final SessionTimers timers;
    private final Changes changes;
    private final Owner owner;
    private final Map<Session, Asked> open = new HashMap<>();

    /** RADIUS refused: who waits for that, and why the session ends. */
    record Refused(TerminateCause cause, List<Consumer<CommandResult>> replies) {}

    /** The shard. */
    interface Owner {
        /** Hands the question on; the answer comes as mail. False when too many questions are open. */
        boolean authenticate(Session session, AuthenticationRequest request, Authenticator authenticator);

        /** Tells the session's protocol. */
        void tell(Session session, Outcome outcome);
    }

    /** Who waits for the answer, whether the session time has ended, and whether its protocol asked. */
    private static final class Asked {
        private final List<Consumer<CommandResult>> replies = new ArrayList<>(1);
        private boolean timeIsUp;
        private boolean byProtocol;
    }

    Reauthentications(Surroundings with, SessionTimers timers, Changes changes, Owner owner) {
        this.with = with;
        this.timers = timers;
        this.changes = changes;
        this.owner = owner;
    }

    /** Somebody wants an open session asked about, with these attributes beside its own. */
    void ask(Session session, Map<String, String> attributes, long now, Consumer<CommandResult> reply) {
        Asked asked = begin(session);
        asked.replies.add(reply);
        question(session, attributes, now);
    }

    /**
     * Its protocol asks about an open session, with a proof of the subscriber, and is told the answer: an accept when
     * it took effect. On a refusal the session ends, if it has not by what the protocol does when it hears of it.
     *
     * @return the answer if nobody can be asked now
     */
    Optional<Outcome> challenge(Session session, AuthenticationRequest request) {
        Optional<Authenticator> authenticator = with.authenticator().get();
        if (session.isAuthenticating()
                || authenticator.isEmpty()
                || !owner.authenticate(session, request, authenticator.get())) {
            return Optional.of(new Outcome.Unanswered("RADIUS cannot be asked now"));
        }
        begin(session).byProtocol = true;
        return Optional.empty();
    }

    /**
     * The session time ended, and RADIUS wants to be asked: again and again, also after a restart, until it answers.
     */
    void timeIsUp(Session session, long now) {
        later(session, now);
        begin(session).timeIsUp = true;
        question(session, Map.of(), now);
    }

    /** RADIUS refused an open session, which must end. A protocol that asked may have ended it by now. */
    Refused refused(Session session, Outcome outcome) {
        with.counters().count(SessionCounter.REJECTED);
        LOG.debug("{} rejected when asked again", session.tag());
        Asked asked = open.remove(session);
        if (asked != null && asked.byProtocol) {
            owner.tell(session, outcome);
        }
        return asked == null
                ? new Refused(TerminateCause.REAUTHENTICATION_FAILURE, List.of())
                : new Refused(
                        asked.timeIsUp ? TerminateCause.SESSION_TIMEOUT : TerminateCause.REAUTHENTICATION_FAILURE,
                        asked.replies);
    }

    /** Any other answer about an open session. */
    void answered(Session session, Outcome outcome, long now) {
        Asked asked = open.remove(session);
        if (asked == null) {
            with.counters().count(SessionCounter.LATE_OUTCOME);
            return;
        }
        switch (outcome) {
            case Outcome.Accepted accepted -> {
                with.counters().count(SessionCounter.ACCEPTED);
                changes.grant(session, accepted.authorization(), now, result -> {
                    tell(asked, result);
                    tellProtocol(session, asked, outcome);
                });
            }
            default -> {
                with.counters().count(SessionCounter.UNANSWERED);
                tell(asked, CommandResult.UNANSWERED);
                tellProtocol(session, asked, outcome);
            }
        }
    }

    /** The session is gone: nobody waits for it any more. */
    void gone(Session session) {
        Asked asked = open.remove(session);
        if (asked != null) {
            tell(asked, CommandResult.SESSION_NOT_FOUND);
        }
    }

    /** The shard ends: who waits is told that it did not work. */
    void abandon() {
        open.values().forEach(asked -> tell(asked, CommandResult.FAILED));
        open.clear();
    }

    private Asked begin(Session session) {
        return open.computeIfAbsent(session, key -> new Asked());
    }

    private void question(Session session, Map<String, String> attributes, long now) {
        if (session.isAuthenticating()) {
            return;
        }
        Optional<Authenticator> authenticator =
                with.settings().radius() ? with.authenticator().get() : Optional.empty();
        Map<String, String> asked = session.askedWith();
        Map<String, String> all = new HashMap<>(asked);
        stateOf(session).ifPresent(value -> all.put(STATE, value));
        all.putAll(attributes);
        AuthenticationRequest request = new AuthenticationRequest(
                session.id(),
                session.key(),
                session.protocol(),
                session.userName(),
                all,
                AskedAttributes.proof(asked),
                true);
        if (authenticator.isEmpty() || !owner.authenticate(session, request, authenticator.get())) {
            answered(session, new Outcome.Unanswered("RADIUS cannot be asked now"), now);
        }
    }

    /** What the last accept wants to see again (RFC 2865, 5.24). A remembered accept was another session's. */
    private static Optional<String> stateOf(Session session) {
        return session.authorization()
                .filter(granted -> session.authState() == AuthState.AUTHENTICATED)
                .flatMap(granted ->
                        granted.other().getOrDefault(STATE, List.of()).stream().findFirst());
    }

    private void later(Session session, long now) {
        timers.arm(
                session,
                SessionTimers.SESSION_TIMEOUT,
                now + RETRY_MILLIS + with.random().nextLong(RETRY_MILLIS / 4));
    }

    private void tellProtocol(Session session, Asked asked, Outcome outcome) {
        if (asked.byProtocol && session.isOpen()) {
            owner.tell(session, outcome);
        }
    }

    private static void tell(Asked asked, CommandResult result) {
        asked.replies.forEach(reply -> reply.accept(result));
    }
}

package sluice.session;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.Frame;
import sluice.session.api.AccessProtocol;
import sluice.session.api.IncompatibleState;
import sluice.session.api.Outcome;
import sluice.session.api.TimerName;

/** Lets protocols decide. Thrown by one, an exception ends its step and not the loop. Belongs to one shard. */
final class ProtocolSteps {

    private static final Logger LOG = LoggerFactory.getLogger(ProtocolSteps.class);

    private final Surroundings with;
    private final Protocols protocols;
    private final SessionTimers timers;
    private final EffectPerformer performer;
    private final MissedAnswers missed = new MissedAnswers();

    ProtocolSteps(Surroundings with, Protocols protocols, SessionTimers timers, EffectPerformer performer) {
        this.with = with;
        this.protocols = protocols;
        this.timers = timers;
        this.performer = performer;
    }

    /** A frame of the session came. */
    void frame(Session session, AccessProtocol protocol, Frame frame, long now) {
        step(session, protocol, () -> {
            session.held().thawFor(protocol);
            performer.apply(session, protocol, protocol.onFrame(session, frame, now), now);
        });
    }

    /** A timer of the protocol is due; while the protocol is absent it is tried again and again. */
    void timer(Session session, TimerName name, long now) {
        protocols
                .named(session.protocol())
                .ifPresentOrElse(
                        protocol -> step(session, protocol, () -> {
                            session.held().thawFor(protocol);
                            performer.apply(session, protocol, protocol.onTimer(session, name, now), now);
                        }),
                        () -> timers.arm(session, name, now + Protocols.ABSENCE_MILLIS));
    }

    /** Tells the session's protocol something, if it is there; an answer waits for it. */
    void tell(Session session, Outcome outcome, long now) {
        protocols
                .named(session.protocol())
                .ifPresentOrElse(
                        protocol -> step(session, protocol, () -> {
                            session.held().thawFor(protocol);
                            performer.apply(session, protocol, protocol.onOutcome(session, outcome, now), now);
                        }),
                        () -> missed.keep(session, outcome));
    }

    /** The session comes from the store: what its protocol asked before is not answered any more. */
    void recovered(Session session) {
        missed.recovered(session);
    }

    /**
     * The session's protocol is there again and is told what it missed.
     *
     * @return false when that is nothing
     */
    boolean joined(Session session, long now) {
        Optional<Outcome> answer = missed.take(session);
        answer.ifPresent(outcome -> tell(session, outcome, now));
        return answer.isPresent();
    }

    /** Nothing is left of the session. */
    void gone(Session session) {
        missed.forget(session);
    }

    /** Something that a protocol does. */
    private interface ProtocolStep {
        void run() throws IncompatibleState;
    }

    private void step(Session session, AccessProtocol protocol, ProtocolStep step) {
        try {
            step.run();
        } catch (IncompatibleState e) {
            with.counters().count(SessionCounter.STATE_INCOMPATIBLE);
            LOG.error(
                    "{} its state is unknown to {} ({}); end it with session:disconnect",
                    session.tag(),
                    protocol.name(),
                    e.getMessage());
        } catch (RuntimeException e) {
            with.counters().count(SessionCounter.STEP_FAILED);
            LOG.error("{} a step of {} failed; this is a defect, report it", session.tag(), protocol.name(), e);
            if (session.stage() == Session.Stage.STARTING) {
                performer.forget(session);
            }
        }
    }
}

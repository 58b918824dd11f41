package sluice.testkit;

import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.session.api.AccessProtocol;
import sluice.session.api.Effect;
import sluice.session.api.IncompatibleState;
import sluice.session.api.Outcome;
import sluice.session.api.SessionId;
import sluice.session.api.SessionKey;
import sluice.session.api.Step;
import sluice.session.api.TimerName;

/**
 * A session engine in small: does what one access protocol decides, in one thread and with time moved by hand. What it
 * does of an effect is for the bundle's own tests to say; timers and states are here.
 *
 * @param <S> sessions of that protocol
 */
public abstract class ProtocolEngine<S extends ProtocolSession> {

    /** The sessions there are, in the order in which they began. */
    public final Map<SessionKey, S> sessions = new LinkedHashMap<>();

    /** Monotonic milliseconds. */
    protected long now;

    private long ids;

    protected ProtocolEngine(long now) {
        this.now = now;
    }

    /** What decides. */
    protected abstract AccessProtocol protocol();

    /** An id that no session had. */
    protected final SessionId nextId() {
        return new SessionId(++ids);
    }

    /**
     * Does an effect that is not of timers.
     *
     * @return the outcome that stops the effects behind it; empty when there is none
     */
    protected abstract Optional<Outcome> perform(S session, Effect effect);

    /** The protocol has forgotten the session. */
    protected abstract void forget(S session);

    /** Time passes; what is due happens in order. */
    public void advance(Duration time) {
        long end = now + time.toMillis();
        for (Optional<S> next = next(end); next.isPresent(); next = next(end)) {
            S session = next.get();
            now = session.due();
            TimerName name = session.takeDue(now);
            apply(session, protocol().onTimer(session, name, now));
        }
        now = end;
    }

    private Optional<S> next(long end) {
        return sessions.values().stream()
                .min(Comparator.comparingLong(ProtocolSession::due))
                .filter(session -> session.due() <= end);
    }

    /** The protocol is told something; an acceptance is the session's from now on. */
    public void tell(S session, Outcome outcome) {
        if (outcome instanceof Outcome.Accepted accepted) {
            session.granted = Optional.of(accepted.authorization());
        }
        apply(session, protocol().onOutcome(session, outcome, now));
    }

    /** The journal failed: what was opened is taken down, then the protocol is told. */
    public void withdraw(S session) {
        session.open = false;
        tell(session, new Outcome.NotDurable("disk"));
    }

    /** The only session there is. */
    public S only() {
        if (sessions.size() != 1) {
            throw new AssertionError(sessions.size() + " sessions, expected one");
        }
        return sessions.values().iterator().next();
    }

    /** Names of what is armed for the only session. */
    public List<String> timers() {
        return only().timers.keySet().stream().map(TimerName::value).toList();
    }

    /** Every state goes through its frozen form and becomes one of the next protocol, as by an upgrade. */
    protected void thawFor(AccessProtocol next) throws IncompatibleState {
        for (S session : sessions.values()) {
            session.state = Optional.of(next.thaw(protocol().freeze(session.state.orElseThrow())));
        }
    }

    /** Takes a step: next state, effects in order, outcomes back to the protocol. */
    protected void apply(S session, Step step) {
        session.state = step.next();
        for (Effect effect : step.effects()) {
            Optional<Outcome> outcome = switch (effect) {
                case Effect.Arm arm -> {
                    session.timers.put(arm.timer(), now + arm.after().toMillis());
                    yield Optional.empty();
                }
                case Effect.Disarm disarm -> {
                    session.timers.remove(disarm.timer());
                    yield Optional.empty();
                }
                default -> perform(session, effect);
            };
            if (outcome.isPresent()) {
                apply(session, protocol().onOutcome(session, outcome.get(), now));
                return;
            }
        }
        if (session.state.isEmpty() && sessions.containsValue(session)) {
            forget(session);
        }
    }
}

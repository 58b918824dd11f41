package sluice.session;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.Frame;
import sluice.dataplane.api.Traffic;
import sluice.net.Bytes;
import sluice.session.api.AccessProtocol;
import sluice.session.api.AddressRequest;
import sluice.session.api.AddressSource.AddressAnswer;
import sluice.session.api.AuthState;
import sluice.session.api.AuthenticationRequest;
import sluice.session.api.Authenticator;
import sluice.session.api.Authorization;
import sluice.session.api.Effect;
import sluice.session.api.Outcome;
import sluice.session.api.Step;
import sluice.session.api.TerminateCause;

/**
 * Does what protocols decided. Opening is: policy, data plane, store and event in one transaction, then the answer to
 * the subscriber; closing is: data plane stopped, last counters, store and event in one transaction, then the entry and
 * the address are free. Belongs to one shard.
 */
final class EffectPerformer {

    private static final Logger LOG = LoggerFactory.getLogger(EffectPerformer.class);

    /** A protocol that goes on answering outcomes with effects that fail has a defect. */
    private static final int STEPS_MAX = 8;

    private final Surroundings with;
    private final SessionTimers timers;
    private final DurableTurns turns;
    private final Offloads offloads;
    private final Entries entries;
    private final Timekeeper timekeeper;
    private final DegradedOperation degraded;
    private final SessionLimits limits;
    private final Owner owner;
    private final Opener opener;
    private final PrefixGrants prefixes;

    /** The shard: it waits for answers, and knows which sessions there are. */
    interface Owner {
        /** Hands the question on; the answer comes as mail. False when too many questions are open. */
        boolean authenticate(Session session, AuthenticationRequest request, Authenticator authenticator);

        /**
         * Asks about an open session for its protocol, which is told the answer.
         *
         * @return the answer if nobody can be asked now
         */
        Optional<Outcome> challenge(Session session, AuthenticationRequest request);

        /** The session is not being set up any more. */
        void opened(Session session);

        /** The session is found by another address or user name than before. */
        void addressed(Session session);

        /** The session has ended for frames; it stays known by its id until its end is durable. */
        void detached(Session session);

        /** Nothing is left of the session. */
        void gone(Session session);
    }

    EffectPerformer(
            Surroundings with,
            SessionTimers timers,
            DurableTurns turns,
            Offloads offloads,
            Entries entries,
            Timekeeper timekeeper,
            DegradedOperation degraded,
            SessionLimits limits,
            Owner owner) {
        this.with = with;
        this.timers = timers;
        this.turns = turns;
        this.offloads = offloads;
        this.entries = entries;
        this.timekeeper = timekeeper;
        this.degraded = degraded;
        this.limits = limits;
        this.owner = owner;
        prefixes = new PrefixGrants(with);
        opener = new Opener(with, timers, turns, entries, timekeeper, limits, owner);
    }

    /**
     * Takes the step: next state, effects in order, outcomes back to the protocol; a session without state is
     * forgotten.
     */
    void apply(Session session, AccessProtocol protocol, Step first, long now) {
        Step step = first;
        for (int steps = 0; steps < STEPS_MAX; steps++) {
            boolean alters = session.isOpen() && alters(session, protocol, step);
            session.held().set(step.next(), protocol);
            if (alters && session.isOpen()) {
                turns.current().changed(session);
            }
            Optional<Outcome> outcome = perform(session, step, now);
            if (outcome.isEmpty()) {
                settle(session, now);
                return;
            }
            step = protocol.onOutcome(session, outcome.get(), now);
        }
        throw new IllegalStateException(protocol.name() + " answered " + STEPS_MAX + " outcomes with failing effects");
    }

    /**
     * Whether the store has to learn of it: a timer alone, or a state that freezes to the same, is not worth a write.
     */
    private static boolean alters(Session session, AccessProtocol protocol, Step step) {
        return step.effects().stream().anyMatch(EffectPerformer::matters)
                || !step.next().equals(session.state())
                        && !step.next()
                                .map(protocol::freeze)
                                .orElse(Bytes.EMPTY)
                                .equals(session.held().freeze());
    }

    private static boolean matters(Effect effect) {
        return switch (effect) {
            case Effect.Send send -> false;
            case Effect.Arm arm -> false;
            case Effect.Disarm disarm -> false;
            default -> true;
        };
    }

    /** Ends an open session and keeps what it counted. */
    void close(Session session, TerminateCause cause, long now) {
        if (session.stage() != Session.Stage.OPEN) {
            return;
        }
        offloads.takeBack(session, now);
        Traffic last = entries.stop(session);
        Instant wall = with.clock().instant();
        end(session, Optional.of(SessionEvents.stop(session, last, cause, session.age(now), wall)));
        with.counters().count(SessionCounter.CLOSED);
        LOG.debug("{} closed: {}", session.tag(), cause);
    }

    /** Takes back a session whose beginning did not become durable; nobody learned of it. */
    void withdraw(Session session) {
        if (session.stage() == Session.Stage.OPEN) {
            entries.stop(session);
            end(session, Optional.empty());
        }
    }

    /** Forgets a session that was never open. */
    void forget(Session session) {
        timers.disarmAll(session);
        owner.detached(session);
        giveBack(session);
        session.stage(Session.Stage.GONE);
        owner.gone(session);
    }

    /** The store has forgotten the session: its entry and its address are free. */
    void ended(Session session) {
        entries.remove(session);
        giveBack(session);
        session.stage(Session.Stage.GONE);
        owner.gone(session);
    }

    /** Its address and its prefixes are free. */
    void giveBack(Session session) {
        prefixes.release(session);
        releaseAddress(session);
    }

    void interim(Session session, long now) {
        offloads.catchUp(session, now);
        Traffic traffic = entries.traffic(session);
        session.reported(traffic);
        Instant wall = with.clock().instant();
        turns.current().interim(SessionEvents.update(session, traffic, session.age(now), wall));
        turns.current().changed(session);
        with.counters().count(SessionCounter.INTERIMS);
        timekeeper.reported(session, now);
    }

    /** @return the outcome that stopped the list, empty when everything was done */
    private Optional<Outcome> perform(Session session, Step step, long now) {
        boolean promised = false;
        for (Effect effect : step.effects()) {
            Optional<Outcome> outcome = Optional.empty();
            switch (effect) {
                case Effect.Send send -> send(session, send.frame(), promised);
                case Effect.Authenticate authenticate -> outcome = authenticate(session, authenticate);
                case Effect.RequestAddress request -> outcome = Optional.of(requestAddress(session, request));
                case Effect.ReleaseAddress release -> releaseReserved(session);
                case Effect.Quarantine quarantine -> session.quarantine(true);
                case Effect.Open open -> {
                    outcome = opener.open(session, open, now);
                    promised = true;
                }
                case Effect.Extend extend -> {
                    extend(session, extend.lease());
                    promised = true;
                }
                case Effect.Offload offload -> {
                    offloads.offer(session, offload.terms());
                    turns.current().offload(session, offload.terms());
                }
                case Effect.Close close -> {
                    close(session, close.cause(), now);
                    promised = true;
                }
                case Effect.Arm arm ->
                    timers.arm(session, arm.timer(), now + arm.after().toMillis());
                case Effect.Disarm disarm -> timers.disarm(session, disarm.timer());
            }
            if (outcome.isPresent()) {
                return outcome;
            }
        }
        return Optional.empty();
    }

    private void settle(Session session, long now) {
        if (!session.held().isEmpty()) {
            return;
        }
        switch (session.stage()) {
            case STARTING -> forget(session);
            case OPEN -> close(session, TerminateCause.NAS_ERROR, now);
            case CLOSING, GONE -> {}
        }
    }

    private void send(Session session, Frame frame, boolean promised) {
        if (promised) {
            turns.current().send(session, frame);
        } else {
            sendNow(frame);
        }
    }

    void sendNow(Frame frame) {
        with.counters().count(with.sink().send(frame) ? SessionCounter.FRAMES_SENT : SessionCounter.FRAMES_UNSENT);
    }

    private Optional<Outcome> authenticate(Session session, Effect.Authenticate effect) {
        boolean again = session.isOpen();
        if (again
                && effect.userName()
                        .filter(name -> !name.equals(session.userName()))
                        .isPresent()) {
            with.counters().count(SessionCounter.REFUSED_RENAMED);
            return Optional.of(new Outcome.Rejected("the session began under another user name"));
        }
        if (!again) {
            effect.userName().ifPresent(name -> rename(session, name));
        }
        if (!with.settings().radius()) {
            return Optional.of(unasked(session));
        }
        AuthenticationRequest request = new AuthenticationRequest(
                session.id(),
                session.key(),
                session.protocol(),
                session.userName(),
                effect.attributes(),
                effect.credentials(),
                again);
        if (again) {
            return owner.challenge(session, request);
        }
        session.asked(AskedAttributes.of(effect));
        return degraded.ask(session, request).map(outcome -> admitted(session, outcome));
    }

    /** Everybody is served with the defaults. */
    private Outcome unasked(Session session) {
        if (session.isOpen()) {
            return new Outcome.Accepted(session.authorization().orElseThrow());
        }
        prefixes.authorize(session, Authorization.DEFAULT, AuthState.UNAUTHENTICATED);
        return admitted(session, new Outcome.Accepted(session.authorization().orElseThrow()));
    }

    /** The subscriber calls himself so; a place that he has under another name becomes free. */
    private void rename(Session session, String name) {
        if (!name.equals(session.userName())) {
            limits.leaveUser(session);
            session.userName(name);
            owner.addressed(session);
        }
    }

    /**
     * Turns the authenticator's word into what the protocol is told, and remembers it in the session.
     *
     * @return empty when the session waits for another word
     */
    Optional<Outcome> judged(Session session, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Accepted accepted -> {
                with.counters().count(SessionCounter.ACCEPTED);
                degraded.answered(session, accepted);
                prefixes.authorize(session, accepted.authorization(), AuthState.AUTHENTICATED);
                Authorization granted = session.authorization().orElseThrow();
                yield Optional.of(admitted(session, new Outcome.Accepted(granted, accepted.success())));
            }
            case Outcome.Rejected rejected -> {
                with.counters().count(SessionCounter.REJECTED);
                degraded.answered(session, rejected);
                LOG.debug("{} rejected: {}", session.tag(), rejected.message());
                yield Optional.of(rejected);
            }
            case Outcome.Unanswered unanswered -> {
                with.counters().count(SessionCounter.UNANSWERED);
                yield degraded.unanswered(session, unanswered).map(word -> admitted(session, word));
            }
            default -> Optional.of(outcome);
        };
    }

    /** Whether there is room for a session that may be served. */
    private Outcome admitted(Session session, Outcome outcome) {
        if (!(outcome instanceof Outcome.Accepted)) {
            return outcome;
        }
        Optional<String> refusal = limits.admit(session);
        refusal.ifPresent(reason -> LOG.debug("{} refused: {}", session.tag(), reason));
        return refusal.<Outcome>map(Outcome.Rejected::new).orElse(outcome);
    }

    private Outcome requestAddress(Session session, Effect.RequestAddress effect) {
        if (session.address().isPresent()) {
            return new Outcome.AddressGranted(session.address().get());
        }
        Authorization authorization = session.authorization().orElse(Authorization.DEFAULT);
        AddressRequest request = new AddressRequest(
                session.id(),
                session.key(),
                authorization.addressing().address(),
                authorization.addressing().pool(),
                effect.requested(),
                effect.link());
        return switch (with.addresses().allocate(request)) {
            case AddressAnswer.Granted granted -> {
                session.address(Optional.of(granted.grant()));
                owner.addressed(session);
                yield new Outcome.AddressGranted(granted.grant());
            }
            case AddressAnswer.Refused refused -> new Outcome.AddressRefused(refused.reason());
        };
    }

    private void extend(Session session, Duration lease) {
        session.leaseEnds(with.clock().millis() + lease.toMillis());
        turns.current().changed(session);
        with.counters().count(SessionCounter.EXTENDED);
    }

    private void end(Session session, Optional<sluice.platform.api.Event> stop) {
        session.stage(Session.Stage.CLOSING);
        timers.disarmAll(session);
        owner.detached(session);
        turns.current().ending(new Turn.Ending(session, stop));
    }

    private void releaseReserved(Session session) {
        boolean unused = session.isOpen() && session.place().isAny();
        if (unused || session.stage() == Session.Stage.STARTING) {
            releaseAddress(session);
        }
    }

    private void releaseAddress(Session session) {
        session.address().ifPresent(grant -> {
            if (session.isQuarantine()) {
                with.addresses()
                        .quarantine(
                                session.id(), grant.address(), with.settings().quarantine());
            } else {
                with.addresses().release(session.id(), grant.address());
            }
        });
        session.address(Optional.empty());
        owner.addressed(session);
    }
}

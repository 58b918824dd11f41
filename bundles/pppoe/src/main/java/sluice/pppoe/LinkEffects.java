package sluice.pppoe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.session.api.Addressing;
import sluice.session.api.Authorization;
import sluice.session.api.Effect;
import sluice.session.api.PppLink;
import sluice.session.api.SessionView;
import sluice.session.api.Step;
import sluice.session.api.TerminateCause;
import sluice.session.api.TimerName;

/**
 * Tells a link what happened, and the engine what the link wants done. Safe for any thread.
 *
 * <p>A link with IPv6 alone passes no packet before there is a prefix or an address; it waits for IPCP as long as a
 * set-up may take and ends then.
 */
final class LinkEffects {
    /** Waits for a second network protocol where the first one alone is of no use. */
    static final TimerName NOTHING_TO_CARRY = new TimerName("ppp-nothing-to-carry");

    private static final String PREFIX = "ppp-";

    private final LinkSettings settings;
    private final RandomGenerator random;
    private final PppoeCounters counters;
    private final Negotiations negotiations;

    LinkEffects(LinkSettings settings, RandomGenerator random, PppoeCounters counters, Negotiations negotiations) {
        this.settings = settings;
        this.random = random;
        this.counters = counters;
        this.negotiations = negotiations;
    }

    /** A link of a new session. */
    Link newLink(int payloadMax) {
        return Link.begin(payloadMax, context(OptionalLong.empty()));
    }

    /** What follows for the session when that happens to its link. */
    Step step(SessionView session, PppoeState state, LinkEvent event) {
        return step(session, state, event, List.of(), Optional.empty());
    }

    /** The same of a timer. */
    Step due(SessionView session, PppoeState state, LinkTimer timer) {
        return step(session, state, new LinkEvent.Due(timer));
    }

    /** The same of a new session, behind the confirmation of discovery. */
    Step begin(SessionView session, PppoeState state, Effect confirmation) {
        return step(session, state, new LinkEvent.Begun(), List.of(confirmation), Optional.empty());
    }

    /** Ends the session for a reason that its link does not know. */
    Step end(SessionView session, PppoeState state, SessionEnd reason) {
        counters.count(reason);
        return step(session, state, new LinkEvent.Terminate(reason.cause()), List.of(), Optional.of(reason));
    }

    /** The peer has ended the session; it gets no answer (RFC 2516, 5.5). */
    Step ended(SessionView session, SessionEnd reason) {
        counters.count(reason);
        negotiations.remark(session.id(), session.key(), reason.label());
        List<Effect> effects = new ArrayList<>();
        addClose(effects, session, reason.cause());
        return new Step(Optional.empty(), effects);
    }

    private Step step(
            SessionView session, PppoeState state, LinkEvent event, List<Effect> first, Optional<SessionEnd> reason) {
        boolean isTimer = event instanceof LinkEvent.Due;
        LinkContext context = context(isTimer ? session.received() : OptionalLong.empty());
        Link.Step step;
        try {
            step = state.link().on(event, context);
        } catch (MalformedPacket malformed) {
            counters.count(malformed);
            return Step.unchanged(session);
        }
        if (leavesNothing(session, step)) {
            return end(session, state.with(step.link()), SessionEnd.NO_PREFIX);
        }
        List<Effect> effects = new ArrayList<>(first);
        boolean over = false;
        for (LinkAction action : step.actions()) {
            over |= action instanceof LinkAction.Close;
            add(effects, session, state, action, reason);
        }
        return new Step(over ? Optional.empty() : Optional.of(state.with(step.link())), effects);
    }

    private void add(
            List<Effect> effects,
            SessionView session,
            PppoeState state,
            LinkAction action,
            Optional<SessionEnd> reason) {
        switch (action) {
            case LinkAction.Transmit transmit -> effects.add(send(session, state, PppoeFrame.DATA, transmit.payload()));
            case LinkAction.Arm arm -> effects.add(new Effect.Arm(timer(arm.timer()), arm.after()));
            case LinkAction.Disarm disarm -> effects.add(new Effect.Disarm(timer(disarm.timer())));
            case LinkAction.Authenticate question ->
                effects.add(new Effect.Authenticate(question.userName(), state.attributes(), question.credentials()));
            case LinkAction.NeedAddress need ->
                effects.add(new Effect.RequestAddress(Optional.empty(), Optional.empty()));
            case LinkAction.ReleaseAddress release -> effects.add(new Effect.ReleaseAddress());
            case LinkAction.Open open -> addOpen(effects, session, state, open);
            case LinkAction.Close close -> {
                if (reason.isEmpty()) {
                    counters.count(close.end());
                }
                negotiations.remark(
                        session.id(),
                        session.key(),
                        reason.map(SessionEnd::label).orElse(close.end().text()));
                counters.count(PppoeCounter.PADT_SENT);
                effects.add(send(session, state, PppoeFrame.PADT, Bytes.EMPTY));
                addClose(effects, session, close.cause());
            }
            case LinkAction.Count count -> counters.count(count.counter());
        }
    }

    private void addOpen(List<Effect> effects, SessionView session, PppoeState state, LinkAction.Open open) {
        if (open.ip4() != NetworkUse.OPEN && !hasPrefix(session)) {
            if (!session.isOpen()) {
                effects.add(new Effect.Arm(NOTHING_TO_CARRY, settings.setup()));
            }
            return;
        }
        PppLink link =
                new PppLink(open.magic(), open.mru(), open.ip4() != NetworkUse.NONE, open.ip6() != NetworkUse.NONE);
        effects.add(new Effect.Open(state.tags(), session.key().mac(), link));
        effects.add(new Effect.Disarm(NOTHING_TO_CARRY));
    }

    /** Whether IPv4 ends in an open session that has no IPv6 prefix. */
    private static boolean leavesNothing(SessionView session, Link.Step step) {
        return session.isOpen()
                && !hasPrefix(session)
                && step.actions().stream()
                        .anyMatch(action -> action instanceof LinkAction.Open open && open.ip4() == NetworkUse.NONE);
    }

    private static boolean hasPrefix(SessionView session) {
        Optional<Addressing> granted = session.authorization().map(Authorization::addressing);
        return granted.flatMap(Addressing::framedPrefix).isPresent()
                || granted.flatMap(Addressing::delegatedPrefix).isPresent();
    }

    private static void addClose(List<Effect> effects, SessionView session, TerminateCause cause) {
        if (session.isOpen()) {
            effects.add(new Effect.Close(cause));
        } else if (session.address().isPresent()) {
            effects.add(new Effect.ReleaseAddress());
        }
    }

    private Effect send(SessionView session, PppoeState state, int code, Bytes payload) {
        negotiations.note(session.id(), session.key(), false, code, payload);
        return new Effect.Send(PppoeFrame.frame(
                session.key().line().port(),
                session.key().mac(),
                state.tags(),
                code,
                session.key().pppoeSession(),
                payload));
    }

    /** The engine's name for a timer of the link; the engine has timers of its own, one of them called setup. */
    static TimerName timer(LinkTimer timer) {
        return new TimerName(PREFIX + timer.id());
    }

    /** The timer of the link that the engine calls so. */
    static Optional<LinkTimer> timer(TimerName name) {
        for (LinkTimer timer : LinkTimer.values()) {
            if (timer(timer).equals(name)) {
                return Optional.of(timer);
            }
        }
        return Optional.empty();
    }

    private LinkContext context(OptionalLong received) {
        return new LinkContext(settings, random, received);
    }
}

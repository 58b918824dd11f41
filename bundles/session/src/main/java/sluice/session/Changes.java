package sluice.session;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.Traffic;
import sluice.platform.api.Event;
import sluice.session.api.AuthState;
import sluice.session.api.Authorization;
import sluice.session.api.AuthorizationChange;
import sluice.session.api.CommandResult;
import sluice.session.api.Policy;
import sluice.session.api.Reach;
import sluice.session.api.TimerName;

/**
 * Gives open sessions other authorizations, all of one or nothing: first the data plane has it, then the store, then it
 * is done. When the store refuses, the data plane gets the former one back. Of one session there is one change at a
 * time; further ones wait. Belongs to one shard.
 */
final class Changes {

    private static final Logger LOG = LoggerFactory.getLogger(Changes.class);

    /** More changes of one session than that wait for nobody. */
    private static final int WAITING_MAX = 16;

    private final Surroundings with;
    private final DurableTurns turns;
    private final Entries entries;
    private final Timekeeper timekeeper;
    private final Offloads offloads;
    private final SessionTable table;
    private final PrefixGrants prefixes;

    /** Of each session the change that is under way, and those that wait for its end. */
    private final Map<Session, Queue<Wish>> underWay = new HashMap<>();

    /** Those whose policy is different now, and the data plane refused it. */
    private final Set<Session> unapplied = new HashSet<>();

    /** From when the session time counts after a change. */
    private enum SessionTime {
        AS_BEFORE,
        FROM_START,
        FROM_NOW
    }

    /**
     * What somebody wants.
     *
     * @param authState of what RADIUS grants anew; empty when what the session has is changed
     */
    private record Wish(
            UnaryOperator<Authorization> wanted,
            Optional<AuthState> authState,
            SessionTime time,
            Consumer<CommandResult> reply) {}

    /** What a session had before a change. */
    private record Former(
            Authorization authorization, Policy policy, AuthState authState, Map<TimerName, Long> deadlines) {}

    Changes(
            Surroundings with,
            DurableTurns turns,
            Entries entries,
            Timekeeper timekeeper,
            Offloads offloads,
            SessionTable table) {
        this.with = with;
        this.turns = turns;
        this.entries = entries;
        this.timekeeper = timekeeper;
        this.offloads = offloads;
        this.table = table;
        prefixes = new PrefixGrants(with);
    }

    /** Somebody wants an open session changed. */
    void change(Session session, AuthorizationChange change, long now, Consumer<CommandResult> reply) {
        boolean unknown = Stream.of(change.policy(), change.uploadPolicy())
                        .flatMap(Optional::stream)
                        .anyMatch(name -> !with.policies().knows(name))
                || change.reach().filter(this::leadsNowhere).isPresent();
        if (unknown) {
            reply.accept(CommandResult.POLICY_UNKNOWN);
            return;
        }
        SessionTime time = change.session().isPresent() ? SessionTime.FROM_START : SessionTime.AS_BEFORE;
        begin(session, new Wish(before -> before.with(change), Optional.empty(), time, reply), now);
    }

    /**
     * RADIUS was asked again about an open session and granted this. It keeps its address until the subscriber asks
     * again: if that is not what is granted, its protocol lets him begin anew then (see docs/DECISIONS.md).
     */
    void grant(Session session, Authorization granted, long now, Consumer<CommandResult> reply) {
        begin(
                session,
                new Wish(before -> granted, Optional.of(AuthState.AUTHENTICATED), SessionTime.FROM_NOW, reply),
                now);
    }

    /**
     * A policy of the session is different now.
     *
     * @return whether the session's packets are treated differently from now on
     */
    boolean reapply(Session session) {
        Authorization authorization = session.authorization().orElse(Authorization.DEFAULT);
        Policy former = session.policy();
        Policy policy = with.policies().policyOf(authorization);
        if (!session.isOpen() || policy.equals(former)) {
            return false;
        }
        session.authorize(authorization, policy, session.authState());
        try {
            entries.install(session);
        } catch (DataPlaneException e) {
            session.authorize(authorization, former, session.authState());
            unapplied.add(session);
            return true;
        }
        turns.current().note(applied(session));
        turns.current().changed(session);
        with.counters().count(SessionCounter.POLICIES_APPLIED);
        return true;
    }

    /** As {@link #reapply}, of a session whose data plane refused that before. */
    boolean reapplyRefused(Session session) {
        return unapplied.remove(session) && reapply(session);
    }

    /**
     * Pools may have prefixes now that the session was to have and did not get.
     *
     * @return whether the session has more than before
     */
    boolean complete(Session session, long now) {
        if (!session.isOpen() || underWay.containsKey(session)) {
            return false;
        }
        Optional<Authorization> whole = prefixes.missing(session);
        // the change takes the same prefixes once more: what a pool gave must not look like what RADIUS named
        whole.ifPresent(prefixesTaken ->
                begin(session, new Wish(before -> before, Optional.empty(), SessionTime.AS_BEFORE, result -> {}), now));
        return whole.isPresent();
    }

    /** The session is gone: nobody waits for it any more. */
    void gone(Session session) {
        unapplied.remove(session);
        Queue<Wish> waiting = underWay.remove(session);
        if (waiting != null) {
            waiting.forEach(wish -> wish.reply().accept(CommandResult.SESSION_NOT_FOUND));
        }
    }

    /** The shard ends: who waits is told that it did not work. */
    void abandon() {
        underWay.values().forEach(wishes -> wishes.forEach(wish -> wish.reply().accept(CommandResult.FAILED)));
        underWay.clear();
    }

    private void begin(Session session, Wish wish, long now) {
        Queue<Wish> waiting = underWay.get(session);
        if (waiting == null) {
            apply(session, wish, now);
        } else if (waiting.size() < WAITING_MAX) {
            waiting.add(wish);
        } else {
            wish.reply().accept(CommandResult.OVERLOADED);
        }
    }

    private void apply(Session session, Wish wish, long now) {
        Former former = new Former(
                session.authorization().orElseThrow(),
                session.policy(),
                session.authState(),
                timekeeper.deadlines(session));
        Authorization wanted = prefixes.take(
                session,
                wish.wanted().apply(former.authorization()),
                wish.authState().isPresent());
        Policy policy = with.policies().policyOf(wanted);
        boolean packets = !policy.equals(former.policy())
                || !wanted.addressing().equals(former.authorization().addressing());
        session.authorize(wanted, policy, wish.authState().orElse(former.authState()));
        if (packets) {
            try {
                entries.install(session);
            } catch (DataPlaneException e) {
                session.authorize(former.authorization(), former.policy(), former.authState());
                prefixes.release(session, wanted, former.authorization());
                with.counters().count(SessionCounter.CHANGES_FAILED);
                wish.reply().accept(CommandResult.FAILED);
                return;
            }
            table.update(session);
        }
        if (changesLease(former.authorization(), wanted)) {
            offloads.takeBack(session, now);
        }
        if (!session.hasGrantedAddress()) {
            with.counters().count(SessionCounter.TO_MOVE);
        }
        timekeeper.changed(session, former.authorization().timeouts(), since(session, wish.time(), now), now);
        boolean over = session.deadline(SessionTimers.SESSION_TIMEOUT).stream().anyMatch(end -> end <= now);
        underWay.put(session, new ArrayDeque<>(List.of(wish)));
        turns.current().changed(session);
        turns.current()
                .promise(
                        session,
                        new Promise(
                                session,
                                wish,
                                former,
                                wanted,
                                packets,
                                over,
                                packets ? Optional.of(applied(session)) : Optional.empty()));
    }

    /** A change that becomes true with its turn. */
    private final class Promise implements Turn.Promise {
        private final Session session;
        private final Wish wish;
        private final Former former;
        private final Authorization wanted;
        private final boolean packets;
        private final boolean over;
        private final Optional<Event> event;

        /** @param over whether the session time has passed already, so that the session's end is what was wanted */
        Promise(
                Session session,
                Wish wish,
                Former former,
                Authorization wanted,
                boolean packets,
                boolean over,
                Optional<Event> event) {
            this.session = session;
            this.wish = wish;
            this.former = former;
            this.wanted = wanted;
            this.packets = packets;
            this.over = over;
            this.event = event;
        }

        @Override
        public Optional<Event> event() {
            return event;
        }

        @Override
        public void durable(long now) {
            with.counters().count(SessionCounter.CHANGED);
            prefixes.release(session, former.authorization(), wanted);
            LOG.debug("{} changed: policy={}", session.tag(), session.policy().name());
            wish.reply().accept(session.isOpen() || over ? CommandResult.DONE : CommandResult.SESSION_NOT_FOUND);
            next(session, now);
        }

        @Override
        public void failed(long now) {
            with.counters().count(SessionCounter.CHANGES_FAILED);
            if (session.isOpen()) {
                takeBack();
                prefixes.release(session, wanted, former.authorization());
            } else {
                prefixes.release(session, former.authorization(), wanted);
            }
            wish.reply().accept(CommandResult.FAILED);
            next(session, now);
        }

        @Override
        public void unheard() {
            prefixes.release(session, former.authorization(), wanted);
            prefixes.release(session, wanted, former.authorization());
        }

        private void takeBack() {
            // its policy may have become another meanwhile
            Policy policy = with.policies().policyOf(former.authorization());
            boolean other = !policy.equals(session.policy());
            session.authorize(former.authorization(), policy, former.authState());
            timekeeper.restore(session, former.deadlines());
            if (!packets && !other) {
                return;
            }
            table.update(session);
            try {
                entries.install(session);
            } catch (DataPlaneException e) {
                LOG.error(
                        "{} the data plane keeps a change that the disk refused ({}); end it with session:disconnect",
                        session.tag(),
                        e.getMessage());
            }
        }
    }

    private void next(Session session, long now) {
        Queue<Wish> waiting = underWay.remove(session);
        if (waiting == null) {
            return;
        }
        waiting.remove();
        while (!waiting.isEmpty()) {
            Wish wish = waiting.remove();
            if (session.isOpen()) {
                begin(session, wish, now);
            } else {
                wish.reply().accept(CommandResult.SESSION_NOT_FOUND);
            }
        }
    }

    private Event applied(Session session) {
        Traffic traffic = entries.traffic(session);
        session.reported(traffic);
        return SessionEvents.policyApplied(session, traffic, with.clock().instant());
    }

    private boolean leadsNowhere(Reach reach) {
        return reach instanceof Reach.Walled walled && !with.policies().knowsGarden(walled.garden());
    }

    /** Whether the data plane would go on telling the subscriber what was granted before. */
    private static boolean changesLease(Authorization before, Authorization wanted) {
        return !wanted.addressing().equals(before.addressing())
                || !wanted.timeouts().session().equals(before.timeouts().session())
                || wanted.timeouts().reauthenticate() != before.timeouts().reauthenticate();
    }

    private static OptionalLong since(Session session, SessionTime time, long now) {
        return switch (time) {
            case AS_BEFORE -> OptionalLong.empty();
            case FROM_START -> OptionalLong.of(now - session.age(now));
            case FROM_NOW -> OptionalLong.of(now);
        };
    }
}

package sluice.session;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.Traffic;
import sluice.net.Ip4;
import sluice.platform.api.Event;
import sluice.session.api.AddressGrant;
import sluice.session.api.Effect;
import sluice.session.api.Outcome;

/**
 * Brings sessions up: data plane, then store and event in one transaction. A session that is open already is changed in
 * place; when it gets an address that it did not have, its entry moves there and the counters go on. Belongs to one
 * shard.
 */
final class Opener {

    private static final Logger LOG = LoggerFactory.getLogger(Opener.class);

    private final Surroundings with;
    private final SessionTimers timers;
    private final DurableTurns turns;
    private final Entries entries;
    private final Timekeeper timekeeper;
    private final SessionLimits limits;
    private final EffectPerformer.Owner owner;
    private final PrefixGrants prefixes;

    Opener(
            Surroundings with,
            SessionTimers timers,
            DurableTurns turns,
            Entries entries,
            Timekeeper timekeeper,
            SessionLimits limits,
            EffectPerformer.Owner owner) {
        this.with = with;
        this.timers = timers;
        this.turns = turns;
        this.entries = entries;
        this.timekeeper = timekeeper;
        this.limits = limits;
        this.owner = owner;
        prefixes = new PrefixGrants(with);
    }

    /** Lets packets pass, or says why that did not work. */
    Optional<Outcome> open(Session session, Effect.Open open, long now) {
        if (session.authorization().isEmpty()) {
            return failed("the session is not authorized");
        }
        Path path = Path.of(open);
        Ip4 place = path.hasIp4() ? session.address().map(AddressGrant::address).orElse(Ip4.ANY) : Ip4.ANY;
        if (place.isAny() && !(path.hasIp6() && hasPrefix(session))) {
            return failed("the session has neither an address nor an IPv6 prefix");
        }
        if (open.link().isPresent() && session.key().pppoeSession() == 0) {
            return failed("a PPP link without a PPPoE session");
        }
        if (!session.isOpen() && !limits.isRoomFor(session)) {
            with.counters().count(SessionCounter.OPENED_LATER);
            return Optional.of(new Outcome.OpenFailed("an older session has not ended yet", true));
        }
        Path former = session.path();
        Ip4 formerPlace = session.place();
        session.path(path, place);
        // one that RADIUS names may have become free since it was named
        prefixes.hold(session.id(), session.key(), session.authorization().get().addressing());
        boolean moves = session.isOpen() && !session.place().equals(formerPlace);
        try {
            if (moves) {
                entries.move(session, formerPlace);
            } else {
                entries.install(session);
            }
        } catch (DataPlaneException e) {
            session.path(former, formerPlace);
            // a prefix that RADIUS names may be the one of an older session of the same subscriber
            boolean passing = e.reason() == DataPlaneException.Reason.CONFLICT && !session.isOpen();
            return failed(e.reason().toString(), passing);
        }
        session.leaseEnds(open.lease().map(this::end).orElse(0L));
        if (session.isOpen()) {
            changed(session, former, formerPlace, now);
        } else {
            opened(session, now);
        }
        return Optional.empty();
    }

    private static boolean hasPrefix(Session session) {
        return session.authorization()
                .filter(granted -> !Entries.networks6(granted.addressing()).isEmpty())
                .isPresent();
    }

    private Optional<Outcome> failed(String reason) {
        return failed(reason, false);
    }

    private Optional<Outcome> failed(String reason, boolean passing) {
        with.counters().count(SessionCounter.OPEN_FAILED);
        return Optional.of(new Outcome.OpenFailed(reason, passing));
    }

    private long end(Duration lease) {
        return with.clock().millis() + lease.toMillis();
    }

    private void opened(Session session, long now) {
        session.stage(Session.Stage.OPEN);
        owner.opened(session);
        session.openedAt(with.clock().millis(), now, 0);
        timers.disarm(session, SessionTimers.SETUP);
        timekeeper.opened(session, now);
        turns.current()
                .opened(session, SessionEvents.start(session, with.clock().instant()));
        with.counters().count(SessionCounter.OPENED);
        LOG.debug(
                "{} opened: address={} policy={}",
                session.tag(),
                session.place(),
                session.policy().name());
    }

    private void changed(Session session, Path former, Ip4 formerPlace, long now) {
        turns.current().changed(session);
        if (session.place().equals(formerPlace)) {
            if (session.path().hasIp6() != former.hasIp6() && hasPrefix(session)) {
                report(session, now);
            }
            return;
        }
        owner.addressed(session);
        report(session, now);
        turns.current().promise(session, new Move(session, formerPlace, unused(session)));
        LOG.debug("{} has another address: {}", session.tag(), session.place());
    }

    /** Accounting learns what the session has now. */
    private void report(Session session, long now) {
        Traffic traffic = entries.traffic(session);
        session.reported(traffic);
        Instant wall = with.clock().instant();
        turns.current().interim(SessionEvents.update(session, traffic, session.age(now), wall));
    }

    /** The address that the session has no more; it is nobody's until the store knows that. */
    private Optional<AddressGrant> unused(Session session) {
        Optional<AddressGrant> grant =
                session.address().filter(held -> session.place().isAny());
        if (grant.isPresent()) {
            session.address(Optional.empty());
            owner.addressed(session);
            with.counters().count(SessionCounter.ADDRESS_RETURNED);
        }
        return grant;
    }

    /** The store knows what the former entry had counted, and that its address is given back, so both may go. */
    private final class Move implements Turn.Promise {
        private final Session session;
        private final Ip4 former;
        private final Optional<AddressGrant> returned;

        Move(Session session, Ip4 former, Optional<AddressGrant> returned) {
            this.session = session;
            this.former = former;
            this.returned = returned;
        }

        @Override
        public Optional<Event> event() {
            return Optional.empty();
        }

        @Override
        public void durable(long now) {
            if (!session.place().equals(former)) {
                entries.removeFormer(session, former);
            }
            unheard();
        }

        @Override
        public void unheard() {
            returned.ifPresent(grant -> with.addresses().release(session.id(), grant.address()));
        }

        /** The entry is stopped, and the session is written again and again until the store has it. */
        @Override
        public boolean insists() {
            return true;
        }
    }
}

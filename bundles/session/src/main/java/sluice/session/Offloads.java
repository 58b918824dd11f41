package sluice.session;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import sluice.dataplane.api.LeaseKey;
import sluice.dataplane.api.LeaseOffload;
import sluice.dataplane.api.LeaseTerms;
import sluice.dataplane.api.OffloadedLease;
import sluice.session.api.SessionKey;
import sluice.session.api.TimerName;

/**
 * The grants that the data plane extends by itself: what it did becomes true here before anybody looks at the session,
 * and above all before its lease ends. There is no event per renewal. Belongs to one shard.
 */
final class Offloads {

    /** Of two clocks and the way from one to the other; less is no renewal. */
    private static final long JITTER_MILLIS = 100;

    private final Surroundings with;
    private final SessionTimers timers;
    private final LeaseOffload leases;

    Offloads(Surroundings with, SessionTimers timers) {
        this.with = with;
        this.timers = timers;
        this.leases = with.dataPlane().leases();
    }

    /** The grant is to become durable; until then its terms may become wrong, and {@link #takeBack} is told so. */
    void offer(Session session, LeaseTerms terms) {
        session.offered(Optional.of(terms));
    }

    /**
     * The grant is durable: from now on the data plane may extend it, if that leads beyond no end of the session and
     * the terms are still those.
     */
    void put(Session session, LeaseTerms terms, long now) {
        if (session.stage() != Session.Stage.OPEN
                || session.offered().filter(terms::equals).isEmpty()) {
            return;
        }
        session.offered(Optional.empty());
        OptionalLong deadline = session.deadline(TimerName.LEASE);
        long remaining = deadline.isPresent()
                ? deadline.getAsLong() - now
                : session.leaseEnds() - with.clock().millis();
        if (outlastsSession(session, now + remaining, terms.lease())) {
            takeBack(session, now);
            return;
        }
        boolean taken =
                leases.put(keyOf(session), session.id().value(), session.place(), terms, Duration.ofMillis(remaining));
        session.offloaded(taken ? terms.lease() : Duration.ZERO);
        if (taken) {
            with.counters().count(SessionCounter.OFFLOADED);
        }
    }

    /**
     * A predecessor has handed this lease over.
     *
     * @return whether the grant ends later than was known
     */
    boolean inherit(Session session, OffloadedLease lease, long now) {
        boolean longer = adopt(session, lease, now);
        session.offloaded(lease.lease());
        return longer;
    }

    /**
     * Learns what the data plane granted meanwhile.
     *
     * @return whether the grant ends later than was known
     */
    boolean catchUp(Session session, long now) {
        return session.isOffloaded()
                && leases.read(keyOf(session), session.id().value())
                        .filter(lease -> adopt(session, lease, now))
                        .isPresent();
    }

    /**
     * The lease timer is due.
     *
     * @return true when the grant goes on and the timer is armed again
     */
    boolean outlives(Session session, long now) {
        if (!session.isOffloaded()) {
            return false;
        }
        return catchUp(session, now)
                // an answer may have been under way; after this there is none
                || takeBack(session, now);
    }

    /**
     * Nobody is answered by the data plane any more.
     *
     * @return whether the last reading says that the grant was extended
     */
    boolean takeBack(Session session, long now) {
        session.offered(Optional.empty());
        if (!session.isOffloaded()) {
            return false;
        }
        session.offloaded(Duration.ZERO);
        return leases.remove(keyOf(session), session.id().value())
                .filter(lease -> adopt(session, lease, now))
                .isPresent();
    }

    /**
     * Takes a reading over.
     *
     * @return whether the grant ends later than was known
     */
    boolean adopt(Session session, OffloadedLease lease, long now) {
        long remaining = lease.remaining().toMillis();
        OptionalLong deadline = session.deadline(TimerName.LEASE);
        long known = deadline.isPresent() ? deadline.getAsLong() + JITTER_MILLIS : now;
        boolean longer = remaining > 0 && now + remaining > known;
        if (longer) {
            session.leaseEnds(with.clock().millis() + remaining);
            timers.arm(session, TimerName.LEASE, now + remaining);
            with.counters().count(SessionCounter.CAUGHT_UP);
            if (session.isOffloaded() && outlastsSession(session, now + remaining, session.offloaded())) {
                takeBack(session, now);
            }
        }
        return longer;
    }

    /**
     * Whether the data plane could grant a lease beyond the end of the session before anybody looks again.
     *
     * @param until when the lease that is known ends
     * @param lease by how much it is extended, at the latest then
     */
    private static boolean outlastsSession(Session session, long until, Duration lease) {
        OptionalLong end = session.end();
        return end.isPresent() && until + lease.toMillis() > end.getAsLong();
    }

    private static LeaseKey keyOf(Session session) {
        return keyOf(session.key());
    }

    /** By what the data plane finds the lease of a session. */
    static LeaseKey keyOf(SessionKey key) {
        return new LeaseKey(key.line().port(), key.line().svlan(), key.line().cvlan(), key.mac());
    }
}

package sluice.session;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import sluice.dataplane.api.OffloadedLease;
import sluice.platform.api.Event;
import sluice.session.api.TimerName;

/**
 * Takes leases back from the data plane and forgets nothing that it granted: a lease goes on there until the store
 * knows when it ends. Belongs to one shard.
 */
final class LeaseReturns {

    private final Offloads offloads;
    private final DurableTurns turns;

    /** Sessions of which that is being written. */
    private final Set<Session> writing = new HashSet<>();

    LeaseReturns(Offloads offloads, DurableTurns turns) {
        this.offloads = offloads;
        this.turns = turns;
    }

    /** The session is as the store has it, and the data plane answers for it on terms that nobody knows any more. */
    void inherit(Session session, OffloadedLease lease, long now) {
        if (offloads.inherit(session, lease, now)) {
            write(session);
        } else {
            take(session, now);
        }
    }

    /**
     * The data plane is to answer no more for the session.
     *
     * @return whether it does
     */
    boolean begin(Session session, long now) {
        session.offered(Optional.empty()); // nor on terms that are on their way to the disk
        if (!session.isOffloaded() || writing.contains(session)) {
            return false;
        }
        offloads.catchUp(session, now);
        write(session);
        return true;
    }

    private void write(Session session) {
        writing.add(session);
        turns.current().changed(session);
        turns.current().promise(session, new Written(session));
    }

    private void take(Session session, long now) {
        if (offloads.takeBack(session, now)) {
            turns.current().changed(session);
        }
    }

    private static long end(Session session) {
        return session.deadline(TimerName.LEASE).orElse(0);
    }

    /** The store knows what the data plane had granted; if that has granted more meanwhile, it is written again. */
    private final class Written implements Turn.Promise {
        private final Session session;
        private final long end;

        Written(Session session) {
            this.session = session;
            this.end = end(session);
        }

        @Override
        public Optional<Event> event() {
            return Optional.empty();
        }

        @Override
        public void durable(long now) {
            writing.remove(session);
            offloads.catchUp(session, now);
            if (session.isOffloaded() && end(session) > end) {
                write(session);
            } else {
                take(session, now);
            }
        }

        @Override
        public boolean insists() {
            return true;
        }
    }
}

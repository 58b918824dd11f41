package sluice.session;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.DataPlaneException;
import sluice.platform.api.Event;

/**
 * Looks every two minutes whether the data plane has all open sessions, and sooner while it has not: after a start, and
 * when it refused one. What is missing is installed, some sessions per turn, and its counters go on from the last
 * reading that was reported; a policy that was refused is applied, and IPv6 prefixes that a pool did not have are asked
 * for again. Belongs to one shard.
 */
final class Reconciliation {

    static final long EVERY_MILLIS = 120_000;
    static final long SOON_MILLIS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);

    private final Surroundings with;
    private final SessionTimers timers;
    private final Sweeps sweeps;
    private final Entries entries;
    private final DurableTurns turns;
    private final Changes changes;
    private final int chore;

    /** Of the sweep that is going on, or was the last. */
    private int missing;

    private int installed;
    private Optional<String> refusal = Optional.empty();
    private long time;
    private boolean failing;

    Reconciliation(
            Surroundings with,
            SessionTimers timers,
            Sweeps sweeps,
            Entries entries,
            DurableTurns turns,
            Changes changes) {
        this.with = with;
        this.timers = timers;
        this.sweeps = sweeps;
        this.entries = entries;
        this.turns = turns;
        this.changes = changes;
        chore = timers.chore(this::due);
    }

    /** Looks for the first time in some seconds. */
    void begin(long now) {
        timers.armChore(chore, now + SOON_MILLIS);
    }

    private void due(long now) {
        time = now;
        missing = 0;
        installed = 0;
        refusal = Optional.empty();
        sweeps.begin(this::look, this::end);
    }

    private boolean look(Session session, long now) {
        time = now;
        if (!session.isOpen()) {
            return false;
        }
        if (entries.has(session)) {
            return changes.reapplyRefused(session) || changes.complete(session, now);
        }
        missing++;
        if (session.before().equals(session.reported())) {
            install(session);
        } else {
            // in this order, so that no count goes back if everything ends between the two
            session.before(session.reported());
            turns.current().changed(session);
            turns.current().promise(session, new Install(session));
        }
        return true;
    }

    /** The session is installed when the store knows what its former entry had counted. */
    private final class Install implements Turn.Promise {
        private final Session session;

        Install(Session session) {
            this.session = session;
        }

        @Override
        public Optional<Event> event() {
            return Optional.empty();
        }

        @Override
        public void durable(long now) {
            if (session.isOpen() && !entries.has(session)) {
                install(session);
            }
        }

        @Override
        public void failed(long now) {
            LOG.debug("{} waits for the disk before it is installed again", session.tag());
        }
    }

    private void install(Session session) {
        try {
            entries.installAgain(session);
            installed++;
            with.counters().count(SessionCounter.RECONCILED);
            LOG.debug("{} was missing in the data plane", session.tag());
        } catch (DataPlaneException e) {
            refusal = Optional.of(String.valueOf(e.getMessage()));
            with.counters().count(SessionCounter.RECONCILE_FAILED);
        }
    }

    private void end() {
        timers.armChore(chore, time + (missing == 0 ? EVERY_MILLIS : SOON_MILLIS));
        if (installed > 0) {
            LOG.info("{} open sessions were missing in the data plane and are installed again", installed);
        }
        if (refusal.isPresent() && !failing) {
            failing = true;
            LOG.warn(
                    "{} open sessions are missing in the data plane, which refuses them ({}); tried again every {} s",
                    missing - installed,
                    refusal.get(),
                    SOON_MILLIS / 1_000);
        } else if (missing == 0 && failing) {
            failing = false;
            LOG.info("The data plane has all open sessions again");
        }
    }
}

package sluice.session;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.DataPlaneException;

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
    private final Changes changes;
    private final int chore;

    /** Of the sweep that is going on, or was the last. */
    private int missing;

    private int installed;
    private Optional<String> refusal = Optional.empty();
    private long time;
    private boolean failing;

    Reconciliation(Surroundings with, SessionTimers timers, Sweeps sweeps, Entries entries, Changes changes) {
        this.with = with;
        this.timers = timers;
        this.sweeps = sweeps;
        this.entries = entries;
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
        entries.bringBack(session, refused -> tried(session, refused));
        return true;
    }

    private void tried(Session session, Optional<DataPlaneException> refused) {
        if (refused.isEmpty()) {
            installed++;
            with.counters().count(SessionCounter.RECONCILED);
            LOG.debug("{} was missing in the data plane", session.tag());
        } else {
            refusal = refused.map(reason -> String.valueOf(reason.getMessage()));
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

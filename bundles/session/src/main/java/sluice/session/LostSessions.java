package sluice.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.platform.api.Event;
import sluice.platform.api.StoreChange;
import sluice.platform.api.Transaction;
import sluice.session.api.TerminateCause;

/**
 * Sessions that did not live through a restart: their leases ended while nobody was there to renew them, and the data
 * plane has lost their entries with the machine, or no pool has their addresses any more. Their Stop says NAS-Reboot
 * (RFC 2866, 5.10) and has the last counters there are. Used by the thread that recovers.
 */
final class LostSessions {

    private static final Logger LOG = LoggerFactory.getLogger(LostSessions.class);
    private static final int PER_TRANSACTION = 500;

    private final Surroundings with;
    private final AwaitedJournal journal;
    private final FrozenMoment now;
    private final List<FrozenSession> lost = new ArrayList<>();
    private final List<SubscriberEntry> entries = new ArrayList<>();
    private final List<StoreChange> changes = new ArrayList<>();
    private final List<Event> stops = new ArrayList<>();

    LostSessions(Surroundings with, FrozenMoment now) {
        this.with = with;
        this.journal = new AwaitedJournal(with.journal());
        this.now = now;
    }

    /**
     * Whether the session is over.
     *
     * @param extended whether the data plane has extended its lease
     */
    boolean has(FrozenSession frozen, Optional<SubscriberEntry> entry, boolean extended) {
        return frozen.isLeaseOver(now) && (entry.isEmpty() || !extended && !isOfAPool(frozen));
    }

    private boolean isOfAPool(FrozenSession frozen) {
        return with.addresses().networks().stream()
                .anyMatch(network -> network.prefix().contains(frozen.address()));
    }

    /** Takes note of one; {@link #end} acts. */
    void add(FrozenSession frozen, Optional<SubscriberEntry> entry) throws DataPlaneException {
        lost.add(frozen);
        Traffic last = frozen.reported();
        if (entry.isPresent()) {
            last = with.dataPlane()
                    .stop(frozen.id().value(), frozen.address())
                    .map(frozen.before()::plus)
                    .orElse(last);
            entries.add(entry.get());
        }
        changes.add(new StoreChange.Remove(Turn.REGION, FrozenSession.keyOf(frozen.id())));
        String policy = with.policies().policyOf(frozen.authorization()).name();
        stops.add(SessionEvents.stop(frozen, policy, last, TerminateCause.NAS_REBOOT, now));
        with.counters().count(SessionCounter.LOST);
    }

    /**
     * Makes their ends durable, then takes what the data plane still has of them. When the journal refuses, they stay
     * for the next start.
     */
    void end() throws DataPlaneException {
        for (int from = 0; from < stops.size(); from += PER_TRANSACTION) {
            int to = Math.min(from + PER_TRANSACTION, stops.size());
            if (!journal.takes(new Transaction(changes.subList(from, to), stops.subList(from, to)))) {
                LOG.warn("{} sessions did not survive and cannot be ended: the journal refuses", stops.size() - from);
                return;
            }
        }
        for (FrozenSession one : lost) {
            with.dataPlane().leases().remove(Offloads.keyOf(one.key()), one.id().value());
        }
        for (SubscriberEntry entry : entries) {
            with.dataPlane().remove(entry.session(), entry.address());
        }
        lost.forEach(this::release);
        if (!stops.isEmpty()) {
            LOG.info("{} sessions did not survive", stops.size());
        }
    }

    /** Pools that were there before hold what the session had. */
    private void release(FrozenSession one) {
        with.addresses().release(one.id(), one.address());
        Entries.networks6(one.authorization().addressing())
                .forEach(prefix -> with.addresses().prefixes().release(one.id(), prefix));
    }
}

package sluice.session;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.dataplane.api.DataPlaneException;
import sluice.platform.api.StoreChange;

/**
 * Sessions that go on, and the data plane has lost their entries with the machine. They are installed when the store
 * knows what those had counted: whoever finds an entry takes its counters for what came after that, so counts would go
 * back if everything ended between the two. Used by the thread that recovers.
 */
final class LostEntries {

    private static final Logger LOG = LoggerFactory.getLogger(LostEntries.class);

    private final Surroundings with;
    private final AwaitedJournal journal;
    private final FrozenMoment now;
    private final List<Recovery.Recovered> lost = new ArrayList<>();

    LostEntries(Surroundings with, FrozenMoment now) {
        this.with = with;
        this.journal = new AwaitedJournal(with.journal());
        this.now = now;
    }

    /** Takes note of one; {@link #install} acts. */
    void add(Recovery.Recovered session) {
        lost.add(session);
    }

    /**
     * Installs them, in pieces. When the journal refuses, {@link Reconciliation} installs the others later.
     *
     * @return all of them, as they are in the store now
     */
    List<Recovery.Recovered> install() {
        List<Recovery.Recovered> done = new ArrayList<>();
        List<Recovery.Recovered> waiting = new ArrayList<>(lost.stream()
                .map(one -> one.with(one.frozen().withoutEntry(now)))
                .toList());
        while (!waiting.isEmpty()) {
            List<Recovery.Recovered> piece = new ArrayList<>();
            Load load = new Load(DurableTurns.BYTES_MAX);
            load.fill(waiting, piece, LostEntries::part);
            if (!journal.takes(load.transaction())) {
                List<Recovery.Recovered> left = lost.subList(done.size(), lost.size());
                LOG.warn("{} sessions are installed again when the journal takes what they used", left.size());
                done.addAll(left);
                return done;
            }
            piece.forEach(one -> install(with, one.frozen(), false));
            done.addAll(piece);
        }
        return done;
    }

    private static Load.Part part(Recovery.Recovered session) {
        FrozenSession frozen = session.frozen();
        return Load.of(new StoreChange.Put(Turn.REGION, FrozenSession.keyOf(frozen.id()), frozen.encode()));
    }

    /** Lets the packets of a stored session pass; what the data plane refuses, {@link Reconciliation} tries again. */
    static void install(Surroundings with, FrozenSession frozen, boolean isThere) {
        try {
            with.dataPlane().install(Entries.of(frozen, with.policies().policyOf(frozen.authorization())));
            if (!isThere) {
                with.counters().count(SessionCounter.REINSTALLED);
            }
        } catch (DataPlaneException e) {
            with.counters().count(SessionCounter.DATAPLANE_FAILED);
            LOG.error("session={} could not be installed again: {}", frozen.id(), e.getMessage());
        }
    }
}

package sluice.dataplane.api;

import java.util.List;
import java.util.function.Predicate;

/**
 * An operator's view into a data plane, beyond what the gateway itself needs. Offered beside {@link DataPlane} by a
 * provider that has it. Safe for any thread.
 */
public interface DataPlaneProbe {

    /** The entries that fit, as the kernel has them now, stopped ones too. Looks at all entries there are. */
    List<ProbedEntry> find(Predicate<SubscriberEntry> fits);

    /**
     * Begins to show the frames of one subscriber.
     *
     * @throws DataPlaneException when as many traces as there can be are going on
     */
    Trace trace(TraceRequest request) throws DataPlaneException;

    /** Where the tables of the data plane contradict each other; nobody's packets depend on the answer. */
    List<Contradiction> contradictions();

    /**
     * Takes the data plane out of the kernel: programs leave the interfaces, and all entries and counters are
     * forgotten. Until its bundle is started anew nothing is forwarded.
     *
     * @throws DataPlaneException when the kernel refuses
     */
    void dismantle() throws DataPlaneException;

    /**
     * Two tables that do not fit together.
     *
     * @param session whose it is, 0 when that cannot be told
     * @param subject what is looked up in the table: an address, a prefix
     * @param sentence what is wrong
     */
    record Contradiction(long session, String subject, String sentence) {}
}

package sluice.dataplane.xdp;

import java.util.List;
import java.util.function.Predicate;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneProbe;
import sluice.dataplane.api.ProbedEntry;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Trace;
import sluice.dataplane.api.TraceRequest;
import sluice.packet.io.KernelException;

/** Shows the operator what the kernel holds of single subscribers. Safe for any thread. */
@Component(service = DataPlaneProbe.class)
public final class KernelProbe implements DataPlaneProbe {

    private final XdpDataPlane dataPlane;

    /** For the framework. */
    @Activate
    public KernelProbe(@Reference XdpDataPlane dataPlane) {
        this.dataPlane = dataPlane;
    }

    @Override
    public List<ProbedEntry> find(Predicate<SubscriberEntry> fits) {
        Subscribers subscribers = dataPlane.subscribers();
        return subscribers.rows(Integer.MAX_VALUE).stream()
                .filter(row -> fits.test(row.entry()))
                .map(row ->
                        new ProbedEntry(row.entry(), row.open(), row.traffic(), subscribers.details(row.index())))
                .toList();
    }

    @Override
    public Trace trace(TraceRequest request) throws DataPlaneException {
        return dataPlane.traces().trace(request);
    }

    @Override
    public List<Contradiction> contradictions() {
        try {
            return dataPlane.subscribers().audit().run();
        } catch (KernelException refusal) {
            throw new IllegalStateException(refusal);
        }
    }
}

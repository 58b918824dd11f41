package sluice.dataplane.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.DataPlaneProbe;
import sluice.dataplane.api.ProbedEntry;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Trace;
import sluice.dataplane.api.TraceRequest;
import sluice.dataplane.api.Traffic;
import sluice.packet.io.KernelException;

/** Shows the operator what the kernel holds of single subscribers. Safe for any thread. */
@Component(service = DataPlaneProbe.class)
public final class KernelProbe implements DataPlaneProbe {

    private final LinuxDataPlane dataPlane;

    /** For the framework. */
    @Activate
    public KernelProbe(@Reference LinuxDataPlane dataPlane) {
        this.dataPlane = dataPlane;
    }

    @Override
    public List<ProbedEntry> find(Predicate<SubscriberEntry> fits) {
        try {
            List<Subscriber> found = dataPlane.subscribers().inKernel().stream()
                    .filter(one -> fits.test(one.entry()))
                    .toList();
            Map<Addresses, Integer> routes = found.isEmpty() ? Map.of() : dataPlane.routes();
            List<ProbedEntry> probed = new ArrayList<>();
            for (Subscriber one : found) {
                probed.add(probed(one, routes));
            }
            return probed;
        } catch (KernelException refusal) {
            throw new IllegalStateException(refusal);
        }
    }

    private ProbedEntry probed(Subscriber found, Map<Addresses, Integer> routes) throws KernelException {
        SubscriberEntry entry = found.entry();
        Traffic traffic = dataPlane.read(entry.session(), entry.address()).orElse(Traffic.NONE);
        List<ProbedEntry.Detail> details = new ArrayList<>();
        details.add(new ProbedEntry.Detail("Kernel number", Integer.toString(found.number())));
        if (!entry.tags().isEmpty()) {
            String mark = "0x" + Integer.toHexString(LineMark.of(entry.tags()));
            details.add(new ProbedEntry.Detail("Kernel line mark", mark));
        }
        details.addAll(dataPlane.subscribers().details(found.number()));
        details.add(new ProbedEntry.Detail(
                "Kernel routes",
                Plan.addresses(entry).stream()
                        .filter(routes::containsKey)
                        .map(addresses -> addresses + " by interface " + routes.get(addresses))
                        .collect(Collectors.joining(", "))));
        return new ProbedEntry(entry, found.open(), traffic, details);
    }

    @Override
    public Trace trace(TraceRequest request) throws DataPlaneException {
        return dataPlane.traces().trace(request);
    }

    /** Never: with the rules gone the kernel would forward what nobody has proven. */
    @Override
    public void dismantle() throws DataPlaneException {
        throw new DataPlaneException(
                Reason.UNSUPPORTED, "rules, routes and switches are taken down by hand, as the bundle's README says");
    }

    @Override
    public List<Contradiction> contradictions() {
        try {
            return dataPlane.subscribers().contradictions();
        } catch (KernelException refusal) {
            throw new IllegalStateException(refusal);
        }
    }
}

package sluice.dataplane.xdp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneProbe;
import sluice.dataplane.api.OffloadedLease;
import sluice.dataplane.api.ProbedEntry;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Trace;
import sluice.dataplane.api.TraceRequest;
import sluice.net.Ip4;
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
        List<Subscribers.Row> rows = dataPlane.subscribers().rows(Integer.MAX_VALUE).stream()
                .filter(row -> fits.test(row.entry()))
                .toList();
        Map<Long, List<Leases.Held>> leases = rows.isEmpty()
                ? Map.of()
                : leases().stream()
                        .collect(Collectors.groupingBy(lease -> lease.reading().session()));
        return rows.stream()
                .map(row -> probed(row, leases.getOrDefault(row.entry().session(), List.of())))
                .toList();
    }

    private ProbedEntry probed(Subscribers.Row row, List<Leases.Held> leases) {
        List<ProbedEntry.Detail> details =
                new ArrayList<>(dataPlane.subscribers().details(row.index()));
        for (Leases.Held lease : leases) {
            OffloadedLease reading = lease.reading();
            details.add(new ProbedEntry.Detail(
                    "Kernel lease address", lease.address().toString()));
            details.add(new ProbedEntry.Detail("Kernel lease seconds", Integer.toString(lease.seconds())));
            details.add(new ProbedEntry.Detail(
                    "Kernel lease left", reading.remaining().toSeconds() + " s"));
            details.add(new ProbedEntry.Detail("Kernel lease answers", Long.toString(reading.answers())));
        }
        return new ProbedEntry(row.entry(), row.open(), row.traffic(), details);
    }

    private List<Leases.Held> leases() {
        try {
            return dataPlane.heldLeases();
        } catch (KernelException refusal) {
            throw new IllegalStateException(refusal);
        }
    }

    @Override
    public Trace trace(TraceRequest request) throws DataPlaneException {
        return dataPlane.traces().trace(request);
    }

    @Override
    public void dismantle() throws DataPlaneException {
        try {
            dataPlane.dismantle();
        } catch (KernelException refusal) {
            DataPlaneException failure =
                    new DataPlaneException(DataPlaneException.Reason.KERNEL, String.valueOf(refusal.getMessage()));
            failure.initCause(refusal);
            throw failure;
        }
    }

    @Override
    public List<Contradiction> contradictions() {
        try {
            List<Contradiction> found =
                    new ArrayList<>(dataPlane.subscribers().audit().run());
            Map<Long, Ip4> addresses = new HashMap<>();
            dataPlane.entries().forEach(entry -> addresses.put(entry.session(), entry.address()));
            for (Leases.Held lease : dataPlane.heldLeases()) {
                long session = lease.reading().session();
                Ip4 address = addresses.getOrDefault(session, Ip4.ANY);
                if (!address.equals(lease.address())) {
                    String sentence = "is answered for as a lease, and the session's entry does not have it";
                    found.add(new Contradiction(session, lease.address().toString(), sentence));
                }
            }
            return found;
        } catch (KernelException refusal) {
            throw new IllegalStateException(refusal);
        }
    }
}

package sluice.dataplane.linux;

import java.util.Comparator;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.packet.io.EntryRow;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** Shows the operator the entries of the data plane, the first thousand. */
@Component(service = Inspectable.class)
public final class EntryTable implements Inspectable {

    private final LinuxDataPlane dataPlane;

    /** For the framework. */
    @Activate
    public EntryTable(@Reference LinuxDataPlane dataPlane) {
        this.dataPlane = dataPlane;
    }

    @Override
    public String name() {
        return "dataplane:entries";
    }

    @Override
    public String description() {
        return "Subscribers whose packets the data plane forwards, and their counters";
    }

    @Override
    public Table table() {
        return EntryRow.table(dataPlane.held().stream()
                .sorted(Comparator.comparing(found -> found.entry().address()))
                .map(this::row));
    }

    private EntryRow row(Subscriber found) {
        SubscriberEntry entry = found.entry();
        return new EntryRow(
                entry,
                found.open(),
                dataPlane.read(entry.session(), entry.address()).orElse(Traffic.NONE));
    }
}

package sluice.dataplane.xdp;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.packet.io.EntryRow;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** Shows the operator the entries of the data plane, the first thousand. */
@Component(service = Inspectable.class)
public final class EntryTable implements Inspectable {

    private final XdpDataPlane dataPlane;

    /** For the framework. */
    @Activate
    public EntryTable(@Reference XdpDataPlane dataPlane) {
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
        return EntryRow.table(dataPlane.subscribers().rows(EntryRow.ROWS_MAX).stream()
                .map(row -> new EntryRow(row.entry(), row.open(), row.traffic())));
    }
}

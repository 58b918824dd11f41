package sluice.dataplane.xdp;

import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** Shows the operator the entries of the data plane, the first thousand. */
@Component(service = Inspectable.class)
public final class EntryTable implements Inspectable {

    private static final int ROWS_MAX = 1000;
    private static final List<String> COLUMNS = List.of(
            "Address",
            "Port",
            "Tags",
            "MAC",
            "Session",
            "State",
            "Up packets",
            "Up bytes",
            "Up policed",
            "Down packets",
            "Down bytes",
            "Down policed",
            "Spoofed");

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
        return new Table(
                COLUMNS,
                dataPlane.subscribers().rows(ROWS_MAX).stream()
                        .map(EntryTable::cells)
                        .toList());
    }

    private static List<String> cells(Subscribers.Row row) {
        SubscriberEntry entry = row.entry();
        Traffic traffic = row.traffic();
        return List.of(
                entry.address().toString(),
                Integer.toString(entry.port()),
                entry.tags().toString(),
                entry.mac().toString(),
                Long.toHexString(entry.session()),
                row.open() ? "open" : "stopped",
                Long.toString(traffic.uploadPackets()),
                Long.toString(traffic.uploadBytes()),
                Long.toString(traffic.uploadDropped()),
                Long.toString(traffic.downloadPackets()),
                Long.toString(traffic.downloadBytes()),
                Long.toString(traffic.downloadDropped()),
                Long.toString(traffic.spoofed()));
    }
}

package sluice.dataplane.linux;

import java.util.ArrayList;
import java.util.Comparator;
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
            "MAC",
            "Session",
            "State",
            "Up packets",
            "Up bytes",
            "Up policed",
            "Down packets",
            "Down bytes",
            "Down policed",
            "Spoofed",
            "Refused");

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
        List<Subscriber> held = new ArrayList<>(dataPlane.held());
        held.sort(Comparator.comparing(found -> found.entry().address()));
        return new Table(COLUMNS, held.stream().limit(ROWS_MAX).map(this::cells).toList());
    }

    private List<String> cells(Subscriber found) {
        SubscriberEntry entry = found.entry();
        Traffic traffic = dataPlane.read(entry.session(), entry.address()).orElse(Traffic.NONE);
        return List.of(
                entry.address().toString(),
                Integer.toString(entry.port()),
                entry.mac().toString(),
                Long.toHexString(entry.session()),
                found.open() ? "open" : "stopped",
                Long.toString(traffic.uploadPackets()),
                Long.toString(traffic.uploadBytes()),
                Long.toString(traffic.uploadDropped()),
                Long.toString(traffic.downloadPackets()),
                Long.toString(traffic.downloadBytes()),
                Long.toString(traffic.downloadDropped()),
                Long.toString(traffic.spoofed()),
                Long.toString(traffic.refused()));
    }
}

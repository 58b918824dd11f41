package sluice.dataplane.linux;

import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** Shows the operator the networks and what goes to and from the control plane. */
@Component(service = Inspectable.class)
public final class StatusTable implements Inspectable {

    private final LinuxDataPlane dataPlane;

    /** For the framework. */
    @Activate
    public StatusTable(@Reference LinuxDataPlane dataPlane) {
        this.dataPlane = dataPlane;
    }

    @Override
    public String name() {
        return "dataplane:status";
    }

    @Override
    public String description() {
        return "Networks, sessions and frames of the control plane";
    }

    @Override
    public Table table() {
        List<List<String>> rows = new ArrayList<>();
        dataPlane
                .networks()
                .forEach(network -> rows.add(List.of("network", network.prefix() + ", gateway " + network.gateway())));
        rows.add(List.of("sessions", Integer.toString(dataPlane.held().size())));
        rows.addAll(dataPlane.puntCounters().table().rows());
        return new Table(List.of("Item", "Value"), rows);
    }
}

package sluice.dataplane.linux;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.packet.io.Storm;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** Shows the operator the lines that asked for more of the control plane than a line may, the worst first. */
@Component(service = Inspectable.class)
public final class StormTable implements Inspectable {

    private final LinuxDataPlane dataPlane;

    /** For the framework. */
    @Activate
    public StormTable(@Reference LinuxDataPlane dataPlane) {
        this.dataPlane = dataPlane;
    }

    @Override
    public String name() {
        return "dataplane:storms";
    }

    @Override
    public String description() {
        return "Lines whose frames were dropped before the control plane, which they would have flooded";
    }

    @Override
    public Table table() {
        return Storm.table(dataPlane.guard().storms());
    }
}

package sluice.dataplane.xdp;

import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.net.MacAddress;
import sluice.packet.io.KernelException;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** Shows the operator the lines that asked for more of the control plane than a line may, the worst first. */
@Component(service = Inspectable.class)
public final class StormTable implements Inspectable {

    private static final int ROWS_MAX = 1000;
    private static final List<String> COLUMNS = List.of("Port", "S-VLAN", "C-VLAN", "Sender", "Class", "Dropped");

    private final XdpDataPlane dataPlane;

    /** For the framework. */
    @Activate
    public StormTable(@Reference XdpDataPlane dataPlane) {
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
        List<List<String>> rows = new ArrayList<>();
        try {
            for (GuardTable.Storm storm : dataPlane.storms()) {
                if (rows.size() < ROWS_MAX) {
                    rows.add(cells(storm));
                }
            }
        } catch (KernelException refusal) {
            throw new IllegalStateException(refusal);
        }
        return new Table(COLUMNS, rows);
    }

    private static List<String> cells(GuardTable.Storm storm) {
        return List.of(
                Integer.toString(storm.port()),
                vid(storm.outerVid()),
                vid(storm.innerVid()),
                storm.sender().equals(MacAddress.ZERO) ? "" : storm.sender().toString(),
                storm.kind().label(),
                Long.toString(storm.dropped()));
    }

    private static String vid(int vid) {
        return vid == 0 ? "" : Integer.toString(vid);
    }
}

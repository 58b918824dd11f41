package sluice.dataplane.xdp;

import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.packet.io.KernelException;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** Shows the operator why frames were dropped. */
@Component(service = Inspectable.class)
public final class DropTable implements Inspectable {

    private final XdpDataPlane dataPlane;

    /** For the framework. */
    @Activate
    public DropTable(@Reference XdpDataPlane dataPlane) {
        this.dataPlane = dataPlane;
    }

    @Override
    public String name() {
        return "dataplane:drops";
    }

    @Override
    public String description() {
        return "Frames that the data plane dropped, by reason";
    }

    @Override
    public Table table() {
        List<List<String>> rows = new ArrayList<>();
        try {
            dataPlane.verdicts().forEach((verdict, count) -> {
                if (verdict.isDrop()) {
                    rows.add(List.of(verdict.label(), Long.toString(count)));
                }
            });
            rows.add(List.of("drop: control plane did not take it in time", Long.toString(dataPlane.puntedLost())));
        } catch (KernelException refusal) {
            throw new IllegalStateException(refusal);
        }
        return new Table(List.of("Reason", "Packets"), rows);
    }
}

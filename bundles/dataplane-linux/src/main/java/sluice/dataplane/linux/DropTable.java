package sluice.dataplane.linux;

import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.packet.io.KernelException;
import sluice.packet.io.PuntClass;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** Shows the operator packets that were dropped and belong to no subscriber. */
@Component(service = Inspectable.class)
public final class DropTable implements Inspectable {

    private final LinuxDataPlane dataPlane;

    /** For the framework. */
    @Activate
    public DropTable(@Reference LinuxDataPlane dataPlane) {
        this.dataPlane = dataPlane;
    }

    @Override
    public String name() {
        return "dataplane:drops";
    }

    @Override
    public String description() {
        return "Packets that the data plane dropped, by reason; those of a subscriber are in dataplane:entries";
    }

    @Override
    public Table table() {
        try {
            DropCounts drops = dataPlane.drops();
            List<List<String>> rows = new ArrayList<>();
            rows.add(row("drop: unknown source", drops.unknownSource()));
            rows.add(row("drop: unknown destination", drops.unknownDestination()));
            rows.add(row("drop: to the gateway, neither DHCP nor echo", drops.toGateway()));
            rows.add(row("drop: ARP, more than 20 a second of one sender", drops.arpOverRate()));
            for (PuntClass one : List.of(PuntClass.DHCP, PuntClass.ND)) {
                rows.add(row(one.overLine(), dataPlane.guard().overLine(one)));
                rows.add(row(one.overClass(), dataPlane.guard().overClass(one)));
            }
            rows.add(row(PuntClass.ARP.overLine(), drops.arpOverLine()));
            rows.add(row(PuntClass.ARP.overClass(), drops.arpOverClass()));
            rows.add(row("drop: control plane did not take it in time", dataPlane.puntedLost()));
            return new Table(List.of("Reason", "Packets"), rows);
        } catch (KernelException refusal) {
            throw new IllegalStateException(refusal);
        }
    }

    private static List<String> row(String reason, long packets) {
        return List.of(reason, Long.toString(packets));
    }
}

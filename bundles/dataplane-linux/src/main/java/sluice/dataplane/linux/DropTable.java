package sluice.dataplane.linux;

import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.packet.io.KernelException;
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
            return new Table(
                    List.of("Reason", "Packets"),
                    List.of(
                            row("drop: unknown source", drops.unknownSource()),
                            row("drop: unknown destination", drops.unknownDestination()),
                            row("drop: to the gateway, neither DHCP nor echo", drops.toGateway()),
                            row("drop: ARP, more than 20 a second of one sender", drops.arpOverRate()),
                            row("drop: control plane did not take it in time", dataPlane.puntedLost())));
        } catch (KernelException refusal) {
            throw new IllegalStateException(refusal);
        }
    }

    private static List<String> row(String reason, long packets) {
        return List.of(reason, Long.toString(packets));
    }
}

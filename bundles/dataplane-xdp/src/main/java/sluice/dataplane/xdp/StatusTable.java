package sluice.dataplane.xdp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import sluice.net.MacAddress;
import sluice.packet.io.KernelException;
import sluice.platform.api.Inspectable;
import sluice.platform.api.Table;

/** Shows the operator what the data plane does, its interfaces and its networks. */
@Component(service = Inspectable.class)
public final class StatusTable implements Inspectable {

    private final XdpDataPlane dataPlane;

    /** For the framework. */
    @Activate
    public StatusTable(@Reference XdpDataPlane dataPlane) {
        this.dataPlane = dataPlane;
    }

    @Override
    public String name() {
        return "dataplane:status";
    }

    @Override
    public String description() {
        return "Interfaces, networks and what became of frames";
    }

    @Override
    public Table table() {
        List<List<String>> rows = new ArrayList<>();
        GatewaySettings settings = dataPlane.subscribers().settings();
        settings.cores().forEach(core -> rows.add(List.of("core", core.mac() + ", next hop " + text(core.nextHop()))));
        settings.ports()
                .forEach(port -> rows.add(List.of(
                        "access", port.name() + " " + port.mac() + ", MTU " + port.mtu() + suffix(port.name()))));
        settings.networks()
                .forEach(network -> rows.add(List.of(
                        "network", network.base() + " to " + network.last() + ", gateway " + network.gateway())));
        rows.add(List.of("sessions", Integer.toString(dataPlane.entries().size())));
        try {
            dataPlane.verdicts().forEach((verdict, count) -> {
                if (!verdict.isDrop()) {
                    rows.add(List.of(verdict.label(), Long.toString(count)));
                }
            });
        } catch (KernelException refusal) {
            throw new IllegalStateException(refusal);
        }
        rows.addAll(dataPlane.puntCounters().table().rows());
        return new Table(List.of("Item", "Value"), rows);
    }

    private String suffix(String device) {
        return dataPlane.stripping().refusal(device).map(why -> ", " + why).orElse("");
    }

    private static String text(Optional<MacAddress> nextHop) {
        return nextHop.map(MacAddress::toString).orElse("not resolved");
    }

    @Override
    public List<String> complaints() {
        GatewaySettings settings = dataPlane.subscribers().settings();
        List<String> complaints = new ArrayList<>();
        if (settings.cores().stream().noneMatch(core -> core.nextHop().isPresent())) {
            complaints.add("The next hop in the core is not resolved, so nothing leaves towards it."
                    + " See core_gateway in sluice.dataplane.xdp.cfg and the link behind the core interface.");
        }
        for (GatewaySettings.Port port : settings.ports()) {
            dataPlane
                    .stripping()
                    .refusal(port.name())
                    .ifPresent(why -> complaints.add("Interface " + port.name() + " is " + why + "."));
        }
        return complaints;
    }
}

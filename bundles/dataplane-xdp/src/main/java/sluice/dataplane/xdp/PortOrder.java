package sluice.dataplane.xdp;

import java.util.List;
import java.util.stream.Collectors;
import sluice.dataplane.xdp.GatewaySettings.Port;
import sluice.packet.io.KernelException;

/**
 * Entries, leases and stored sessions know an access interface by its position in the hardware profile. So none that
 * has entries may become another one's: their downloads would leave there, and their uploads would be those of another
 * line.
 *
 * @param before interfaces by position as the maps have them; one without a name may be any
 * @param now as the profile has them
 */
record PortOrder(List<Port> before, List<Port> now) {

    /** @throws KernelException when an entry's position is another interface's now, or nobody's */
    void check(SubscriberTable table) throws KernelException {
        for (int index = 0; index < table.count(); index++) {
            if (table.isInstalled(index) && !isSame(table.port(index))) {
                throw new KernelException(
                        "access interfaces are " + names(now) + " and were " + names(before)
                                + " when subscribers were installed on number " + table.port(index)
                                + ": put them back, and append new ones at the end",
                        KernelException.EINVAL);
            }
        }
    }

    private boolean isSame(int port) {
        if (port >= before.size() || before.get(port).name().isEmpty()) {
            return true;
        }
        Port was = before.get(port);
        return port < now.size()
                && (was.name().equals(now.get(port).name())
                        || was.ifindex() == now.get(port).ifindex()); // it has another name since
    }

    private static String names(List<Port> ports) {
        return ports.stream().map(Port::name).collect(Collectors.joining(", ", "\"", "\""));
    }
}

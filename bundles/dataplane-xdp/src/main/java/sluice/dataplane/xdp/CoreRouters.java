package sluice.dataplane.xdp;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import sluice.loop.Agent;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.net.MacAddress;
import sluice.packet.io.KernelException;
import sluice.packet.io.NetworkDevice;

/**
 * Follows the routers behind the core interfaces, of both families, and our own IPv6 addresses there.
 *
 * @param devices the core interfaces in the order of the profile
 */
record CoreRouters(List<NetworkDevice> devices, Subscribers subscribers) {

    private static final int NO_SCOPE = -1;

    /**
     * What a loop has to turn.
     *
     * @param gateways one for each core interface from the first on
     * @param gateways6 the same for IPv6
     * @throws IllegalArgumentException if there are more addresses than core interfaces
     */
    List<Agent> agents(List<Ip4> gateways, List<Ip6> gateways6) throws IOException, KernelException {
        checkCount("core_gateway", gateways.size());
        checkCount("core_gateway6", gateways6.size());
        List<Agent> agents = new ArrayList<>();
        for (int i = 0; i < gateways.size(); i++) {
            int core = i;
            agents.add(new NextHop(
                    InetAddress.getByAddress(gateways.get(i).toBytes().toArray()),
                    new ArpTable(gateways.get(i), devices.get(i).name()),
                    listener(mac -> subscribers.nextHop(core, mac), () -> subscribers.lostHop(core))));
        }
        for (int i = 0; i < gateways6.size(); i++) {
            int core = i;
            NetworkDevice device = devices.get(i);
            agents.add(new NextHop(
                    address(gateways6.get(i), device),
                    new NeighbourTable(gateways6.get(i), device.ifindex()),
                    listener(mac -> subscribers.nextHop6(core, mac), () -> subscribers.lostHop6(core))));
            agents.add(new OwnAddress6(device.name(), address -> subscribers.address6(core, address)));
        }
        return agents;
    }

    private static NextHop.Listener listener(Consumer<MacAddress> found, Runnable lost) {
        return new NextHop.Listener() {
            @Override
            public void found(MacAddress mac) {
                found.accept(mac);
            }

            @Override
            public void lost() {
                lost.run();
            }
        };
    }

    private void checkCount(String key, int count) {
        if (count > devices.size()) {
            throw new IllegalArgumentException(
                    key + " has " + count + " addresses for " + devices.size() + " core interfaces");
        }
    }

    private static InetAddress address(Ip6 gateway, NetworkDevice device) throws IOException {
        int scope = gateway.isLinkLocal() ? device.ifindex() : NO_SCOPE;
        return Inet6Address.getByAddress(null, gateway.toBytes().toArray(), scope);
    }
}

package sluice.dataplane.xdp;

import java.util.List;
import java.util.Optional;
import sluice.net.Ip4;
import sluice.net.MacAddress;

/**
 * What the programs know beside the subscribers.
 *
 * @param networks disjoint
 * @param ports access interfaces by port number
 */
record GatewaySettings(Core core, List<IndexedNetwork> networks, List<Port> ports) {

    static final int NETWORKS_MAX = 64;
    static final int PORTS_MAX = 16;

    /**
     * The interface to the core.
     *
     * @param mtu bytes of IP
     * @param nextHop empty while it is not resolved
     */
    record Core(int ifindex, int mtu, MacAddress mac, Optional<MacAddress> nextHop) {}

    /**
     * An access interface.
     *
     * @param mtu bytes of IP in an untagged or single-tagged frame
     */
    record Port(String name, int ifindex, int mtu, MacAddress mac) {}

    /**
     * A network whose addresses have an entry each.
     *
     * @param base lowest address
     * @param last highest address
     * @param first index of the entry of {@code base}
     */
    record IndexedNetwork(Ip4 base, Ip4 last, int first, Ip4 gateway) {

        int size() {
            return last.bits() - base.bits() + 1;
        }

        int end() {
            return first + size();
        }

        boolean contains(Ip4 address) {
            return base.compareTo(address) <= 0 && address.compareTo(last) <= 0;
        }

        boolean overlaps(IndexedNetwork other) {
            return base.compareTo(other.last) <= 0 && other.base.compareTo(last) <= 0;
        }

        int indexOf(Ip4 address) {
            return first + address.bits() - base.bits();
        }
    }

    GatewaySettings {
        networks =
                networks.stream().sorted((a, b) -> a.base().compareTo(b.base())).toList();
        ports = List.copyOf(ports);
        if (networks.size() > NETWORKS_MAX || ports.size() > PORTS_MAX) {
            throw new IllegalArgumentException(networks.size() + " networks and " + ports.size()
                    + " ports, expected at most " + NETWORKS_MAX + " and " + PORTS_MAX);
        }
    }

    GatewaySettings withNextHop(MacAddress nextHop) {
        return new GatewaySettings(
                new Core(core.ifindex(), core.mtu(), core.mac(), Optional.of(nextHop)), networks, ports);
    }

    GatewaySettings withNetworks(List<IndexedNetwork> others) {
        return new GatewaySettings(core, others, ports);
    }

    /** The network that holds an address. */
    Optional<IndexedNetwork> networkOf(Ip4 address) {
        for (IndexedNetwork network : networks) {
            if (network.contains(address)) {
                return Optional.of(network);
            }
        }
        return Optional.empty();
    }
}

package sluice.dataplane.xdp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.net.MacAddress;

/**
 * What the programs know beside the subscribers.
 *
 * @param cores interfaces to the core, in the order of the hardware profile
 * @param networks disjoint
 * @param ports access interfaces by port number
 * @param prefixLengths of the IPv6 prefixes that subscribers have, longest first
 */
record GatewaySettings(List<Core> cores, List<IndexedNetwork> networks, List<Port> ports, List<Integer> prefixLengths) {

    static final int CORES_MAX = 4;
    static final int NETWORKS_MAX = 64;
    static final int PORTS_MAX = 16;
    static final int LENGTHS_MAX = 4;

    /**
     * An interface to the core.
     *
     * @param mtu bytes of IP
     * @param nextHop of IPv4; empty while it is not resolved
     * @param nextHop6 of IPv6; empty while it is not resolved
     * @param address6 our own, which tells senders in the core what happened to their packets; {@code ::} for none
     */
    record Core(
            int ifindex,
            int mtu,
            MacAddress mac,
            Optional<MacAddress> nextHop,
            Optional<MacAddress> nextHop6,
            Ip6 address6) {

        /** As long as nothing is known of its router. */
        Core(int ifindex, int mtu, MacAddress mac) {
            this(ifindex, mtu, mac, Optional.empty(), Optional.empty(), Ip6.ANY);
        }

        Core withNextHop(MacAddress router) {
            return new Core(ifindex, mtu, mac, Optional.of(router), nextHop6, address6);
        }

        Core withNextHop6(MacAddress router) {
            return new Core(ifindex, mtu, mac, nextHop, Optional.of(router), address6);
        }

        Core withoutNextHop() {
            return new Core(ifindex, mtu, mac, Optional.empty(), nextHop6, address6);
        }

        Core withoutNextHop6() {
            return new Core(ifindex, mtu, mac, nextHop, Optional.empty(), address6);
        }

        Core withAddress6(Ip6 address) {
            return new Core(ifindex, mtu, mac, nextHop, nextHop6, address);
        }

        /** The same with what is known of another where this knows nothing. */
        Core withMissingOf(Core before) {
            return new Core(
                    ifindex,
                    mtu,
                    mac,
                    nextHop.or(before::nextHop),
                    nextHop6.or(before::nextHop6),
                    address6.isAny() ? before.address6 : address6);
        }
    }

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
        cores = List.copyOf(cores);
        networks =
                networks.stream().sorted((a, b) -> a.base().compareTo(b.base())).toList();
        ports = List.copyOf(ports);
        prefixLengths = prefixLengths.stream().sorted(Comparator.reverseOrder()).toList();
        checkCount("core interfaces", cores.size(), CORES_MAX);
        checkCount("networks", networks.size(), NETWORKS_MAX);
        checkCount("ports", ports.size(), PORTS_MAX);
        checkCount("lengths of prefixes", prefixLengths.size(), LENGTHS_MAX);
    }

    private static void checkCount(String what, int count, int most) {
        if (count > most) {
            throw new IllegalArgumentException(count + " " + what + ", expected at most " + most);
        }
    }

    GatewaySettings withCore(int index, Core other) {
        List<Core> changed = new ArrayList<>(cores);
        changed.set(index, other);
        return new GatewaySettings(changed, networks, ports, prefixLengths);
    }

    GatewaySettings withNetworks(List<IndexedNetwork> others) {
        return new GatewaySettings(cores, others, ports, prefixLengths);
    }

    GatewaySettings withPrefixLengths(List<Integer> others) {
        return new GatewaySettings(cores, networks, ports, others);
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

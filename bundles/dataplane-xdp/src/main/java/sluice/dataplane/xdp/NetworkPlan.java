package sluice.dataplane.xdp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.xdp.GatewaySettings.IndexedNetwork;
import sluice.net.Ip4;

/**
 * Decides which entries belong to which network. A network that stays keeps its entries where they are, whatever comes
 * and goes around it. Pure.
 *
 * @param capacity entries for networks
 */
record NetworkPlan(int capacity) {

    /**
     * The networks after a change.
     *
     * @param current as they are
     * @param wanted as they shall be
     * @param inUse says whether a network has entries and must not go
     */
    List<IndexedNetwork> change(
            List<IndexedNetwork> current, List<NetworkEntry> wanted, Predicate<IndexedNetwork> inUse)
            throws DataPlaneException {
        List<IndexedNetwork> planned = new ArrayList<>();
        for (IndexedNetwork network : current) {
            Optional<NetworkEntry> same =
                    wanted.stream().filter(entry -> isSame(network, entry)).findFirst();
            if (same.isPresent()) {
                Ip4 gateway = same.get().gateway();
                planned.add(new IndexedNetwork(network.base(), network.last(), network.first(), gateway));
            } else if (inUse.test(network)) {
                planned.add(network);
            }
        }
        for (NetworkEntry entry : wanted) {
            if (planned.stream().noneMatch(network -> isSame(network, entry))) {
                planned.add(place(entry, planned));
            }
        }
        if (planned.size() > GatewaySettings.NETWORKS_MAX) {
            throw new DataPlaneException(
                    Reason.CAPACITY_REACHED, planned.size() + " networks, at most " + GatewaySettings.NETWORKS_MAX);
        }
        return List.copyOf(planned);
    }

    private IndexedNetwork place(NetworkEntry entry, List<IndexedNetwork> planned) throws DataPlaneException {
        long size = entry.prefix().size();
        if (size > capacity) {
            throw full(entry, planned);
        }
        int first = firstGap((int) size, entry, planned);
        IndexedNetwork network =
                new IndexedNetwork(entry.prefix().network(), entry.prefix().broadcast(), first, entry.gateway());
        for (IndexedNetwork other : planned) {
            if (other.overlaps(network)) {
                throw new DataPlaneException(
                        Reason.NETWORK_OVERLAPS, entry.prefix() + " overlaps " + other.base() + " to " + other.last());
            }
        }
        return network;
    }

    private int firstGap(int size, NetworkEntry entry, List<IndexedNetwork> planned) throws DataPlaneException {
        int from = 0;
        List<IndexedNetwork> byIndex = planned.stream()
                .sorted(Comparator.comparingInt(IndexedNetwork::first))
                .toList();
        for (IndexedNetwork other : byIndex) {
            if (other.first() - from >= size) {
                return from;
            }
            from = other.end();
        }
        if (capacity - from < size) {
            throw full(entry, planned);
        }
        return from;
    }

    private DataPlaneException full(NetworkEntry entry, List<IndexedNetwork> planned) {
        int used = planned.stream().mapToInt(IndexedNetwork::size).sum();
        return new DataPlaneException(
                Reason.CAPACITY_REACHED,
                entry.prefix() + " needs " + entry.prefix().size() + " entries, " + used + " of " + capacity
                        + " are used; raise capacity in sluice.dataplane.xdp.cfg");
    }

    private static boolean isSame(IndexedNetwork network, NetworkEntry entry) {
        return network.base().equals(entry.prefix().network())
                && network.last().equals(entry.prefix().broadcast());
    }
}

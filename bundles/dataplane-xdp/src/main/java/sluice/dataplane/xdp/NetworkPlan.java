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
 * and goes around it. One in use that becomes part of a wider one grows where it is if there is room around it; else
 * the wider one gets places of its own, to which the entries must move, and the old places are nobody's meanwhile.
 * Pure.
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
        List<IndexedNetwork> absorbed = new ArrayList<>();
        for (IndexedNetwork network : current) {
            Optional<NetworkEntry> same =
                    wanted.stream().filter(entry -> isSame(network, entry)).findFirst();
            if (same.isPresent()) {
                Ip4 gateway = same.get().gateway();
                planned.add(new IndexedNetwork(network.base(), network.last(), network.first(), gateway));
            } else if (inUse.test(network)) {
                boolean grows = wanted.stream().anyMatch(entry -> isPart(network, entry));
                (grows ? absorbed : planned).add(network);
            }
        }
        for (NetworkEntry entry : wanted) {
            if (planned.stream().noneMatch(network -> isSame(network, entry))) {
                planned.add(place(entry, planned, absorbed));
            }
        }
        if (planned.size() > GatewaySettings.NETWORKS_MAX) {
            throw new DataPlaneException(
                    Reason.CAPACITY_REACHED, planned.size() + " networks, at most " + GatewaySettings.NETWORKS_MAX);
        }
        return List.copyOf(planned);
    }

    /**
     * What is left of the networks before a change: one that is not in use and goes, or gets other places, is nobody's
     * before somebody else gets its places.
     *
     * @param current as they are
     * @param planned of {@link #change}
     * @param inUse as there
     */
    static List<IndexedNetwork> left(
            List<IndexedNetwork> current, List<IndexedNetwork> planned, Predicate<IndexedNetwork> inUse) {
        return current.stream()
                .filter(network -> inUse.test(network)
                        || planned.stream()
                                .anyMatch(stays -> stays.first() == network.first()
                                        && stays.base().equals(network.base())
                                        && stays.last().equals(network.last())))
                .toList();
    }

    private IndexedNetwork place(NetworkEntry entry, List<IndexedNetwork> planned, List<IndexedNetwork> absorbed)
            throws DataPlaneException {
        List<IndexedNetwork> taken = new ArrayList<>(planned);
        taken.addAll(absorbed);
        if (entry.prefix().size() > capacity) {
            throw full(entry, taken);
        }
        Optional<IndexedNetwork> grown = grown(entry, planned, absorbed);
        IndexedNetwork network = grown.isPresent() ? grown.get() : indexed(entry, firstGap(entry, taken));
        for (IndexedNetwork other : planned) {
            if (other.overlaps(network)) {
                throw new DataPlaneException(
                        Reason.NETWORK_OVERLAPS, entry.prefix() + " overlaps " + other.base() + " to " + other.last());
            }
        }
        return network;
    }

    /** The network around one that it absorbs, whose entries stay where they are. */
    private Optional<IndexedNetwork> grown(
            NetworkEntry entry, List<IndexedNetwork> planned, List<IndexedNetwork> absorbed) {
        return absorbed.stream()
                .filter(network -> isPart(network, entry))
                .map(network -> indexed(
                        entry,
                        network.first()
                                - (network.base().bits()
                                        - entry.prefix().network().bits())))
                .filter(wide -> wide.first() >= 0 && wide.end() <= capacity)
                .filter(wide -> planned.stream().noneMatch(other -> sharesPlaces(wide, other)))
                .filter(wide -> absorbed.stream()
                        .noneMatch(other -> sharesPlaces(wide, other)
                                && !(isPart(other, entry) && wide.indexOf(other.base()) == other.first())))
                .findFirst();
    }

    private static boolean sharesPlaces(IndexedNetwork one, IndexedNetwork other) {
        return one.first() < other.end() && other.first() < one.end();
    }

    private static IndexedNetwork indexed(NetworkEntry entry, int first) {
        return new IndexedNetwork(entry.prefix().network(), entry.prefix().broadcast(), first, entry.gateway());
    }

    private int firstGap(NetworkEntry entry, List<IndexedNetwork> taken) throws DataPlaneException {
        int size = (int) entry.prefix().size();
        int from = 0;
        List<IndexedNetwork> byIndex = taken.stream()
                .sorted(Comparator.comparingInt(IndexedNetwork::first))
                .toList();
        for (IndexedNetwork other : byIndex) {
            if (other.first() - from >= size) {
                return from;
            }
            from = Math.max(from, other.end()); // one that grew has the places of what it absorbed
        }
        if (capacity - from < size) {
            throw full(entry, taken);
        }
        return from;
    }

    private DataPlaneException full(NetworkEntry entry, List<IndexedNetwork> taken) {
        int used = taken.stream().mapToInt(IndexedNetwork::size).sum();
        return new DataPlaneException(
                Reason.CAPACITY_REACHED,
                entry.prefix() + " needs " + entry.prefix().size() + " entries, " + used + " of " + capacity
                        + " are used, or no gap is large enough; put the pools back, or raise capacity in"
                        + " sluice.dataplane.xdp.cfg and remove the data plane");
    }

    private static boolean isSame(IndexedNetwork network, NetworkEntry entry) {
        return network.base().equals(entry.prefix().network())
                && network.last().equals(entry.prefix().broadcast());
    }

    private static boolean isPart(IndexedNetwork network, NetworkEntry entry) {
        return entry.prefix().contains(network.base()) && entry.prefix().contains(network.last());
    }
}

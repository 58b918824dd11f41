package sluice.dataplane.linux;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.NetworkEntry;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.packet.io.KernelException;

/** The networks: a gateway address of each is the machine's own, answers ARP and echo on every access interface. */
final class Gateways {

    private final Elements elements;
    private final Routes routes;
    private final Predicate<Ip4Prefix> inUse;
    private List<NetworkEntry> networks = List.of();

    /**
     * Finds those that are in the kernel.
     *
     * @param inUse says whether a network has subscribers
     */
    Gateways(Elements elements, Routes routes, Predicate<Ip4Prefix> inUse) throws KernelException {
        this.elements = elements;
        this.routes = routes;
        this.inUse = inUse;
        List<NetworkEntry> found = new ArrayList<>();
        for (Elements.Found element : elements.all(KernelSet.GATEWAYS.set())) {
            Ip4 gateway = element.address();
            found.add(new NetworkEntry(Ip4Prefix.parse(element.comment()), gateway));
            routes.addLocal(gateway);
        }
        networks = List.copyOf(found);
    }

    /** Networks in use that nobody wants stay, unless a wanted one has all their addresses. */
    synchronized void set(List<NetworkEntry> wanted) throws DataPlaneException {
        List<NetworkEntry> next = new ArrayList<>(wanted);
        for (NetworkEntry old : networks) {
            if (wanted.stream().noneMatch(entry -> entry.prefix().contains(old.prefix())) && inUse.test(old.prefix())) {
                next.add(old);
            }
        }
        check(next);
        try {
            change(next);
            networks = List.copyOf(next);
        } catch (KernelException refusal) {
            DataPlaneException failure = new DataPlaneException(Reason.KERNEL, String.valueOf(refusal.getMessage()));
            failure.initCause(refusal);
            throw failure;
        }
    }

    private static void check(List<NetworkEntry> networks) throws DataPlaneException {
        for (int i = 0; i < networks.size(); i++) {
            for (NetworkEntry other : networks.subList(i + 1, networks.size())) {
                NetworkEntry one = networks.get(i);
                if (one.prefix().contains(other.prefix().network())
                        || other.prefix().contains(one.prefix().network())) {
                    throw new DataPlaneException(Reason.NETWORK_OVERLAPS, one.prefix() + " and " + other.prefix());
                }
            }
        }
    }

    private void change(List<NetworkEntry> next) throws KernelException {
        Set<NetworkEntry> gone = new HashSet<>(networks);
        next.forEach(gone::remove);
        Set<NetworkEntry> come = new HashSet<>(next);
        networks.forEach(come::remove);
        Changes changes = new Changes(elements);
        for (NetworkEntry network : gone) {
            changes.next()
                    .delete(KernelSet.GATEWAYS.set(), network.gateway().toBytes())
                    .delete(KernelSet.ARP_GATEWAYS.set(), network.gateway().toBytes());
        }
        for (NetworkEntry network : come) {
            routes.addLocal(network.gateway());
            changes.next()
                    .add(new Element(
                            KernelSet.GATEWAYS.set(),
                            network.gateway().toBytes(),
                            new ElementData.Comment(network.prefix().toString())))
                    .add(new Element(
                            KernelSet.ARP_GATEWAYS.set(), network.gateway().toBytes(), ElementData.NONE));
        }
        changes.end();
        for (NetworkEntry network : gone) {
            if (next.stream().noneMatch(other -> other.gateway().equals(network.gateway()))) {
                routes.removeLocal(network.gateway());
            }
        }
    }

    synchronized List<NetworkEntry> networks() {
        return networks;
    }
}

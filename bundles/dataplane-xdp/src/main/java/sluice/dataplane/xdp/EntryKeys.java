package sluice.dataplane.xdp;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.SubscriberEntry;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6Prefix;
import sluice.packet.io.KernelException;

/**
 * The ways to an entry beside its IPv4 address: IPv6 prefixes, routes and the PPPoE session. They are shown to the
 * programs when the entry is in force, and taken away when it is not and before somebody else can have it. Safe for any
 * thread.
 */
final class EntryKeys {

    private final SubscriberTable table;
    private final PrefixIndex<Ip6Prefix> prefixes;
    private final PrefixIndex<Ip4Prefix> routes;
    private final PppoeIndex pppoe;

    /** Adopts what the maps hold and removes what leads to nobody, as a crash leaves it. */
    EntryKeys(EntryMaps maps) throws KernelException {
        this.table = maps.table();
        this.prefixes = new PrefixIndex<>(maps.prefixes(), new PrefixKind.Ip6Keys(), this::isInstalled);
        this.routes = new PrefixIndex<>(maps.routes(), new PrefixKind.Ip4Keys(), this::isInstalled);
        this.pppoe = new PppoeIndex(maps.pppoe(), this::isKeyOf);
    }

    private boolean isInstalled(int index) {
        return index >= 0 && index < table.count() && table.isInstalled(index);
    }

    private boolean isKeyOf(PppoeKey key, int index) {
        return isInstalled(index) && table.pppoe(index).equals(Optional.of(key));
    }

    /** The entry with what stands outside it. */
    SubscriberEntry entry(int index) {
        return table.entry(index, magic(index), prefixes.of(index), routes.of(index));
    }

    /** Prefixes of an entry. */
    List<Ip6Prefix> prefixes(int index) {
        return prefixes.of(index);
    }

    /** Networks behind an entry. */
    List<Ip4Prefix> routes(int index) {
        return routes.of(index);
    }

    private synchronized int magic(int index) {
        Optional<PppoeKey> key = table.pppoe(index);
        try {
            return key.isEmpty()
                    ? 0
                    : pppoe.find(key.get()).map(PppoeIndex.Value::magic).orElse(0);
        } catch (KernelException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }

    /** Lengths of all prefixes. */
    synchronized List<Integer> lengths() {
        return prefixes.lengths();
    }

    /**
     * Puts an entry in force with its keys, or changes nothing.
     *
     * @throws DataPlaneException when a key belongs to another session or overlaps one that does, or there is no room
     */
    synchronized void put(int index, SubscriberEntry entry) throws DataPlaneException, KernelException {
        boolean known = table.isInstalled(index);
        Optional<PppoeKey> before = known ? table.pppoe(index) : Optional.empty();
        Optional<PppoeKey> key = PppoeKey.of(entry.mac(), entry.pppoeSession(), entry.tags(), entry.port());
        checkPrefixes(prefixes, "IPv6 prefixes", entry.prefixes(), entry);
        checkPrefixes(routes, "routes", entry.routes(), entry);
        checkPppoe(index, entry, key);
        putAlone(index, entry, known);
        if (key.isPresent()) {
            pppoe.put(key.get(), new PppoeIndex.Value(index, entry.pppoeMagic()));
        }
        prefixes.change(index, entry.prefixes());
        routes.change(index, entry.routes());
        if (before.isPresent() && !before.equals(key)) {
            pppoe.remove(before.get(), index);
        }
    }

    private void putAlone(int index, SubscriberEntry entry, boolean known) {
        if (known) {
            table.change(index, entry);
        } else {
            table.install(index, entry);
        }
    }

    private <P extends Comparable<P>> void checkPrefixes(
            PrefixIndex<P> index, String what, List<P> wanted, SubscriberEntry entry) throws DataPlaneException {
        int more = 0;
        for (P prefix : wanted) {
            OptionalInt other = index.overlapping(prefix, held -> table.session(held) != entry.session());
            if (other.isPresent()) {
                throw taken(Reason.CONFLICT, prefix + " or a part of it", other.getAsInt());
            }
            more += index.find(prefix).isPresent() ? 0 : 1;
        }
        if (more > 0 && index.isFull(more)) {
            throw new DataPlaneException(Reason.CAPACITY_REACHED, "no room for " + more + " more " + what);
        }
    }

    private void checkPppoe(int index, SubscriberEntry entry, Optional<PppoeKey> key)
            throws DataPlaneException, KernelException {
        if (key.isEmpty()) {
            return;
        }
        Optional<PppoeIndex.Value> other = pppoe.find(key.get());
        if (other.isPresent() && other.get().index() != index) {
            int held = other.get().index();
            if (table.session(held) != entry.session()) {
                throw taken(Reason.ADDRESS_IN_USE, "PPPoE session " + entry.pppoeSession(), held);
            }
        }
        if (other.isEmpty() && pppoe.isFull()) {
            throw new DataPlaneException(Reason.CAPACITY_REACHED, "no room for another PPPoE session");
        }
    }

    private DataPlaneException taken(Reason reason, String what, int holder) {
        return new DataPlaneException(
                reason, what + " belongs to session " + Long.toUnsignedString(table.session(holder)));
    }

    /** Takes the ways to an entry away that is not in force any more. */
    synchronized void release(int index) throws KernelException {
        prefixes.change(index, List.of());
        routes.change(index, List.of());
        Optional<PppoeKey> key = table.pppoe(index);
        if (key.isPresent()) {
            pppoe.remove(key.get(), index);
        }
    }

    /** Leads all ways to one entry to another that is the same. */
    synchronized void move(int from, int to) throws KernelException {
        prefixes.move(from, to);
        routes.move(from, to);
        Optional<PppoeKey> key = table.pppoe(from);
        if (key.isPresent()) {
            pppoe.put(key.get(), new PppoeIndex.Value(to, magic(from)));
        }
    }
}

package sluice.dataplane.xdp;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.SubscriberEntry;
import sluice.net.Ip6Prefix;
import sluice.packet.io.KernelException;

/**
 * The ways to an entry beside its IPv4 address: IPv6 prefixes and the PPPoE session. They are shown to the programs
 * when the entry is in force, and taken away when it is not and before somebody else can have it. Safe for any thread.
 */
final class EntryKeys {

    private final SubscriberTable table;
    private final PrefixIndex prefixes;
    private final PppoeIndex pppoe;

    /** Adopts what the maps hold and removes what leads to nobody, as a crash leaves it. */
    EntryKeys(SubscriberTable table, BpfMap prefixes, BpfMap pppoe) throws KernelException {
        this.table = table;
        this.prefixes = new PrefixIndex(prefixes, table.count(), table::isInstalled);
        this.pppoe = new PppoeIndex(pppoe, this::isKeyOf);
    }

    private boolean isKeyOf(PppoeKey key, int index) {
        return index >= 0
                && index < table.count()
                && table.isInstalled(index)
                && table.pppoe(index).equals(Optional.of(key));
    }

    /** The entry with what stands outside it. */
    SubscriberEntry entry(int index) {
        return table.entry(index, magic(index), prefixes.of(index));
    }

    /** Prefixes of an entry. */
    List<Ip6Prefix> prefixes(int index) {
        return prefixes.of(index);
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
     * @throws DataPlaneException when a key belongs to another session, or there is no room
     */
    synchronized void put(int index, SubscriberEntry entry) throws DataPlaneException, KernelException {
        boolean known = table.isInstalled(index);
        Optional<PppoeKey> before = known ? table.pppoe(index) : Optional.empty();
        Optional<PppoeKey> key = PppoeKey.of(entry.mac(), entry.pppoeSession(), entry.tags(), entry.port());
        if (before.isEmpty()
                && key.isEmpty()
                && entry.prefixes().isEmpty()
                && prefixes.of(index).isEmpty()) {
            putAlone(index, entry, known);
            return;
        }
        checkPrefixes(index, entry);
        checkPppoe(index, entry, key);
        putAlone(index, entry, known);
        if (key.isPresent()) {
            pppoe.put(key.get(), new PppoeIndex.Value(index, entry.pppoeMagic()));
        }
        prefixes.change(index, entry.prefixes());
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

    private void checkPrefixes(int index, SubscriberEntry entry) throws DataPlaneException, KernelException {
        int more = 0;
        for (Ip6Prefix prefix : entry.prefixes()) {
            OptionalInt other = prefixes.find(prefix);
            if (other.isPresent() && other.getAsInt() != index) {
                checkSession(prefix.toString(), other.getAsInt(), entry);
            }
            more += other.isPresent() ? 0 : 1;
        }
        if (more > 0 && prefixes.isFull(more)) {
            throw new DataPlaneException(Reason.CAPACITY_REACHED, "no room for " + more + " more IPv6 prefixes");
        }
    }

    private void checkPppoe(int index, SubscriberEntry entry, Optional<PppoeKey> key)
            throws DataPlaneException, KernelException {
        if (key.isEmpty()) {
            return;
        }
        Optional<PppoeIndex.Value> other = pppoe.find(key.get());
        if (other.isPresent() && other.get().index() != index) {
            checkSession("PPPoE session " + entry.pppoeSession(), other.get().index(), entry);
        }
        if (other.isEmpty() && pppoe.isFull()) {
            throw new DataPlaneException(Reason.CAPACITY_REACHED, "no room for another PPPoE session");
        }
    }

    private void checkSession(String what, int other, SubscriberEntry entry) throws DataPlaneException {
        if (table.session(other) != entry.session()) {
            throw new DataPlaneException(
                    Reason.ADDRESS_IN_USE, what + " belongs to session " + Long.toUnsignedString(table.session(other)));
        }
    }

    /** Takes the ways to an entry away that is not in force any more. */
    synchronized void release(int index) throws KernelException {
        prefixes.change(index, List.of());
        Optional<PppoeKey> key = table.pppoe(index);
        if (key.isPresent()) {
            pppoe.remove(key.get(), index);
        }
    }

    /** Leads all ways to one entry to another that is the same. */
    synchronized void move(int from, int to) throws KernelException {
        prefixes.move(from, to);
        Optional<PppoeKey> key = table.pppoe(from);
        if (key.isPresent()) {
            pppoe.put(key.get(), new PppoeIndex.Value(to, magic(from)));
        }
    }
}

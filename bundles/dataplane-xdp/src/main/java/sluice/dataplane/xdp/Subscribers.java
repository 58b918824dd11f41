package sluice.dataplane.xdp;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import sluice.dataplane.api.DataPlane;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.ProbedEntry;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.xdp.GatewaySettings.Core;
import sluice.dataplane.xdp.GatewaySettings.IndexedNetwork;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.net.Ip6Prefix;
import sluice.net.MacAddress;
import sluice.packet.io.KernelException;

/**
 * Who may send and receive: the entries in the maps, addressed as {@link DataPlane} wants it. What it finds at birth
 * goes on.
 *
 * <p>{@link #networks} and {@link #nextHop} take some milliseconds, the rest microseconds.
 */
final class Subscribers implements DataPlane {

    private final EntryMaps maps;
    private final ConfigTable config;
    private final SubscriberTable table;
    private final SpareEntries spare;
    private final EntryKeys keys;
    private final EntryMoves moves;
    private final int spareFirst;

    /** Entries are changed under the read lock, networks and lengths of prefixes under the write lock. */
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    private volatile GatewaySettings settings;

    /**
     * Adopts what the maps hold and puts the interfaces of this machine in force.
     *
     * @throws KernelException and nothing is changed, also when an entry's access interface has become another one
     */
    Subscribers(EntryMaps maps, List<Core> cores, List<GatewaySettings.Port> ports) throws KernelException {
        this.maps = maps;
        this.config = maps.config();
        this.table = maps.table();
        Optional<GatewaySettings> before = config.read();
        new PortOrder(before.map(GatewaySettings::ports).orElse(List.of()), ports).check(table);
        this.spareFirst = table.count() - maps.spareCount();
        this.spare = new SpareEntries(maps.outside(), spareFirst, maps.spareCount());
        adoptSpareEntries();
        this.keys = new EntryKeys(maps);
        this.moves = new EntryMoves(table, spare, keys, spareFirst);
        if (before.isPresent()) {
            moves.recover(before.get());
        }
        List<Core> known = before.map(GatewaySettings::cores).orElse(List.of());
        settings = new GatewaySettings(
                cores.stream().map(core -> withKnownHops(core, known)).toList(),
                before.map(GatewaySettings::networks).orElse(List.of()),
                ports,
                before.map(GatewaySettings::prefixLengths).orElse(List.of()));
        config.write(settings);
    }

    private static Core withKnownHops(Core core, List<Core> known) {
        return known.stream()
                .filter(old -> old.ifindex() == core.ifindex())
                .findFirst()
                .map(core::withMissingOf)
                .orElse(core);
    }

    /** A crash between entry and address leaves one without the other: it is forgotten. */
    private void adoptSpareEntries() throws KernelException {
        for (int index = spareFirst; index < table.count(); index++) {
            if (table.isInstalled(index)) {
                if (table.address(index).equals(Ip4.ANY)) {
                    spare.adopt(table.session(index), index);
                } else if (spare.find(table.session(index), table.address(index))
                                .orElse(-1)
                        != index) {
                    table.remove(index);
                }
            }
        }
        for (Map.Entry<Ip4, Integer> known : spare.addresses()) {
            if (!table.isInstalled(known.getValue())) {
                spare.release(0, known.getKey());
            }
        }
    }

    GatewaySettings settings() {
        return settings;
    }

    /** The router behind a core interface has this address for IPv4 from now on. */
    void nextHop(int core, MacAddress mac) {
        changeCore(core, known -> known.withNextHop(mac));
    }

    /** The router behind a core interface has this address for IPv6 from now on. */
    void nextHop6(int core, MacAddress mac) {
        changeCore(core, known -> known.withNextHop6(mac));
    }

    /** The router behind a core interface is gone: others that are known get its share. The last one known stays. */
    void lostHop(int core) {
        if (settings.cores().stream()
                        .filter(known -> known.nextHop().isPresent())
                        .count()
                > 1) {
            changeCore(core, Core::withoutNextHop);
        }
    }

    /** As {@link #lostHop}, for IPv6. */
    void lostHop6(int core) {
        if (settings.cores().stream()
                        .filter(known -> known.nextHop6().isPresent())
                        .count()
                > 1) {
            changeCore(core, Core::withoutNextHop6);
        }
    }

    /** This is our own IPv6 address on a core interface from now on. */
    void address6(int core, Ip6 address) {
        changeCore(core, known -> known.withAddress6(address));
    }

    private void changeCore(int core, UnaryOperator<Core> change) {
        lock.writeLock().lock();
        try {
            write(settings.withCore(core, change.apply(settings.cores().get(core))));
        } catch (KernelException refusal) {
            throw new IllegalStateException(refusal);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void write(GatewaySettings changed) throws KernelException {
        config.write(changed);
        settings = changed;
    }

    @Override
    public void networks(List<NetworkEntry> networks) throws DataPlaneException {
        lock.writeLock().lock();
        try {
            List<IndexedNetwork> planned =
                    new NetworkPlan(spareFirst).change(settings.networks(), networks, this::isInUse);
            GatewaySettings changed = settings.withNetworks(planned);
            if (!changed.equals(settings)) {
                GatewaySettings left =
                        settings.withNetworks(NetworkPlan.left(settings.networks(), planned, this::isInUse));
                if (!left.equals(settings)) {
                    write(left);
                }
                moves.begin(settings, changed);
                write(changed);
            }
            moves.finish(changed);
        } catch (KernelException refusal) {
            throw kernel(refusal);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private boolean isInUse(IndexedNetwork network) {
        for (int index = network.first(); index < network.end(); index++) {
            if (table.isInstalled(index)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void install(SubscriberEntry entry) throws DataPlaneException {
        Set<Integer> lengths = entry.prefixes().stream().map(Ip6Prefix::length).collect(Collectors.toSet());
        lock.readLock().lock();
        try {
            if (settings.prefixLengths().containsAll(lengths)) {
                putInPlace(entry);
                return;
            }
        } finally {
            lock.readLock().unlock();
        }
        lock.writeLock().lock();
        try {
            admitLengths(lengths);
            putInPlace(entry); // before somebody else needs the place of a length that nobody uses
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void putInPlace(SubscriberEntry entry) throws DataPlaneException {
        try {
            checkPort(entry);
            Optional<IndexedNetwork> network = networkOf(entry.address());
            if (network.isPresent()) {
                put(network.get().indexOf(entry.address()), entry);
            } else {
                putSpare(entry);
            }
        } catch (KernelException refusal) {
            throw kernel(refusal);
        }
    }

    /** Address 0.0.0.0 is in no network, whatever the networks are. */
    private Optional<IndexedNetwork> networkOf(Ip4 address) {
        return address.equals(Ip4.ANY) ? Optional.empty() : settings.networkOf(address);
    }

    private void putSpare(SubscriberEntry entry) throws DataPlaneException, KernelException {
        boolean known = spare.find(entry.session(), entry.address()).isPresent();
        int index = spare.reserve(entry.session(), entry.address());
        try {
            put(index, entry);
            spare.publish(entry.address());
        } catch (DataPlaneException | KernelException refusal) {
            if (!known) {
                spare.release(entry.session(), entry.address());
            }
            throw refusal;
        }
    }

    /** Makes the programs look for prefixes of these lengths too. */
    private void admitLengths(Set<Integer> wanted) throws DataPlaneException {
        try {
            Set<Integer> lengths = new HashSet<>(settings.prefixLengths());
            lengths.addAll(wanted);
            if (lengths.size() > GatewaySettings.LENGTHS_MAX) {
                lengths.retainAll(keys.lengths());
                lengths.addAll(wanted);
            }
            if (lengths.size() > GatewaySettings.LENGTHS_MAX) {
                throw new DataPlaneException(
                        Reason.CAPACITY_REACHED,
                        "IPv6 prefixes of lengths " + lengths + ", at most " + GatewaySettings.LENGTHS_MAX
                                + " lengths");
            }
            write(settings.withPrefixLengths(List.copyOf(lengths)));
        } catch (KernelException refusal) {
            throw kernel(refusal);
        }
    }

    private void checkPort(SubscriberEntry entry) throws DataPlaneException {
        if (entry.port() < 0 || entry.port() >= settings.ports().size()) {
            throw new DataPlaneException(
                    Reason.UNKNOWN_PORT,
                    "port " + entry.port() + ", there are " + settings.ports().size());
        }
    }

    private void put(int index, SubscriberEntry entry) throws DataPlaneException, KernelException {
        if (table.isInstalled(index) && table.session(index) != entry.session()) {
            throw new DataPlaneException(
                    Reason.ADDRESS_IN_USE,
                    entry.address() + " belongs to session " + Long.toUnsignedString(table.session(index)));
        }
        keys.put(index, entry);
    }

    @Override
    public Optional<Traffic> stop(long session, Ip4 address) {
        lock.readLock().lock();
        try {
            OptionalInt index = find(session, address);
            if (index.isEmpty()) {
                return Optional.empty();
            }
            table.stop(index.getAsInt());
            return Optional.of(table.traffic(index.getAsInt()));
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public Optional<Traffic> remove(long session, Ip4 address) throws DataPlaneException {
        lock.readLock().lock();
        try {
            OptionalInt index = find(session, address);
            if (index.isEmpty()) {
                return Optional.empty();
            }
            table.remove(index.getAsInt());
            Traffic last = table.traffic(index.getAsInt());
            keys.release(index.getAsInt());
            if (index.getAsInt() >= spareFirst) {
                spare.release(session, address);
            }
            return Optional.of(last);
        } catch (KernelException refusal) {
            throw kernel(refusal);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public Optional<Traffic> read(long session, Ip4 address) {
        lock.readLock().lock();
        try {
            OptionalInt index = find(session, address);
            return index.isEmpty() ? Optional.empty() : Optional.of(table.traffic(index.getAsInt()));
        } finally {
            lock.readLock().unlock();
        }
    }

    private OptionalInt find(long session, Ip4 address) {
        OptionalInt index = indexOf(session, address);
        boolean found =
                index.isPresent() && table.isInstalled(index.getAsInt()) && table.session(index.getAsInt()) == session;
        return found ? index : OptionalInt.empty();
    }

    private OptionalInt indexOf(long session, Ip4 address) {
        Optional<IndexedNetwork> network = networkOf(address);
        return network.isPresent() ? OptionalInt.of(network.get().indexOf(address)) : spare.find(session, address);
    }

    @Override
    public List<SubscriberEntry> entries() {
        return rows(Integer.MAX_VALUE).stream().map(Row::entry).toList();
    }

    /**
     * An entry with what the operator wants to see beside it.
     *
     * @param index of its place in the kernel's array
     * @param open false when it was stopped
     */
    record Row(int index, SubscriberEntry entry, boolean open, Traffic traffic) {}

    /** The first {@code max} entries, by network and address. */
    List<Row> rows(int max) {
        List<Row> rows = new ArrayList<>();
        lock.readLock().lock();
        try {
            for (IndexedNetwork network : settings.networks()) {
                for (int index = network.first(); index < network.end() && rows.size() < max; index++) {
                    addRow(rows, index);
                }
            }
            for (int index = spareFirst; index < table.count() && rows.size() < max; index++) {
                addRow(rows, index);
            }
        } finally {
            lock.readLock().unlock();
        }
        return rows;
    }

    /** A look at whether the maps fit together. */
    EntryAudit audit() {
        return new EntryAudit(maps, settings, keys);
    }

    /** How the kernel has an entry. */
    List<ProbedEntry.Detail> details(int index) {
        return table.details(index);
    }

    private void addRow(List<Row> rows, int index) {
        if (table.isInstalled(index)) {
            rows.add(new Row(index, keys.entry(index), table.isOpen(index), table.traffic(index)));
        }
    }

    private static DataPlaneException kernel(KernelException refusal) {
        DataPlaneException failure = new DataPlaneException(Reason.KERNEL, String.valueOf(refusal.getMessage()));
        failure.initCause(refusal);
        return failure;
    }
}

package sluice.dataplane.xdp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import sluice.dataplane.api.DataPlane;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.NetworkEntry;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.xdp.GatewaySettings.IndexedNetwork;
import sluice.net.Ip4;
import sluice.net.MacAddress;
import sluice.packet.io.KernelException;

/**
 * Who may send and receive: the entries in the maps, addressed as {@link DataPlane} wants it. What it finds at birth
 * goes on.
 *
 * <p>{@link #networks} and {@link #nextHop} take some milliseconds, the rest microseconds.
 */
final class Subscribers implements DataPlane {

    private final ConfigTable config;
    private final SubscriberTable table;
    private final SpareEntries spare;
    private final int spareFirst;

    /** Entries are changed under the read lock, networks under the write lock. */
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    private volatile GatewaySettings settings;

    /**
     * Adopts what the maps hold and puts the interfaces of this machine in force.
     *
     * @param spareCount how many entries at the end of the table are for addresses outside the networks
     */
    Subscribers(
            ConfigTable config,
            SubscriberTable table,
            BpfMap outside,
            int spareCount,
            GatewaySettings.Core core,
            List<GatewaySettings.Port> ports)
            throws KernelException {
        this.config = config;
        this.table = table;
        this.spareFirst = table.count() - spareCount;
        this.spare = new SpareEntries(outside, spareFirst, spareCount);
        dropHalfInstalled();
        Optional<GatewaySettings> before = config.read();
        List<IndexedNetwork> networks = before.map(GatewaySettings::networks).orElse(List.of());
        Optional<MacAddress> nextHop = before.map(GatewaySettings::core)
                .filter(old -> old.ifindex() == core.ifindex())
                .flatMap(GatewaySettings.Core::nextHop);
        GatewaySettings.Core known = new GatewaySettings.Core(
                core.ifindex(), core.mtu(), core.mac(), core.nextHop().or(() -> nextHop));
        settings = new GatewaySettings(known, networks, ports);
        config.write(settings);
    }

    /** A crash between entry and address leaves one without the other. */
    private void dropHalfInstalled() throws KernelException {
        for (int index = spareFirst; index < table.count(); index++) {
            if (table.isInstalled(index)
                    && spare.find(table.entry(index).address()).orElse(-1) != index) {
                table.remove(index);
            }
        }
        for (Ip4 address : spare.addresses()) {
            if (!table.isInstalled(spare.find(address).orElseThrow())) {
                spare.release(address);
            }
        }
    }

    GatewaySettings settings() {
        return settings;
    }

    /** The router in the core has this address from now on. */
    void nextHop(MacAddress mac) {
        lock.writeLock().lock();
        try {
            GatewaySettings changed = settings.withNextHop(mac);
            config.write(changed);
            settings = changed;
        } catch (KernelException refusal) {
            throw new IllegalStateException(refusal);
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public void networks(List<NetworkEntry> networks) throws DataPlaneException {
        lock.writeLock().lock();
        try {
            List<IndexedNetwork> planned =
                    new NetworkPlan(spareFirst).change(settings.networks(), networks, this::isInUse);
            GatewaySettings changed = settings.withNetworks(planned);
            if (changed.equals(settings)) {
                return;
            }
            List<Ip4> moved = moveIn(changed);
            config.write(changed);
            settings = changed;
            for (Ip4 address : moved) {
                table.remove(spare.find(address).orElseThrow());
                spare.release(address);
            }
        } catch (KernelException refusal) {
            throw kernel(refusal);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Addresses that were outside and are now in a network take their entries and counters along. */
    private List<Ip4> moveIn(GatewaySettings changed) {
        List<Ip4> moved = new ArrayList<>();
        for (Ip4 address : spare.addresses()) {
            Optional<IndexedNetwork> network = changed.networkOf(address);
            if (network.isPresent()) {
                table.copy(spare.find(address).orElseThrow(), network.get().indexOf(address));
                moved.add(address);
            }
        }
        return moved;
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
        lock.readLock().lock();
        try {
            checkPort(entry);
            Optional<IndexedNetwork> network = settings.networkOf(entry.address());
            if (network.isPresent()) {
                put(network.get().indexOf(entry.address()), entry);
            } else {
                put(spare.reserve(entry.address()), entry);
                spare.publish(entry.address());
            }
        } catch (KernelException refusal) {
            throw kernel(refusal);
        } finally {
            lock.readLock().unlock();
        }
    }

    private void checkPort(SubscriberEntry entry) throws DataPlaneException {
        if (entry.port() < 0 || entry.port() >= settings.ports().size()) {
            throw new DataPlaneException(
                    Reason.UNKNOWN_PORT,
                    "port " + entry.port() + ", there are " + settings.ports().size());
        }
    }

    private void put(int index, SubscriberEntry entry) throws DataPlaneException {
        if (!table.isInstalled(index)) {
            table.install(index, entry);
        } else if (table.session(index) == entry.session()) {
            table.change(index, entry);
        } else {
            throw new DataPlaneException(
                    Reason.ADDRESS_IN_USE,
                    entry.address() + " belongs to session " + Long.toUnsignedString(table.session(index)));
        }
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
            if (index.getAsInt() >= spareFirst) {
                spare.release(address);
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
        OptionalInt index = indexOf(address);
        boolean found =
                index.isPresent() && table.isInstalled(index.getAsInt()) && table.session(index.getAsInt()) == session;
        return found ? index : OptionalInt.empty();
    }

    private OptionalInt indexOf(Ip4 address) {
        Optional<IndexedNetwork> network = settings.networkOf(address);
        return network.isPresent() ? OptionalInt.of(network.get().indexOf(address)) : spare.find(address);
    }

    @Override
    public List<SubscriberEntry> entries() {
        return rows(Integer.MAX_VALUE).stream().map(Row::entry).toList();
    }

    /**
     * An entry with what the operator wants to see beside it.
     *
     * @param open false when it was stopped
     */
    record Row(SubscriberEntry entry, boolean open, Traffic traffic) {}

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

    private void addRow(List<Row> rows, int index) {
        if (table.isInstalled(index)) {
            rows.add(new Row(table.entry(index), table.isOpen(index), table.traffic(index)));
        }
    }

    private static DataPlaneException kernel(KernelException refusal) {
        DataPlaneException failure = new DataPlaneException(Reason.KERNEL, String.valueOf(refusal.getMessage()));
        failure.initCause(refusal);
        return failure;
    }
}

package sluice.dataplane.linux;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.api.Treatment;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.packet.io.KernelException;

/**
 * The subscribers in the kernel's sets and what is known of them here. The kernel has the truth: it is read once, at
 * the start. Safe for any thread; a call takes a fraction of a millisecond.
 */
final class Subscribers {

    /** What every subscriber has from its installation to its removal. */
    private static final List<KernelSet> COUNTERS = List.of(
            KernelSet.UPLOAD,
            KernelSet.DOWNLOAD,
            KernelSet.UPLOAD_DROPPED,
            KernelSet.DOWNLOAD_DROPPED,
            KernelSet.SPOOFED,
            KernelSet.REFUSED);

    private final Elements elements;
    private final Routes routes;
    private final List<Integer> ports;
    private final int capacity;
    private final Map<Ip4, Held> held = new HashMap<>();

    /**
     * What is installed at an address.
     *
     * @param open whether its packets pass
     */
    record Held(SubscriberEntry entry, boolean open) {}

    /**
     * Finds those that are in the kernel, and leads packets to them again, since interfaces may have come anew.
     *
     * @param ports indexes of the access interfaces
     */
    Subscribers(Elements elements, Routes routes, List<Integer> ports, int capacity) throws KernelException {
        this.elements = elements;
        this.routes = routes;
        this.ports = List.copyOf(ports);
        this.capacity = capacity;
        Set<Bytes> online = keys(KernelSet.ONLINE);
        for (Elements.Element element : elements.all(KernelSet.ENTRIES)) {
            Ip4 address = element.address();
            Optional<SubscriberEntry> entry = EntryText.read(address, element.comment());
            if (entry.isPresent() && entry.get().port() < ports.size()) {
                held.put(address, new Held(entry.get(), online.contains(element.key())));
            }
        }
        reconcile();
    }

    private Set<Bytes> keys(KernelSet set) throws KernelException {
        return elements.all(set).stream().map(Elements.Element::key).collect(Collectors.toSet());
    }

    /** Makes lines and routes those of the entries: interfaces have new indexes after a restart of their driver. */
    private void reconcile() throws KernelException {
        for (KernelSet set : Line.SETS) {
            Set<Bytes> surplus = keys(set);
            Set<Bytes> missing = held.values().stream()
                    .filter(Held::open)
                    .flatMap(found -> lines(found.entry()).stream())
                    .filter(line -> line.set() == set)
                    .map(Line::key)
                    .collect(Collectors.toSet());
            missing.removeIf(surplus::remove);
            Changes changes = new Changes(elements);
            for (Bytes key : surplus) {
                changes.next().delete(set, key);
            }
            for (Bytes key : missing) {
                changes.next().add(set, key);
            }
            changes.end();
        }
        for (Held found : held.values()) {
            if (found.open()) {
                lead(found.entry());
            }
        }
    }

    private void lead(SubscriberEntry entry) throws KernelException {
        routes.put(entry.address(), ports.get(entry.port()), entry.mac());
    }

    private List<Line> lines(SubscriberEntry entry) {
        return Line.of(entry, ports.get(entry.port()));
    }

    synchronized void install(SubscriberEntry entry) throws DataPlaneException {
        Offer.check(entry, ports.size());
        Optional<Held> before = Optional.ofNullable(held.get(entry.address()));
        if (before.isPresent() && before.get().entry().session() != entry.session()) {
            throw new DataPlaneException(Reason.ADDRESS_IN_USE, entry.address() + " has another session");
        }
        if (before.isEmpty() && held.size() >= capacity) {
            throw new DataPlaneException(Reason.CAPACITY_REACHED, capacity + " subscribers");
        }
        try {
            lead(entry);
            elements.apply(installation(entry, before));
            held.put(entry.address(), new Held(entry, true));
            if (before.isPresent() && before.get().entry().port() != entry.port()) {
                routes.removeNeighbour(
                        entry.address(), ports.get(before.get().entry().port()));
            }
        } catch (KernelException refusal) {
            throw refused(refusal);
        }
    }

    private ElementBatch installation(SubscriberEntry entry, Optional<Held> before) {
        Bytes key = entry.address().toBytes();
        ElementBatch batch = new ElementBatch();
        before.ifPresent(old -> {
            batch.delete(KernelSet.ENTRIES, key);
            if (old.open()) {
                close(batch, old.entry());
            }
        });
        batch.add(KernelSet.ENTRIES, key, EntryText.write(entry));
        for (KernelSet counter : COUNTERS) {
            batch.add(counter, key);
        }
        Optional<SubscriberEntry> old = before.map(Held::entry);
        limit(batch, KernelSet.UPLOAD_RATES, key, old.map(SubscriberEntry::upload), entry.upload());
        limit(batch, KernelSet.DOWNLOAD_RATES, key, old.map(SubscriberEntry::download), entry.download());
        open(batch, entry);
        return batch;
    }

    /** A bucket whose rate stays is left as full as it is. */
    private static void limit(ElementBatch batch, KernelSet set, Bytes key, Optional<Policer> before, Policer limit) {
        if (before.filter(limit::equals).isPresent()) {
            return;
        }
        if (before.filter(old -> !old.isUnlimited()).isPresent()) {
            batch.delete(set, key);
        }
        if (!limit.isUnlimited()) {
            batch.add(set, key, limit);
        }
    }

    private void open(ElementBatch batch, SubscriberEntry entry) {
        lines(entry).forEach(line -> batch.add(line.set(), line.key()));
        batch.add(KernelSet.ONLINE, entry.address().toBytes());
        if (entry.treatment().access() == Treatment.Access.BLOCKED) {
            batch.add(KernelSet.BLOCKED, entry.address().toBytes());
        }
    }

    private void close(ElementBatch batch, SubscriberEntry entry) {
        lines(entry).forEach(line -> batch.delete(line.set(), line.key()));
        batch.delete(KernelSet.ONLINE, entry.address().toBytes());
        if (entry.treatment().access() == Treatment.Access.BLOCKED) {
            batch.delete(KernelSet.BLOCKED, entry.address().toBytes());
        }
    }

    synchronized Optional<Traffic> stop(long session, Ip4 address) throws DataPlaneException {
        Optional<Held> found = find(session, address);
        try {
            if (found.filter(Held::open).isPresent()) {
                SubscriberEntry entry = found.get().entry();
                ElementBatch batch = new ElementBatch();
                close(batch, entry);
                elements.apply(batch);
                held.put(address, new Held(entry, false));
            }
            return found.isEmpty() ? Optional.empty() : Optional.of(traffic(address));
        } catch (KernelException refusal) {
            throw refused(refusal);
        }
    }

    synchronized Optional<Traffic> remove(long session, Ip4 address) throws DataPlaneException {
        Optional<Traffic> last = stop(session, address);
        if (last.isEmpty()) {
            return last;
        }
        Held found = find(session, address).orElseThrow();
        Bytes key = address.toBytes();
        ElementBatch batch = new ElementBatch().delete(KernelSet.ENTRIES, key);
        for (KernelSet counter : COUNTERS) {
            batch.delete(counter, key);
        }
        limit(batch, KernelSet.UPLOAD_RATES, key, Optional.of(found.entry().upload()), Policer.UNLIMITED);
        limit(batch, KernelSet.DOWNLOAD_RATES, key, Optional.of(found.entry().download()), Policer.UNLIMITED);
        try {
            elements.apply(batch);
            held.remove(address);
            routes.remove(address, ports.get(found.entry().port()));
        } catch (KernelException refusal) {
            throw refused(refusal);
        }
        return last;
    }

    synchronized Optional<Traffic> read(long session, Ip4 address) {
        try {
            return find(session, address).isEmpty() ? Optional.empty() : Optional.of(traffic(address));
        } catch (KernelException refusal) {
            throw new IllegalStateException(refusal);
        }
    }

    private Optional<Held> find(long session, Ip4 address) {
        return Optional.ofNullable(held.get(address))
                .filter(found -> found.entry().session() == session);
    }

    private Traffic traffic(Ip4 address) throws KernelException {
        List<Elements.Element> counted = new ArrayList<>();
        for (KernelSet counter : COUNTERS) {
            counted.add(elements.read(counter, address.toBytes()).orElse(Elements.Element.NONE));
        }
        Elements.Element up = counted.get(0);
        Elements.Element down = counted.get(1);
        Elements.Element upDropped = counted.get(2);
        Elements.Element downDropped = counted.get(3);
        return new Traffic(
                up.packets(),
                up.bytes(),
                down.packets(),
                down.bytes(),
                0,
                0,
                0,
                0,
                upDropped.packets(),
                downDropped.packets(),
                upDropped.bytes(),
                downDropped.bytes(),
                counted.get(4).packets(),
                counted.get(5).packets());
    }

    /** What is installed, in no order. */
    synchronized Collection<Held> all() {
        return List.copyOf(held.values());
    }

    private static DataPlaneException refused(KernelException refusal) {
        DataPlaneException failure = new DataPlaneException(Reason.KERNEL, String.valueOf(refusal.getMessage()));
        failure.initCause(refusal);
        return failure;
    }
}

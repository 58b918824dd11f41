package sluice.dataplane.linux;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.DataPlaneException.Reason;
import sluice.dataplane.api.DataPlaneProbe.Contradiction;
import sluice.dataplane.api.EntryId;
import sluice.dataplane.api.ProbedEntry;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Traffic;
import sluice.dataplane.linux.Width.Kind;
import sluice.net.Ip4;
import sluice.net.Ip6Prefix;
import sluice.packet.io.KernelException;

/**
 * The subscribers in the kernel and what is known of them here. The kernel has the truth: it is read once, at the
 * start. Safe for any thread; a call takes a fraction of a millisecond.
 */
final class Subscribers {

    /** What can be shaped: classes are slow to make beyond it, and a number has 16 bits there. */
    static final int SHAPED_MAX = 2000;

    private static final int CLASS_NUMBER_MAX = 0xfffe;
    private static final int LENGTH_AT = 20;

    private final Elements elements;
    private final Rules rules;
    private final Routes routes;
    private final Shaper shaper;
    private final Meter meter;
    private final Plan plan;
    private final Offer offer;
    private final int capacity;
    private final Map<Place, Subscriber> held = new HashMap<>();
    private final BitSet numbers = new BitSet();
    private final PrefixOwners owners = new PrefixOwners();
    private int shaped;

    /**
     * What an entry is found by.
     *
     * @param session of one without an IPv4 address, else 0
     */
    private record Place(long session, Ip4 address) {
        static Place of(long session, Ip4 address) {
            return new Place(address.isAny() ? session : 0, address);
        }

        static Place of(SubscriberEntry entry) {
            return of(entry.session(), entry.address());
        }
    }

    /** Finds those that are in the kernel, and leads packets to them again, since interfaces may have come anew. */
    Subscribers(Elements elements, Rules rules, Routes routes, Shaper shaper, Plan plan, Offer offer, int capacity)
            throws KernelException {
        this.elements = elements;
        this.rules = rules;
        this.routes = routes;
        this.shaper = shaper;
        this.meter = new Meter(elements, shaper);
        this.plan = plan;
        this.offer = offer;
        this.capacity = capacity;
        new PortOrder(elements, plan.ports()).check(rules.widths());
        find();
        Map<Integer, Subscriber> byNumber =
                held.values().stream().collect(Collectors.toMap(Subscriber::number, found -> found));
        reconcile();
        shaper.reconcile(byNumber);
        for (Subscriber found : held.values()) {
            if (found.open()) {
                routes.put(found, plan.ports().get(found.entry().port()));
            }
        }
    }

    private void find() throws KernelException {
        for (Elements.Found found : elements.all(KernelSet.ENTRIES.set())) {
            numbers.set(found.number());
        }
        inKernel().forEach(this::keep);
    }

    /** What is installed as the kernel has it now; nothing that was kept here is asked. */
    List<Subscriber> inKernel() throws KernelException {
        Set<Integer> online = elements.all(KernelSet.ONLINE.set()).stream()
                .map(Elements.Found::number)
                .collect(Collectors.toSet());
        Map<Integer, List<Addresses>> networks = new HashMap<>();
        for (Elements.Found found : elements.all(KernelSet.PREFIXES.set())) {
            Ip6Prefix mapped =
                    new Ip6Prefix(found.address6(Integer.BYTES), found.key().at(LENGTH_AT));
            networks.computeIfAbsent(found.number(), number -> new ArrayList<>())
                    .add(new Addresses(mapped));
        }
        List<Subscriber> subscribers = new ArrayList<>();
        for (Elements.Found found : elements.all(KernelSet.ENTRIES.set())) {
            int number = found.number();
            List<Addresses> own = networks.getOrDefault(number, List.of()).stream()
                    .sorted(Comparator.comparing(Addresses::mapped))
                    .toList();
            EntryText.read(found.comment(), own)
                    .filter(entry -> entry.port() < plan.ports().size())
                    .ifPresent(entry -> subscribers.add(new Subscriber(number, entry, online.contains(number))));
        }
        return subscribers;
    }

    private void keep(Subscriber subscriber) {
        Optional<Subscriber> before = Optional.ofNullable(held.put(Place.of(subscriber.entry()), subscriber));
        before.ifPresent(this::release);
        Plan.networks(subscriber.entry()).forEach(own -> owners.put(own.mapped(), subscriber.number()));
        shaped += shaper.shapes(subscriber) ? 1 : 0;
    }

    private void release(Subscriber subscriber) {
        Plan.networks(subscriber.entry()).forEach(own -> owners.remove(own.mapped(), subscriber.number()));
        shaped -= shaper.shapes(subscriber) ? 1 : 0;
    }

    /** Makes the ways those of the entries: interfaces have new indexes after a restart of their driver. */
    private void reconcile() throws KernelException {
        Map<Element.Key, Element> missing = new HashMap<>();
        for (Subscriber found : held.values()) {
            if (found.open()) {
                plan.ways(found).forEach(way -> missing.put(way.id(), way));
            }
        }
        Changes changes = new Changes(elements);
        for (Width width : rules.widths()) {
            for (Kind kind : Kind.values()) {
                SetName map = width.map(kind);
                for (Elements.Found found : elements.all(map)) {
                    if (missing.remove(new Element.Key(map, found.key())) == null) {
                        changes.next().delete(map, found.key());
                    }
                }
            }
        }
        for (Element way : missing.values()) {
            changes.next().add(way);
        }
        changes.end();
    }

    synchronized void install(SubscriberEntry entry) throws DataPlaneException {
        offer.check(entry);
        Optional<Subscriber> before = Optional.ofNullable(held.get(Place.of(entry)));
        if (before.filter(old -> old.open() && old.entry().equals(entry)).isPresent()) {
            return;
        }
        if (before.isPresent() && before.get().entry().session() != entry.session()) {
            throw new DataPlaneException(Reason.ADDRESS_IN_USE, entry.address() + " has another session");
        }
        Subscriber after = new Subscriber(before.map(Subscriber::number).orElseGet(this::free), entry, true);
        checkRoom(before, after);
        Set<Subscriber> losers = losers(after);
        try {
            rules.prepare(entry);
            for (Subscriber loser : losers) {
                change(Optional.of(loser), loser.withEntry(without(loser.entry(), entry)));
            }
            change(before, after);
        } catch (KernelException refusal) {
            throw refused(refusal);
        }
    }

    private int free() {
        return numbers.nextClearBit(1);
    }

    private void checkRoom(Optional<Subscriber> before, Subscriber after) throws DataPlaneException {
        if (before.isEmpty() && held.size() >= capacity) {
            throw new DataPlaneException(Reason.CAPACITY_REACHED, capacity + " subscribers");
        }
        boolean another = shaper.shapes(after) && !before.filter(shaper::shapes).isPresent();
        if (another && (shaped >= SHAPED_MAX || after.number() > CLASS_NUMBER_MAX)) {
            throw new DataPlaneException(Reason.CAPACITY_REACHED, SHAPED_MAX + " subscribers that are shaped");
        }
    }

    /** Other entries of the session that have one of the prefixes or routes so far. */
    private Set<Subscriber> losers(Subscriber after) throws DataPlaneException {
        Set<Subscriber> losers = new HashSet<>();
        for (Addresses addresses : Plan.networks(after.entry())) {
            var overlap = owners.overlapping(addresses.mapped(), after.number());
            if (overlap.isPresent()) {
                int number = overlap.get().getValue();
                Subscriber owner = held.values().stream()
                        .filter(found -> found.number() == number)
                        .findFirst()
                        .orElseThrow();
                if (owner.entry().session() != after.entry().session()) {
                    throw new DataPlaneException(
                            Reason.CONFLICT, addresses + " of " + owner.entry().address());
                }
                losers.add(owner);
            }
        }
        return losers;
    }

    private static SubscriberEntry without(SubscriberEntry loser, SubscriberEntry winner) {
        return new SubscriberEntry(
                loser.session(),
                loser.port(),
                loser.tags(),
                loser.mac(),
                loser.pppoeSession(),
                loser.pppoeMagic(),
                loser.address(),
                loser.prefixes().stream()
                        .filter(prefix -> !winner.prefixes().contains(prefix))
                        .toList(),
                loser.routes().stream()
                        .filter(route -> !winner.routes().contains(route))
                        .toList(),
                loser.upload(),
                loser.download(),
                loser.treatment());
    }

    /** Classes come before packets are led to them, and go when none are. */
    private void change(Optional<Subscriber> before, Subscriber after) throws KernelException {
        int ifindex = plan.ports().get(after.entry().port());
        if (after.open()) {
            shaper.put(after);
            routes.put(after, ifindex);
        }
        ElementBatch batch = new ElementBatch();
        if (before.isPresent()) {
            Subscriber old = before.get();
            shaper.retire(old, after);
            batch.change(withoutRetired(old, after), plan.elements(after));
        } else {
            batch.change(List.of(), plan.elements(after)).change(List.of(), Plan.counters(after.number()));
        }
        elements.apply(batch);
        numbers.set(after.number());
        keep(after);
        if (before.isPresent() && after.open()) {
            routes.remove(before.get(), plan.ports().get(before.get().entry().port()), after, ifindex);
        }
    }

    private List<Element> withoutRetired(Subscriber before, Subscriber after) {
        Set<SetName> retired = new HashSet<>();
        for (Direction direction : Direction.values()) {
            if (shaper.retires(before, after, direction)) {
                retired.add(direction.classes().set());
            }
        }
        return plan.elements(before).stream()
                .filter(element -> !retired.contains(element.set()))
                .toList();
    }

    synchronized Optional<Traffic> stop(long session, Ip4 address) throws DataPlaneException {
        Optional<Subscriber> found = get(session, address);
        try {
            if (found.filter(Subscriber::open).isPresent()) {
                change(found, found.get().closed());
            }
            return found.isEmpty()
                    ? Optional.empty()
                    : Optional.of(meter.read(List.of(found.get().closed())).getFirst());
        } catch (KernelException refusal) {
            throw refused(refusal);
        }
    }

    synchronized Optional<Traffic> remove(long session, Ip4 address) throws DataPlaneException {
        Optional<Traffic> last = stop(session, address);
        if (last.isEmpty()) {
            return last;
        }
        Subscriber found = get(session, address).orElseThrow();
        try {
            ElementBatch batch = new ElementBatch();
            batch.change(plan.elements(found), List.of()).change(Plan.counters(found.number()), List.of());
            shaper.forget(batch, found.number());
            elements.apply(batch);
            release(found);
            held.remove(Place.of(found.entry()));
            numbers.clear(found.number());
            routes.remove(found, plan.ports().get(found.entry().port()));
        } catch (KernelException refusal) {
            throw refused(refusal);
        }
        return last;
    }

    synchronized Optional<Traffic> read(long session, Ip4 address) {
        return readAll(List.of(new EntryId(session, address))).getFirst();
    }

    synchronized List<Optional<Traffic>> readAll(List<EntryId> entries) {
        List<Optional<Subscriber>> found = entries.stream()
                .map(entry -> get(entry.session(), entry.address()))
                .toList();
        try {
            Iterator<Traffic> read = meter.read(
                            found.stream().flatMap(Optional::stream).toList())
                    .iterator();
            return found.stream().map(one -> one.map(there -> read.next())).toList();
        } catch (KernelException refusal) {
            throw new IllegalStateException(refusal);
        }
    }

    private Optional<Subscriber> get(long session, Ip4 address) {
        return Optional.ofNullable(held.get(Place.of(session, address)))
                .filter(found -> found.entry().session() == session);
    }

    /** What is installed, in no order. */
    synchronized Collection<Subscriber> all() {
        return List.copyOf(held.values());
    }

    /** In which sets the kernel has a subscriber, and what it lets pass. */
    List<ProbedEntry.Detail> details(int number) throws KernelException {
        List<KernelSet> sets = List.of(KernelSet.values()).stream()
                .filter(KernelSet::isOfSubscribers)
                .toList();
        List<Elements.Found> found = elements.read(sets, number);
        List<String> has = new ArrayList<>();
        for (int i = 0; i < sets.size(); i++) {
            Elements.Found element = found.get(i);
            if (!element.key().isEmpty()) {
                has.add(sets.get(i).describe(element));
            }
        }
        return List.of(new ProbedEntry.Detail("Kernel sets", String.join(", ", has)));
    }

    /** Where the tables in the kernel contradict each other. */
    List<Contradiction> contradictions() throws KernelException {
        return new EntryAudit(elements, routes, shaper, plan, rules.widths()).run(this::all);
    }

    private static DataPlaneException refused(KernelException refusal) {
        DataPlaneException failure = new DataPlaneException(Reason.KERNEL, String.valueOf(refusal.getMessage()));
        failure.initCause(refusal);
        return failure;
    }
}

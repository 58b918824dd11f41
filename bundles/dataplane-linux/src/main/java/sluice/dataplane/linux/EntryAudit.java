package sluice.dataplane.linux;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import sluice.dataplane.api.DataPlaneProbe.Contradiction;
import sluice.net.Bytes;
import sluice.packet.io.KernelException;

/**
 * Whether the sets, buckets, classes and routes in the kernel are those of the subscribers that are installed: each of
 * them there and with what it is to have, and none that is nobody's. Reads all of them; takes milliseconds for each
 * thousand subscribers.
 */
final class EntryAudit {

    /** Those that are not made of subscribers. */
    private static final Set<KernelSet> OTHERS = EnumSet.of(
            KernelSet.PORTAL_FLOWS,
            KernelSet.GATEWAYS,
            KernelSet.ARP_GATEWAYS,
            KernelSet.ARP_RATES,
            KernelSet.ARP_LINE_RATES);

    /** There only when a class has gone. */
    private static final Set<KernelSet> LEFTOVERS =
            EnumSet.of(KernelSet.UPLOAD_SENT, KernelSet.DOWNLOAD_SENT, KernelSet.UPLOAD_LOST, KernelSet.DOWNLOAD_LOST);

    private final Elements elements;
    private final Routes routes;
    private final Shaper shaper;
    private final Plan plan;
    private final List<Width> widths;

    EntryAudit(Elements elements, Routes routes, Shaper shaper, Plan plan, List<Width> widths) {
        this.elements = elements;
        this.routes = routes;
        this.shaper = shaper;
        this.plan = plan;
        this.widths = widths;
    }

    /** Looks twice when something does not fit, since subscribers come and go meanwhile; what is wrong stays wrong. */
    List<Contradiction> run(Supplier<Collection<Subscriber>> installed) throws KernelException {
        Set<Contradiction> found = look(installed.get());
        if (!found.isEmpty()) {
            found.retainAll(look(installed.get()));
        }
        return List.copyOf(found);
    }

    private Set<Contradiction> look(Collection<Subscriber> installed) throws KernelException {
        Set<Contradiction> found = new LinkedHashSet<>();
        lookAtSets(installed, found);
        lookAtRoutes(installed, found);
        lookAtClasses(installed, found);
        return found;
    }

    private void lookAtSets(Collection<Subscriber> installed, Set<Contradiction> found) throws KernelException {
        Map<Element.Key, Owned> wanted = new HashMap<>();
        for (Subscriber subscriber : installed) {
            Stream.concat(plan.elements(subscriber).stream(), Plan.counters(subscriber.number()).stream())
                    .forEach(element -> wanted.put(element.id(), new Owned(subscriber, element)));
        }
        Map<Integer, Long> sessions = installed.stream()
                .collect(Collectors.toMap(Subscriber::number, one -> one.entry().session()));
        for (SetName set : sets()) {
            boolean leftover = LEFTOVERS.stream().anyMatch(one -> one.set().equals(set));
            for (Elements.Found element : elements.all(set)) {
                Owned owned = wanted.remove(new Element.Key(set, element.key()));
                if (owned != null) {
                    owned.compare(element, found);
                } else if (!leftover || !sessions.containsKey(element.number())) {
                    String subject = set.label() + " " + element.key().toHex();
                    found.add(new Contradiction(0, subject, "is in the kernel and is nobody's"));
                }
            }
        }
        wanted.values().forEach(owned -> found.add(owned.contradiction("is missing in the kernel")));
    }

    private List<SetName> sets() {
        Stream<SetName> fixed = Arrays.stream(KernelSet.values())
                .filter(set -> !OTHERS.contains(set))
                .map(KernelSet::set);
        Stream<SetName> ways = widths.stream()
                .flatMap(width -> Arrays.stream(Width.Kind.values()).map(width::map));
        return Stream.concat(fixed, ways).toList();
    }

    private void lookAtRoutes(Collection<Subscriber> installed, Set<Contradiction> found) throws KernelException {
        Map<Addresses, Integer> there = routes.all();
        for (Subscriber subscriber : installed) {
            int device = plan.ports().get(subscriber.entry().port());
            long session = subscriber.entry().session();
            for (Addresses addresses : Plan.addresses(subscriber.entry())) {
                Integer by = there.remove(addresses);
                if (subscriber.open() && (by == null || by != device)) {
                    String sentence = by == null ? "has no route" : "is routed to another interface";
                    found.add(new Contradiction(session, addresses.toString(), sentence));
                }
            }
        }
        there.keySet()
                .forEach(addresses ->
                        found.add(new Contradiction(0, addresses.toString(), "is routed and is nobody's")));
    }

    private void lookAtClasses(Collection<Subscriber> installed, Set<Contradiction> found) throws KernelException {
        Map<Integer, Set<Integer>> there = shaper.all();
        for (Subscriber subscriber : installed) {
            for (Direction direction : Direction.values()) {
                if (shaper.lacks(subscriber, direction, there)) {
                    String subject = direction.classes().set().label();
                    found.add(
                            new Contradiction(subscriber.entry().session(), subject, "leads to a class that is gone"));
                }
            }
        }
        there.forEach((device, numbers) -> numbers.forEach(number -> found.add(
                new Contradiction(0, "class " + number + " of interface " + device, "is there and is nobody's"))));
    }

    /** An element that is to be there. */
    private record Owned(Subscriber subscriber, Element element) {

        Contradiction contradiction(String sentence) {
            return new Contradiction(subscriber.entry().session(), element.set().label(), sentence);
        }

        void compare(Elements.Found there, Set<Contradiction> found) {
            String difference = switch (element.data()) {
                case ElementData.Comment(String text) ->
                    text.equals(there.comment()) ? "" : "says \"" + there.comment() + "\" in the kernel";
                case ElementData.Value(int value) -> differs(ElementData.register(value), there.data());
                case ElementData.ClassId(int value) -> differs(ElementData.register(value), there.data());
                case ElementData.Jump(String chain) ->
                    chain.equals(there.data().toUtf8())
                            ? ""
                            : "leads to " + there.data().toUtf8();
                case ElementData.Limit limit ->
                    limit.bytesPerSecond() == there.bytes()
                            ? ""
                            : "lets " + there.bytes() * Byte.SIZE + " bit/s pass, not " + limit.policer();
                case ElementData.Counter counter -> "";
            };
            if (!difference.isEmpty()) {
                found.add(contradiction(difference));
            }
        }

        private static String differs(Bytes wanted, Bytes there) {
            return wanted.equals(there) ? "" : "gives " + there.toHex() + ", not " + wanted.toHex();
        }
    }
}

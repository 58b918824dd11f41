package sluice.dataplane.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Treatment;
import sluice.dataplane.linux.Width.Kind;
import sluice.net.Bytes;
import sluice.net.Ip6Prefix;

/**
 * What a subscriber is made of in the kernel.
 *
 * @param ports indexes of the access interfaces
 * @param shaping whether rates have classes
 */
record Plan(List<Integer> ports, Shaping shaping) {

    /** What every subscriber has from its installation to its removal, in the order in which it is read. */
    static final List<KernelSet> COUNTERS = List.of(
            KernelSet.UPLOAD,
            KernelSet.DOWNLOAD,
            KernelSet.UPLOAD6,
            KernelSet.DOWNLOAD6,
            KernelSet.UPLOAD_DROPPED,
            KernelSet.DOWNLOAD_DROPPED,
            KernelSet.SPOOFED,
            KernelSet.REFUSED);

    Plan {
        ports = List.copyOf(ports);
    }

    /** All addresses that are the subscriber's own. */
    static List<Addresses> addresses(SubscriberEntry entry) {
        Stream<Addresses> own = entry.address().isAny() ? Stream.empty() : Stream.of(Addresses.of(entry.address()));
        return Stream.concat(own, networks(entry).stream()).distinct().toList();
    }

    /** Those beside the subscriber's own of IPv4: prefixes and routes. */
    static List<Addresses> networks(SubscriberEntry entry) {
        return Stream.concat(
                        entry.prefixes().stream().map(Addresses::new),
                        entry.routes().stream().map(Addresses::of))
                .toList();
    }

    /** The elements that count, which are made once. */
    static List<Element> counters(int number) {
        Bytes key = ElementData.register(number);
        return COUNTERS.stream()
                .map(counter -> new Element(counter.set(), key, ElementData.COUNTER))
                .toList();
    }

    /** The elements of a subscriber beside those that count. */
    List<Element> elements(Subscriber subscriber) {
        SubscriberEntry entry = subscriber.entry();
        Bytes number = ElementData.register(subscriber.number());
        List<Element> elements = new ArrayList<>();
        elements.add(new Element(KernelSet.ENTRIES.set(), number, new ElementData.Comment(EntryText.write(entry))));
        for (Addresses network : networks(entry)) {
            Ip6Prefix mapped = network.mapped();
            Bytes key = number.plus(mapped.network().toBytes()).plus(Bytes.of(mapped.length(), 0, 0, 0));
            elements.add(new Element(KernelSet.PREFIXES.set(), key, ElementData.NONE));
        }
        if (!entry.upload().isUnlimited()) {
            elements.add(new Element(KernelSet.UPLOAD_RATES.set(), number, new ElementData.Limit(entry.upload())));
        }
        if (!entry.download().isUnlimited()) {
            elements.add(new Element(KernelSet.DOWNLOAD_RATES.set(), number, new ElementData.Limit(entry.download())));
        }
        if (subscriber.open()) {
            elements.add(new Element(KernelSet.ONLINE.set(), number, ElementData.NONE));
            elements.addAll(ways(subscriber));
            addTreatment(elements, number, entry.treatment());
            addLine(elements, number, entry);
            addClasses(elements, subscriber);
        }
        return elements;
    }

    /** The elements that find an open subscriber of a packet. */
    List<Element> ways(Subscriber subscriber) {
        SubscriberEntry entry = subscriber.entry();
        ElementData number = new ElementData.Value(subscriber.number());
        Bytes line =
                ElementData.register(ports.get(entry.port())).plus(ElementData.register(LineMark.of(entry.tags())));
        Bytes strict = line.plus(entry.mac().toBytes()).plus(Bytes.of(0, 0));
        List<Element> ways = new ArrayList<>();
        for (Addresses addresses : addresses(entry)) {
            Width width = addresses.width();
            Bytes network = addresses.network();
            ways.add(new Element(width.map(Kind.TO), network, number));
            switch (entry.treatment().identity()) {
                case LOOSE -> ways.add(new Element(width.map(Kind.LOOSE), line.plus(network), number));
                case LOG_ONLY -> {
                    ways.add(new Element(width.map(Kind.FROM), strict.plus(network), number));
                    ways.add(new Element(width.map(Kind.LOGGED), network, number));
                }
                default -> ways.add(new Element(width.map(Kind.FROM), strict.plus(network), number));
            }
        }
        return ways;
    }

    private static void addTreatment(List<Element> elements, Bytes number, Treatment treatment) {
        switch (treatment.access()) {
            case WALLED -> {
                String garden = "garden_" + treatment.garden();
                addJump(elements, KernelSet.REACH_UP, number, garden + "_up");
                addJump(elements, KernelSet.REACH_DOWN, number, garden + "_down");
            }
            case BLOCKED -> {
                addJump(elements, KernelSet.REACH_UP, number, "blocked");
                addJump(elements, KernelSet.REACH_DOWN, number, "blocked");
            }
            default -> {
                // everywhere
            }
        }
        treatment.dscpUp().ifPresent(dscp -> addJump(elements, KernelSet.DSCP_UP, number, "dscp_" + dscp));
        treatment.dscpDown().ifPresent(dscp -> addJump(elements, KernelSet.DSCP_DOWN, number, "dscp_" + dscp));
        if (treatment.maxSegmentSize() != 0) {
            addJump(elements, KernelSet.SEGMENTS, number, "segments_" + treatment.maxSegmentSize());
        }
    }

    private static void addJump(List<Element> elements, KernelSet map, Bytes number, String chain) {
        elements.add(new Element(map.set(), number, new ElementData.Jump(chain)));
    }

    private static void addLine(List<Element> elements, Bytes number, SubscriberEntry entry) {
        if (!entry.tags().isEmpty()) {
            ElementData line = new ElementData.Value(
                    LineMark.leaving(entry.tags(), entry.treatment().priority()));
            elements.add(new Element(KernelSet.LINES.set(), number, line));
            if (!entry.address().isAny()) {
                elements.add(
                        new Element(KernelSet.ARP_LINES.set(), entry.address().toBytes(), line));
            }
        }
    }

    private void addClasses(List<Element> elements, Subscriber subscriber) {
        for (Direction direction : Direction.values()) {
            if (shaping == Shaping.HTB && !direction.rate(subscriber.entry()).isUnlimited()) {
                elements.add(shaped(direction, subscriber.number()));
            }
        }
    }

    /** What leads a subscriber's packets to its class. */
    static Element shaped(Direction direction, int number) {
        return new Element(
                direction.classes().set(),
                ElementData.register(number),
                new ElementData.ClassId(HtbClasses.id(number)));
    }
}

package sluice.dataplane.linux;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import sluice.net.Bytes;
import sluice.net.VlanTag;
import sluice.packet.io.KernelException;

/**
 * Gives subscribers whose rates are limited a class in each direction, and keeps what a class has counted when it goes.
 * One thread at a time. With {@link Shaping#POLICER} it takes away what an earlier start has left.
 */
final class Shaper {

    private final Elements elements;
    private final HtbClasses classes;
    private final Shaping shaping;
    private final List<Integer> access;
    private final List<Integer> core;

    /**
     * With what is there already.
     *
     * @param access indexes of the access interfaces
     * @param core index of the core interface; one only when something is shaped
     */
    Shaper(Elements elements, HtbClasses classes, Shaping shaping, List<Integer> access, List<Integer> core) {
        this.elements = elements;
        this.classes = classes;
        this.shaping = shaping;
        this.access = List.copyOf(access);
        this.core = List.copyOf(core);
    }

    private int device(Subscriber subscriber, Direction direction) {
        return direction == Direction.UP
                ? core.getFirst()
                : access.get(subscriber.entry().port());
    }

    /** The inner of two tags is part of the packet when it comes into the queue, the outer is beside it. */
    private static int framing(Subscriber subscriber, Direction direction) {
        return direction == Direction.DOWN && subscriber.entry().tags().size() < 2 ? VlanTag.LENGTH : 0;
    }

    private boolean wants(Subscriber subscriber, Direction direction) {
        return shaping == Shaping.HTB
                && subscriber.open()
                && !direction.rate(subscriber.entry()).isUnlimited();
    }

    /** Whether the subscriber has a class, or is to have one. */
    boolean shapes(Subscriber subscriber) {
        return wants(subscriber, Direction.UP) || wants(subscriber, Direction.DOWN);
    }

    /** Makes the classes of an open subscriber, or gives them their rates. Packets find them through the elements. */
    void put(Subscriber subscriber) throws KernelException {
        for (Direction direction : Direction.values()) {
            if (wants(subscriber, direction)) {
                classes.put(
                        device(subscriber, direction),
                        subscriber.number(),
                        direction.rate(subscriber.entry()),
                        framing(subscriber, direction));
            }
        }
    }

    /** Takes away the classes that the subscriber has and will not have, or not at this interface. */
    void retire(Subscriber before, Subscriber after) throws KernelException {
        for (Direction direction : Direction.values()) {
            if (retires(before, after, direction)) {
                Elements.Found offered = offered(before.number(), direction);
                Bytes key = ElementData.register(before.number());
                elements.apply(new ElementBatch().delete(direction.classes().set(), key));
                HtbClasses.Count last = classes.remove(device(before, direction), before.number())
                        .withFraming(framing(before, direction));
                keep(before.number(), direction, offered, last.packets(), last.bytes());
            }
        }
    }

    /** Whether {@link #retire} takes the element of a class away too. */
    boolean retires(Subscriber before, Subscriber after, Direction direction) {
        return wants(before, direction)
                && (!wants(after, direction) || device(before, direction) != device(after, direction));
    }

    private Elements.Found offered(int number, Direction direction) throws KernelException {
        return elements.read(List.of(direction.classes()), number).getFirst();
    }

    /** Adds what a class that is gone has counted to what there is of former ones. */
    private void keep(int number, Direction direction, Elements.Found offered, long packets, long bytes)
            throws KernelException {
        List<Elements.Found> former = elements.read(List.of(direction.sent(), direction.lost()), number);
        long lostPackets = Math.max(0, offered.packets() - packets);
        long lostBytes = Math.max(0, offered.bytes() - bytes);
        ElementBatch batch = new ElementBatch();
        replace(batch, direction.sent(), number, former.get(0), packets, bytes);
        replace(batch, direction.lost(), number, former.get(1), lostPackets, lostBytes);
        elements.apply(batch);
    }

    private static void replace(
            ElementBatch batch, KernelSet set, int number, Elements.Found former, long packets, long bytes) {
        Bytes key = ElementData.register(number);
        if (!former.key().isEmpty()) {
            batch.delete(set.set(), key);
        }
        batch.add(new Element(
                set.set(), key, new ElementData.Counter(former.packets() + packets, former.bytes() + bytes)));
    }

    /** Forgets what former classes have counted. */
    void forget(ElementBatch batch, int number) throws KernelException {
        for (Direction direction : Direction.values()) {
            for (KernelSet set : List.of(direction.sent(), direction.lost())) {
                if (!elements.read(List.of(set), number).getFirst().key().isEmpty()) {
                    batch.delete(set.set(), ElementData.register(number));
                }
            }
        }
    }

    /** Those that count what is shaped. */
    static List<KernelSet> sets(Direction direction) {
        return List.of(direction.classes(), direction.sent(), direction.lost());
    }

    /**
     * What was shaped of a subscriber.
     *
     * @param found its elements in {@link #sets}
     */
    Shaped read(Subscriber subscriber, Direction direction, List<Elements.Found> found) throws KernelException {
        Elements.Found offered = found.get(0);
        HtbClasses.Count count = wants(subscriber, direction)
                ? classes.read(device(subscriber, direction), subscriber.number())
                        .withFraming(framing(subscriber, direction))
                : HtbClasses.Count.NONE;
        long packets = offered.packets() - count.packets() - count.waiting();
        long bytes = offered.bytes() - count.bytes() - count.waitingBytes();
        return new Shaped(
                count.packets() + found.get(1).packets(),
                count.bytes() + found.get(1).bytes(),
                Math.max(0, packets) + found.get(2).packets(),
                Math.max(0, bytes) + found.get(2).bytes());
    }

    /**
     * Of one direction.
     *
     * @param packets that left the classes
     * @param lostPackets that found no room in the queue
     */
    record Shaped(long packets, long bytes, long lostPackets, long lostBytes) {}

    /** The numbers of those that have classes, by interface. */
    Map<Integer, Set<Integer>> all() throws KernelException {
        Map<Integer, Set<Integer>> there = new HashMap<>();
        for (int device : Stream.concat(access.stream(), core.stream()).toList()) {
            there.put(device, classes.all(device));
        }
        return there;
    }

    /** Whether a class that the subscriber is to have is not there, and takes note of it if it is. */
    boolean lacks(Subscriber subscriber, Direction direction, Map<Integer, Set<Integer>> there) {
        return wants(subscriber, direction)
                && !there.getOrDefault(device(subscriber, direction), Set.of()).remove(subscriber.number());
    }

    /** Makes of the classes there are those that there are to be: interfaces come anew, settings change. */
    void reconcile(Map<Integer, Subscriber> subscribers) throws KernelException {
        Map<Integer, Set<Integer>> there = all();
        for (Direction direction : Direction.values()) {
            Map<Integer, Elements.Found> offered = new HashMap<>();
            for (Elements.Found found : elements.all(direction.classes().set())) {
                offered.put(found.number(), found);
            }
            for (Subscriber subscriber : subscribers.values()) {
                Optional<Elements.Found> element = Optional.ofNullable(offered.remove(subscriber.number()));
                boolean exists = there.getOrDefault(device(subscriber, direction), Set.of())
                        .remove(subscriber.number());
                reconcile(subscriber, direction, element, exists);
            }
            for (Elements.Found nobodys : offered.values()) {
                elements.apply(new ElementBatch().delete(direction.classes().set(), nobodys.key()));
            }
        }
        for (Map.Entry<Integer, Set<Integer>> surplus : there.entrySet()) {
            for (int number : surplus.getValue()) {
                classes.remove(surplus.getKey(), number);
            }
        }
    }

    private void reconcile(Subscriber subscriber, Direction direction, Optional<Elements.Found> element, boolean exists)
            throws KernelException {
        int number = subscriber.number();
        int device = device(subscriber, direction);
        boolean whole = element.isPresent() && exists;
        if (element.isPresent() && !(whole && wants(subscriber, direction))) {
            elements.apply(new ElementBatch().delete(direction.classes().set(), ElementData.register(number)));
        }
        if (whole && wants(subscriber, direction)) {
            classes.put(device, number, direction.rate(subscriber.entry()), framing(subscriber, direction));
            return;
        }
        Elements.Found offered = element.orElse(Elements.Found.NONE);
        if (exists) {
            HtbClasses.Count last = classes.remove(device, number).withFraming(framing(subscriber, direction));
            keep(number, direction, offered, last.packets(), last.bytes());
        } else if (element.isPresent()) { // what the class has lost went with its interface
            keep(number, direction, offered, offered.packets(), offered.bytes());
        }
        if (wants(subscriber, direction)) {
            classes.put(device, number, direction.rate(subscriber.entry()), framing(subscriber, direction));
            elements.apply(new ElementBatch().add(Plan.shaped(direction, number)));
        }
    }
}

package sluice.dataplane.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import sluice.dataplane.api.Traffic;
import sluice.packet.io.KernelException;

/**
 * Reads the counters of a subscriber. What left its classes and what passed without one is what was delivered. Of
 * packets that found no room in a class it is not known how many were IPv6: as many as its share of those offered.
 */
final class Meter {

    private static final List<KernelSet> SETS = Stream.of(
                    Plan.COUNTERS, Shaper.sets(Direction.UP), Shaper.sets(Direction.DOWN))
            .flatMap(List::stream)
            .toList();
    private static final int UP_AT = Plan.COUNTERS.size();
    private static final int DOWN_AT = UP_AT + Shaper.sets(Direction.UP).size();

    private final Elements elements;
    private final Shaper shaper;

    Meter(Elements elements, Shaper shaper) {
        this.elements = elements;
        this.shaper = shaper;
    }

    /** In their order. */
    List<Traffic> read(List<Subscriber> subscribers) throws KernelException {
        List<List<Elements.Found>> found =
                elements.read(SETS, subscribers.stream().map(Subscriber::number).toList());
        List<Traffic> read = new ArrayList<>();
        for (int i = 0; i < subscribers.size(); i++) {
            read.add(traffic(subscribers.get(i), found.get(i)));
        }
        return read;
    }

    private Traffic traffic(Subscriber subscriber, List<Elements.Found> found) throws KernelException {
        Elements.Found up = found.get(0);
        Elements.Found down = found.get(1);
        Shaper.Shaped upShaped = shaper.read(subscriber, Direction.UP, found.subList(UP_AT, DOWN_AT));
        Shaper.Shaped downShaped = shaper.read(subscriber, Direction.DOWN, found.subList(DOWN_AT, SETS.size()));
        Elements.Found up6 = delivered6(found.get(2), up, upShaped);
        Elements.Found down6 = delivered6(found.get(3), down, downShaped);
        return new Traffic(
                up.packets() + upShaped.packets(),
                up.bytes() + upShaped.bytes(),
                down.packets() + downShaped.packets(),
                down.bytes() + downShaped.bytes(),
                up6.packets(),
                up6.bytes(),
                down6.packets(),
                down6.bytes(),
                found.get(4).packets() + upShaped.lostPackets(),
                found.get(5).packets() + downShaped.lostPackets(),
                found.get(4).bytes() + upShaped.lostBytes(),
                found.get(5).bytes() + downShaped.lostBytes(),
                found.get(6).packets(),
                found.get(7).packets());
    }

    private static Elements.Found delivered6(Elements.Found offered6, Elements.Found plain, Shaper.Shaped shaped) {
        long packets = plain.packets() + shaped.packets();
        long bytes = plain.bytes() + shaped.bytes();
        return new Elements.Found(
                offered6.key(),
                "",
                offered6.data(),
                share(offered6.packets(), packets, shaped.lostPackets()),
                share(offered6.bytes(), bytes, shaped.lostBytes()));
    }

    private static long share(long offered6, long delivered, long lost) {
        return lost == 0
                ? Math.min(offered6, delivered)
                : Math.min(delivered, Math.round((double) offered6 * delivered / (delivered + lost)));
    }
}

package sluice.dataplane.linux;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.BiConsumer;
import sluice.dataplane.linux.Sighting.Point;
import sluice.net.Bytes;

/**
 * Tells what became of packets by seeing them twice: one that came and left was let through, one that came and did not
 * leave for long enough was not. Frames are told in the order of their times. For one thread.
 */
final class Passages {

    /** More are told undecided. */
    static final int WAITING_MAX = 4096;

    private final long patienceMillis;
    private final PriorityQueue<Waiting> waiting =
            new PriorityQueue<>(Comparator.comparing((Waiting one) -> one.sighting.time()));
    private final Map<Place, Deque<Waiting>> unpaired = new HashMap<>();

    private record Place(Point point, Bytes key) {}

    private static final class Waiting {
        private final Sighting sighting;
        private final Optional<Place> place;
        private final long until;
        private Optional<Outcome> outcome;
        private boolean paired;

        Waiting(Sighting sighting, Optional<Place> place, long until, Optional<Outcome> outcome) {
            this.sighting = sighting;
            this.place = place;
            this.until = until;
            this.outcome = outcome;
        }
    }

    /** @param patienceMillis how long a packet may take through the gateway */
    Passages(long patienceMillis) {
        this.patienceMillis = patienceMillis;
    }

    /**
     * Takes a frame.
     *
     * @param known what is known of it without seeing it again
     */
    void see(Sighting sighting, Optional<Outcome> known, long now) {
        Optional<Bytes> key = known.isPresent() ? Optional.empty() : sighting.key();
        Optional<Place> place = key.map(bytes -> new Place(sighting.point(), bytes));
        Waiting one = new Waiting(sighting, place, now + (key.isPresent() ? patienceMillis : 0), known);
        waiting.add(one);
        if (key.isPresent()) {
            Place partner = new Place(sighting.point().partner(), key.get());
            Waiting other = unpaired.getOrDefault(partner, new ArrayDeque<>()).poll();
            if (other == null) {
                unpaired.computeIfAbsent(place.get(), none -> new ArrayDeque<>())
                        .add(one);
            } else {
                forgetEmpty(partner);
                pair(one);
                pair(other);
            }
        }
    }

    private static void pair(Waiting one) {
        one.paired = true;
        one.outcome = Optional.of(one.sighting.point().isUp() ? Outcome.FORWARDED_UP : Outcome.FORWARDED_DOWN);
    }

    private void forgetEmpty(Place place) {
        unpaired.computeIfPresent(place, (same, left) -> left.isEmpty() ? null : left);
    }

    /**
     * Tells of the frames whose fate is known.
     *
     * @param whole false when frames were lost before they came here, so that not having seen one says little
     */
    void tell(long now, boolean whole, BiConsumer<Sighting, Outcome> listener) {
        Waiting head = waiting.peek();
        while (head != null && (head.outcome.isPresent() || now >= head.until || waiting.size() > WAITING_MAX)) {
            waiting.remove();
            Waiting one = head;
            if (!one.paired && one.place.isPresent()) {
                unpaired.getOrDefault(one.place.get(), new ArrayDeque<>()).remove(one);
                forgetEmpty(one.place.get());
            }
            boolean sure = whole && now >= one.until;
            outcome(one, sure).ifPresent(outcome -> listener.accept(one.sighting, outcome));
            head = waiting.peek();
        }
    }

    /** Empty for the other half of what is told of already. */
    private static Optional<Outcome> outcome(Waiting one, boolean sure) {
        Outcome unseen = sure ? Outcome.NOT_LEFT : Outcome.UNSURE;
        return switch (one.sighting.point()) {
            case LINE_IN -> Optional.of(one.outcome.orElse(unseen));
            case LINE_OUT -> Optional.of(one.outcome.orElse(Outcome.BY_GATEWAY));
            case CORE_IN -> one.paired ? Optional.empty() : Optional.of(one.outcome.orElse(unseen));
            case CORE_OUT -> Optional.empty();
        };
    }
}

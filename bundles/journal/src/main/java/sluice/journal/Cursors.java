package sluice.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Where every reader of the event log stands. Safe for any thread. */
final class Cursors {
    private static final class Place {
        private long committed;
        private long lost;
        private boolean held;
        private boolean moved;
    }

    private final Map<String, Place> places = new TreeMap<>();
    private boolean moved;

    /** Puts a cursor where it stood; a later mark of the same name wins. */
    synchronized void restore(CursorMark mark) {
        Place place = places.computeIfAbsent(mark.name(), _ -> new Place());
        place.committed = Math.max(place.committed, mark.committed());
        place.lost = Math.max(place.lost, mark.lost());
    }

    /**
     * Takes hold of a cursor, or makes it.
     *
     * @param start where a new cursor stands: everything up to this number counts as done
     */
    synchronized CursorMark hold(String name, long start) {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("A cursor needs a name");
        }
        Place known = places.get(name);
        Place place = known == null ? new Place() : known;
        if (place.held) {
            throw new IllegalStateException("Cursor " + name + " is held already");
        }
        place.held = true;
        if (known == null) {
            place.committed = start;
            places.put(name, place);
            move(place);
        }
        return markOf(name, place);
    }

    synchronized void release(String name) {
        place(name).held = false;
    }

    synchronized CursorMark mark(String name) {
        return markOf(name, place(name));
    }

    /** Moves a cursor forward; never backward. */
    synchronized void commit(String name, long sequence) {
        Place place = place(name);
        if (sequence > place.committed) {
            place.committed = sequence;
            move(place);
        }
    }

    /** The cursors that moved since this was asked last; they are on their way to the disk. */
    synchronized List<CursorMark> takeMoved() {
        if (!moved) {
            return List.of();
        }
        moved = false;
        List<CursorMark> marks = new ArrayList<>();
        places.forEach((name, place) -> {
            if (place.moved) {
                place.moved = false;
                marks.add(markOf(name, place));
            }
        });
        return marks;
    }

    /** The disk did not take these: they come again. */
    synchronized void giveBack(List<CursorMark> marks) {
        marks.forEach(mark -> move(place(mark.name())));
    }

    synchronized List<CursorMark> all() {
        List<CursorMark> marks = new ArrayList<>();
        places.forEach((name, place) -> marks.add(markOf(name, place)));
        return marks;
    }

    /** The place that every cursor has passed; empty when there is no cursor. */
    synchronized OptionalLong slowest() {
        return places.values().stream().mapToLong(place -> place.committed).min();
    }

    /**
     * What removing events takes from readers.
     *
     * @param marks where those who lose something will stand
     * @param events how many they lose, all together
     */
    record Losses(List<CursorMark> marks, long events) {}

    /** What is lost when all events up to and including {@code last} go. */
    synchronized Losses lossesOf(long last) {
        List<CursorMark> marks = new ArrayList<>();
        long events = 0;
        for (Map.Entry<String, Place> entry : places.entrySet()) {
            Place place = entry.getValue();
            long lost = last - place.committed;
            if (lost > 0) {
                marks.add(new CursorMark(entry.getKey(), last, place.lost + lost));
                events += lost;
            }
        }
        return new Losses(marks, events);
    }

    private Place place(String name) {
        Place place = places.get(name);
        if (place == null) {
            throw new IllegalStateException("No cursor " + name);
        }
        return place;
    }

    private void move(Place place) {
        place.moved = true;
        moved = true;
    }

    private static CursorMark markOf(String name, Place place) {
        return new CursorMark(name, place.committed, place.lost);
    }
}

package sluice.session;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import sluice.platform.api.Event;
import sluice.platform.api.StoreChange;
import sluice.platform.api.Transaction;

/**
 * A transaction that is filled up to a number of bytes. What it counts is at least what the journal needs: texts in
 * UTF-8, and room for lengths and names. Of one thread.
 */
final class Load {

    /** For the kind of a change, its region and two lengths. */
    private static final int CHANGE_BYTES = 32;
    /** For the time and the length of an event, and for the number of its fields. */
    private static final int EVENT_BYTES = 24;
    /** For the code of a name and a length. */
    private static final int TEXT_BYTES = 6;

    private static final int ONE_BYTE = 0x80;
    private static final int TWO_BYTES = 0x800;

    private final int bytesMax;
    private final List<StoreChange> changes = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private long bytes;

    /** What is only true together. */
    record Part(List<StoreChange> changes, List<Event> events) {

        Part {
            changes = List.copyOf(changes);
            events = List.copyOf(events);
        }

        private long bytes() {
            return changes.stream().mapToLong(Load::bytes).sum()
                    + events.stream().mapToLong(Load::bytes).sum();
        }
    }

    Load(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    static Part of(StoreChange change) {
        return new Part(List.of(change), List.of());
    }

    static Part of(Event event) {
        return new Part(List.of(), List.of(event));
    }

    /** Whether the part went in; the first one does, whatever its size. */
    boolean take(Part part) {
        long more = part.bytes();
        boolean isFirst = changes.isEmpty() && events.isEmpty();
        if (!isFirst && bytes + more > bytesMax) {
            return false;
        }
        bytes += more;
        changes.addAll(part.changes());
        events.addAll(part.events());
        return true;
    }

    /** Moves from the one list to the other what goes in, in order; whether all did. */
    <T> boolean fill(List<T> from, List<T> to, Function<T, Part> parts) {
        int taken = 0;
        Iterator<T> waiting = from.iterator();
        boolean room = true;
        while (room && waiting.hasNext()) {
            T next = waiting.next();
            room = take(parts.apply(next));
            if (room) {
                to.add(next);
                taken++;
            }
        }
        from.subList(0, taken).clear();
        return room;
    }

    Transaction transaction() {
        return new Transaction(changes, events);
    }

    private static long bytes(StoreChange change) {
        long value = change instanceof StoreChange.Put put ? put.value().length() : 0;
        return CHANGE_BYTES + change.region().length() + change.key().length() + value;
    }

    private static long bytes(Event event) {
        long sum = EVENT_BYTES + text(event.type());
        for (var field : event.fields().entrySet()) {
            sum += text(field.getKey()) + text(field.getValue());
        }
        return sum;
    }

    private static long text(String text) {
        long sum = TEXT_BYTES;
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            sum += letter < ONE_BYTE ? 1 : letter < TWO_BYTES ? 2 : 3;
        }
        return sum;
    }
}

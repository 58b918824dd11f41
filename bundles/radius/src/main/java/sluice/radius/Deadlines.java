package sluice.radius;

import org.jspecify.annotations.Nullable;

/**
 * The exchanges that wait for one server, the earliest deadline first. All wait equally long, so the order is that of
 * arrival and everything costs the same for any number. Belongs to the request loop.
 */
final class Deadlines {

    private @Nullable Exchange first;
    private @Nullable Exchange last;
    private int size;

    int size() {
        return size;
    }

    void append(Exchange exchange) {
        exchange.earlier = last;
        exchange.later = null;
        if (last == null) {
            first = exchange;
        } else {
            last.later = exchange;
        }
        last = exchange;
        size++;
    }

    /** Takes out an exchange that is in here. */
    void remove(Exchange exchange) {
        Exchange earlier = exchange.earlier;
        Exchange later = exchange.later;
        if (earlier == null) {
            first = later;
        } else {
            earlier.later = later;
        }
        if (later == null) {
            last = earlier;
        } else {
            later.earlier = earlier;
        }
        exchange.earlier = null;
        exchange.later = null;
        size--;
    }

    /** Takes out the first if it is due. */
    @Nullable
    Exchange pollDue(long now) {
        Exchange due = first;
        if (due == null || due.deadline - now > 0) {
            return null;
        }
        remove(due);
        return due;
    }

    /** Takes out the first, due or not. */
    @Nullable
    Exchange poll() {
        Exchange taken = first;
        if (taken != null) {
            remove(taken);
        }
        return taken;
    }
}

package sluice.radius;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Requests for which no server has room. They wait for a moment, the oldest first; how many there can be is bounded by
 * what may be in flight over all servers. Belongs to the request loop.
 */
final class Backlog {

    private static final long WAIT_MILLIS = 5_000;

    private final Deque<Exchange> waiting = new ArrayDeque<>();
    private volatile int size;

    void add(Exchange exchange, long now) {
        exchange.deadline = now + WAIT_MILLIS;
        waiting.addLast(exchange);
        size = waiting.size();
    }

    /** Takes out the oldest if it waited too long. */
    @Nullable
    Exchange pollDue(long now) {
        @Nullable Exchange oldest = waiting.peekFirst();
        return oldest != null && oldest.deadline - now <= 0 ? poll() : null;
    }

    /** Takes out the oldest. */
    @Nullable
    Exchange poll() {
        @Nullable Exchange oldest = waiting.pollFirst();
        size = waiting.size();
        return oldest;
    }

    /** The oldest, which stays. */
    @Nullable
    Exchange peek() {
        return waiting.peekFirst();
    }

    boolean isWaiting() {
        return !waiting.isEmpty();
    }

    /** Any thread. */
    int size() {
        return size;
    }
}

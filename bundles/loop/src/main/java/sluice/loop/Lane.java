package sluice.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One bounded queue of an {@link Inbox}: many producers, one consumer, lock-free, closable.
 *
 * <p>Producers claim a place by moving the tail, then fill it; the consumer takes from the head, empties the place, and
 * only then moves the head, so a claimed place is always empty. A place that is claimed and not yet filled looks empty
 * to the consumer and holds back those behind it until its producer goes on.
 *
 * <p>The tail carries the closed mark, so that claiming and closing exclude each other in one compare-and-set.
 */
final class Lane<T> {
    private static final int CAPACITY_MAX = 1 << 24;
    private static final long CLOSED = Long.MIN_VALUE;
    private static final int SPINS_BEFORE_PARKING = 100;
    private static final long PARK_NANOS = 10_000;

    /** Places of the cursors: 128 bytes from each other and from the ends, so that they share no cache lines. */
    private static final int TAIL = 16;

    private static final int HEAD = 32;
    private static final int CURSORS = 48;

    private static final VarHandle PLACES = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final VarHandle CURSOR = MethodHandles.arrayElementVarHandle(long[].class);

    private final int capacity;
    private final int mask;
    private final @Nullable Object[] places;
    private final long[] cursors = new long[CURSORS];

    Lane(int capacity) {
        if (capacity < 1 || capacity > CAPACITY_MAX) {
            throw new IllegalArgumentException("capacity " + capacity + ", expected 1.." + CAPACITY_MAX);
        }
        this.capacity = capacity;
        this.places = new @Nullable Object[Integer.highestOneBit(2 * capacity - 1)];
        this.mask = places.length - 1;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type cannot be made otherwise
    static <T> Lane<T>[] lanes(int... capacities) {
        Lane<T>[] lanes = new Lane[capacities.length];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = new Lane<>(capacities[i]);
        }
        return lanes;
    }

    /** Any thread. False if full or closed. */
    boolean offer(T item) {
        if (item == null) {
            throw new NullPointerException("item");
        }
        long tail;
        do {
            tail = (long) CURSOR.getVolatile(cursors, TAIL);
            if (tail < 0 || tail - (long) CURSOR.getVolatile(cursors, HEAD) >= capacity) {
                return false;
            }
        } while (!CURSOR.compareAndSet(cursors, TAIL, tail, tail + 1));
        PLACES.setRelease(places, (int) tail & mask, item);
        return true;
    }

    /** Consumer. Whether {@link #take} would find an item. */
    boolean hasItem() {
        return PLACES.getAcquire(places, (int) cursors[HEAD] & mask) != null;
    }

    /** Consumer, after {@link #hasItem}. */
    @SuppressWarnings("unchecked") // only offer fills places
    T take() {
        long head = cursors[HEAD];
        Object item = PLACES.getAcquire(places, (int) head & mask);
        if (item == null) {
            throw new IllegalStateException("nothing waits");
        }
        PLACES.setRelease(places, (int) head & mask, (Object) null);
        CURSOR.setVolatile(cursors, HEAD, head + 1);
        return (T) item;
    }

    /** Consumer. No place can be claimed from now on. */
    void close() {
        CURSOR.getAndBitwiseOr(cursors, TAIL, CLOSED);
    }

    /** Consumer, after {@link #close}: waits for producers between claiming and filling; false when all is taken. */
    boolean awaitItem() {
        for (int spins = 0; size() > 0; spins++) {
            if (hasItem()) {
                return true;
            }
            if (spins < SPINS_BEFORE_PARKING) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(PARK_NANOS); // the producer waits for this processor
            }
        }
        return false;
    }

    /** Any thread. */
    int size() {
        // Head first: it never passes the tail, so the difference is never negative.
        long head = (long) CURSOR.getVolatile(cursors, HEAD);
        long tail = (long) CURSOR.getVolatile(cursors, TAIL) & ~CLOSED;
        return (int) Math.min(tail - head, capacity);
    }

    int capacity() {
        return capacity;
    }
}

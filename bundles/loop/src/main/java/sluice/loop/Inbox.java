package sluice.loop;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * The bounded door into a loop: many threads {@link #offer}, the loop {@link #drain}s.
 *
 * <p>Items have a priority, 0 the highest, each with a bounded queue of its own. A full queue refuses and says so;
 * nothing is ever dropped in silence. Items of one priority and one producer arrive in the order they were offered.
 * Nothing is allocated after construction.
 *
 * <p><b>Fairness.</b> Each priority has a weight, four times that of the next lower one, and as much credit. The next
 * item is that of the highest priority which has an item and credit left; when none has both, all credits are filled
 * again. So a higher priority goes first, and yet, under any load, of the 21 next items of three priorities at least 4
 * are of the middle and 1 of the lowest if they wait. Credits last over calls of {@link #drain}.
 *
 * <p><b>Threads.</b> {@link #offer}, {@link #size()} and {@link #refused} from any; {@link #drain} and {@link #close}
 * only from the one consumer.
 *
 * @param <T> what it carries
 */
public final class Inbox<T> {
    private static final int PRIORITIES_MAX = 8;

    private final Bell bell;
    private final Lane<T>[] lanes;
    private final LongAdder[] refused;
    private final int[] credits;

    /**
     * @param bell rung after each accepted item: that of the consumer's {@link Loop}
     * @param capacities the most items that wait, per priority, highest first; 1 to 8 priorities
     */
    public Inbox(Bell bell, int... capacities) {
        if (capacities.length < 1 || capacities.length > PRIORITIES_MAX) {
            throw new IllegalArgumentException(capacities.length + " priorities, expected 1.." + PRIORITIES_MAX);
        }
        this.bell = bell;
        this.lanes = Lane.lanes(capacities);
        this.refused = new LongAdder[capacities.length];
        this.credits = new int[capacities.length];
        for (int priority = 0; priority < capacities.length; priority++) {
            refused[priority] = new LongAdder();
            credits[priority] = weight(priority);
        }
    }

    /**
     * Hands the item to the consumer and wakes it.
     *
     * @return false if the queue of this priority is full or the inbox closed: then the item stays the caller's
     */
    public boolean offer(int priority, T item) {
        if (lanes[priority].offer(item)) {
            bell.ring();
            return true;
        }
        refused[priority].increment();
        return false;
    }

    /**
     * Hands waiting items to the handler, fairly (see above).
     *
     * <p>What the handler throws goes to the caller; that item is gone, the others wait for the next call.
     *
     * @param max the most items to hand over
     * @return how many were handed over
     */
    public int drain(int max, Consumer<? super T> handler) {
        int drained = 0;
        while (drained < max) {
            int priority = next();
            if (priority < 0) {
                break;
            }
            credits[priority]--;
            drained++;
            handler.accept(lanes[priority].take());
        }
        return drained;
    }

    /**
     * Refuses further offers and hands what still waits to the handler, higher priorities first.
     *
     * <p>Each item ever offered is thus handed over once or was refused to its producer.
     *
     * @return how many were handed over
     */
    public int close(Consumer<? super T> refusal) {
        int handed = 0;
        for (Lane<T> lane : lanes) {
            lane.close();
            while (lane.awaitItem()) {
                handed++;
                refusal.accept(lane.take());
            }
        }
        return handed;
    }

    /** How many items wait, all priorities together; a snapshot. */
    public int size() {
        int size = 0;
        for (Lane<T> lane : lanes) {
            size += lane.size();
        }
        return size;
    }

    /** How many items of this priority wait; a snapshot. */
    public int size(int priority) {
        return lanes[priority].size();
    }

    /** The most items of this priority that can wait. */
    public int capacity(int priority) {
        return lanes[priority].capacity();
    }

    /** How many priorities there are. */
    public int priorities() {
        return lanes.length;
    }

    /** How many offers of this priority were refused since construction. */
    public long refused(int priority) {
        return refused[priority].sum();
    }

    /** The priority to serve next, or -1 if nothing waits. */
    private int next() {
        int waiting = -1;
        for (int priority = 0; priority < lanes.length; priority++) {
            if (lanes[priority].hasItem()) {
                if (credits[priority] > 0) {
                    return priority;
                }
                if (waiting < 0) {
                    waiting = priority;
                }
            }
        }
        if (waiting >= 0) {
            for (int priority = 0; priority < lanes.length; priority++) {
                credits[priority] = weight(priority);
            }
        }
        return waiting;
    }

    private int weight(int priority) {
        return 1 << (2 * (lanes.length - 1 - priority));
    }
}

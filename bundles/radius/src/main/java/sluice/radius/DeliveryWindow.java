package sluice.radius;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import sluice.loop.MonotonicClock;

/**
 * What was read from the event log and is not delivered yet. Records are added in order and delivered in any; what is
 * done is everything before the first that is not delivered. Safe for any thread.
 */
final class DeliveryWindow {

    private final int max;
    /** Sequence of each record, and when it happened. */
    private final TreeMap<Long, Instant> waiting = new TreeMap<>();

    private long read;

    /**
     * An empty window.
     *
     * @param max records that wait at most
     * @param read sequence of the last event that was done before
     */
    DeliveryWindow(int max, long read) {
        this.max = max;
        this.read = read;
    }

    /** How many more records there is room for, waiting at most so long for the first. */
    synchronized int awaitRoom(long millis) throws InterruptedException {
        MonotonicClock clock = MonotonicClock.system();
        long end = clock.millis() + millis;
        for (long left = millis; waiting.size() >= max && left > 0; left = end - clock.millis()) {
            TimeUnit.MILLISECONDS.timedWait(this, left);
        }
        return max - waiting.size();
    }

    /** Adds a record. */
    synchronized void add(long sequence, Instant happened) {
        waiting.put(sequence, happened);
        read = sequence;
    }

    /** Passes an event that needs no delivery. */
    synchronized void pass(long sequence) {
        read = sequence;
    }

    synchronized void delivered(long sequence) {
        waiting.remove(sequence);
        notifyAll();
    }

    /** The last event before which everything is done. */
    synchronized long done() {
        return waiting.isEmpty() ? read : waiting.firstKey() - 1;
    }

    /** Records that wait. */
    synchronized int size() {
        return waiting.size();
    }

    /** When the oldest that waits happened. */
    synchronized Optional<Instant> oldest() {
        return Optional.ofNullable(waiting.firstEntry()).map(Map.Entry::getValue);
    }
}

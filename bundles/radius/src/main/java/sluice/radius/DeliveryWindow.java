package sluice.radius;

import java.util.TreeSet;

/**
 * What was read from the event log and is not delivered yet. Records are added in order and delivered in any; what is
 * done is everything before the first that is not delivered. Safe for any thread.
 */
final class DeliveryWindow {

    private final int max;
    private final TreeSet<Long> waiting = new TreeSet<>();
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

    /** Adds a record, waiting for room. */
    synchronized void add(long sequence) throws InterruptedException {
        while (waiting.size() >= max) {
            wait();
        }
        waiting.add(sequence);
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

    /** Waits until everything is delivered. */
    synchronized void awaitEmpty() throws InterruptedException {
        while (!waiting.isEmpty()) {
            wait();
        }
    }

    /** The last event before which everything is done. */
    synchronized long done() {
        return waiting.isEmpty() ? read : waiting.first() - 1;
    }

    /** Records that wait. */
    synchronized int size() {
        return waiting.size();
    }
}

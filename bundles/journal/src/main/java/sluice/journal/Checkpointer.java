package sluice.journal;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.platform.api.CounterSet;

/**
 * Takes what one redo file holds to the tables of H2, on a thread of its own, so that commits do not wait for it. When
 * the disk refuses it tries again every second for as long as it takes; what it holds is safe in the redo file
 * meanwhile.
 */
final class Checkpointer {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private record Work(long batch, long lastSequence) {}

    private static final Work NOTHING = new Work(0, 0);

    private final StateStore state;
    private final EventStore events;
    private final CounterSet<JournalCounter> counters;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private Work work = NOTHING;
    private volatile boolean failing;
    private boolean closing;

    Checkpointer(StateStore state, EventStore events, CounterSet<JournalCounter> counters) {
        this.state = state;
        this.events = events;
        this.counters = counters;
        thread = Thread.ofPlatform().name("sluice-journal-checkpoint").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Whether the disk refuses what is to be kept now. Any thread. */
    boolean isFailing() {
        return failing;
    }

    /** Hands the frozen layers over. There must be no other work in hand. */
    void begin(long batch, long lastSequence) {
        lock.lock();
        try {
            work = new Work(batch, lastSequence);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the tables hold everything that was handed over. */
    boolean isIdle() {
        lock.lock();
        try {
            return work.equals(NOTHING);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for the work in hand.
     *
     * @return false when the disk refuses it
     */
    boolean await() {
        lock.lock();
        try {
            while (!work.equals(NOTHING) && !failing) {
                changed.awaitUninterruptibly();
            }
            return work.equals(NOTHING);
        } finally {
            lock.unlock();
        }
    }

    /** Finishes the work in hand if the disk lets it, and ends the thread. */
    void stop() throws InterruptedException {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (thread.isAlive()) {
            thread.join();
        }
    }

    private void run() {
        Work next = next();
        while (!next.equals(NOTHING)) {
            try {
                state.checkpoint(next.batch());
                events.checkpoint(next.batch(), next.lastSequence());
                done();
                state.compact();
                events.compact();
            } catch (IOException | RuntimeException failure) {
                failed(failure);
                pause();
            }
            next = next();
        }
    }

    private Work next() {
        lock.lock();
        try {
            while (work.equals(NOTHING) && !closing) {
                changed.awaitUninterruptibly();
            }
            return closing && failing ? NOTHING : work;
        } finally {
            lock.unlock();
        }
    }

    private void done() {
        lock.lock();
        try {
            work = NOTHING;
            if (failing) {
                LOG.info("The disk writes again; nothing that was acknowledged is lost");
            }
            failing = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void failed(Exception failure) {
        counters.count(JournalCounter.CHECKPOINT_FAILURES);
        lock.lock();
        try {
            if (!failing) {
                LOG.error(
                        "The disk under the journal does not write ({}). Free space on it, or replace it: when the"
                                + " redo log is full, sessions are refused. Tried again every second",
                        failure.getMessage());
                LOG.debug("Checkpoint failed", failure);
            }
            failing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void pause() {
        lock.lock();
        try {
            long left = RETRY_NANOS;
            while (left > 0 && !closing) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException nobodyDoesThat) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
